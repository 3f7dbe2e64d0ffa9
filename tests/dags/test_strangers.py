"""Rows lose their person: in the file as in the rules, and never more than the person's."""

from __future__ import annotations

import csv
import io

import pytest

from customer360.catalogue import files_delivered, source
from customer360.fingerprint import Fingerprint
from customer360.strangers import (
    BY_TABLE,
    ID_CHARACTERS,
    RULES,
    LayoutError,
    Rewriting,
    Trail,
    follow,
    in_chunks,
    substitute,
)

SALT, OTHER = b"s" * 32, b"o" * 32
REVIEWS = (
    b'"review_id","order_id","review_score","review_comment_title","review_comment_message",'
    b'"review_creation_date","review_answer_timestamp"\n'
    b'r1,"0a",5,,"two\r\nlines, ""quoted""",2018-01-01 00:00:00,2018-01-02 00:00:00\n'
    b'r2,mine,1,Bad,"call\n71 98123-4567",2018-01-01 00:00:00,2018-01-02 00:00:00\n'
    b"r3,0b,4,,,2018-01-01 00:00:00,2018-01-02 00:00:00"
)
CUSTOMERS = (
    b"customer_id,customer_unique_id,customer_zip_code_prefix,customer_city,customer_state\r\n"
    b"c1,ana,01310,sao paulo,SP\r\n"
    b"c2, eva ,40015,salvador,BA\r\n"
)


def rewritten(table: str, content: bytes, trail: Trail, size: int = 7) -> tuple[bytes, Rewriting]:
    """A file without the persons of the trail, and what was counted on its way."""
    chunks = [content[start : start + size] for start in range(0, len(content), size)]
    rewriting = Rewriting(BY_TABLE[table], trail)
    return b"".join(rewriting.read(chunks)), rewriting


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_the_rows_of_others_stay_byte_for_byte(size: int) -> None:
    found, _ = rewritten("order_reviews", REVIEWS, {"mine": SALT}, size)
    before, after = REVIEWS.split(b"r2,")[0], REVIEWS[REVIEWS.index(b"r3,") :]
    assert found.startswith(before)
    assert found.endswith(after)


def test_a_review_keeps_its_score_and_loses_ids_and_texts() -> None:
    found, _ = rewritten("order_reviews", REVIEWS, {"mine": SALT})
    review = rows(found)[1]
    assert review["review_id"] == substitute(SALT, "r2")
    assert review["order_id"] == substitute(SALT, "mine")
    assert (review["review_score"], review["review_comment_title"], review["review_comment_message"]) == (
        "1",
        "",
        "",
    )


def test_an_empty_value_is_not_quoted() -> None:
    """Quoted it would be text, where the delivery has NULL."""
    found, _ = rewritten("order_reviews", REVIEWS, {"mine": SALT})
    assert b'"1",,,"2018' in found


def test_rows_and_content_are_counted_as_they_leave() -> None:
    found, rewriting = rewritten("customer_pii", PII, {"eva": SALT})
    assert (rewriting.rows, rewriting.found) == (1, 2)
    assert rewriting.content.sha256 == Fingerprint(found).sha256
    assert len(rows(found)) == 1


PII = (
    b"customer_unique_id,real_name,email,phone_number,home_address,original_city,original_state\n"
    b"eva,Eva,,,,,\nana,Ana,,,,,\neva,EVA,,,,,\n"
)


def test_a_customer_keeps_the_state_and_loses_zip_and_city() -> None:
    found, _ = rewritten("customers", CUSTOMERS, {"eva": SALT})
    customer = rows(found)[1]
    assert customer["customer_state"] == "BA"
    assert "40015" not in found.decode()
    assert "salvador" not in found.decode()


def test_blanks_around_an_id_make_no_other_person() -> None:
    found, rewriting = rewritten("customers", CUSTOMERS, {"eva": SALT})
    assert rewriting.found == 1
    assert rows(found)[1]["customer_unique_id"] == substitute(SALT, "eva")


def test_a_file_without_the_person_leaves_as_it_came() -> None:
    found, rewriting = rewritten("customers", CUSTOMERS, {"nobody": SALT})
    assert (found, rewriting.found) == (CUSTOMERS, 0)


def test_the_way_leads_from_the_person_to_the_orders() -> None:
    trail: Trail = {"eva": SALT}
    assert follow(BY_TABLE["customers"], [CUSTOMERS], trail) == 1
    orders = ",".join(source("orders").header).encode() + b"\no1,c2,,,,,,\no2,c1,,,,,,\n"
    assert follow(BY_TABLE["orders"], [orders], trail) == 1
    assert trail == {"eva": SALT, "c2": SALT, "o1": SALT}


def test_an_empty_id_leads_to_nobody() -> None:
    """Rows of others that lack theirs would follow."""
    trail: Trail = {"eva": SALT}
    follow(BY_TABLE["customers"], [CUSTOMERS.replace(b"c2,", b" ,")], trail)
    assert trail == {"eva": SALT}


def test_a_stranger_s_id_looks_like_any_and_is_another_for_another_salt() -> None:
    assert substitute(SALT, "a") == substitute(SALT, " a\n") != substitute(OTHER, "a")
    assert len(substitute(SALT, "a")) == ID_CHARACTERS
    assert substitute(SALT, "") == ""


def test_a_file_that_lacks_a_column_is_named() -> None:
    with pytest.raises(LayoutError, match="a file of customers has no column customer_city"):
        rewritten("customers", CUSTOMERS.replace(b"customer_city", b"town"), {})


def test_a_row_with_a_value_too_many_is_refused() -> None:
    with pytest.raises(LayoutError, match="has 6 values, not 5"):
        rewritten("customers", CUSTOMERS.replace(b"ana,", b"ana,,"), {})


def test_chunks_are_full_but_for_the_last() -> None:
    assert list(in_chunks([b"abc", b"", b"defgh"], 3)) == [b"abc", b"def", b"gh"]


def test_every_personal_column_of_a_table_with_persons_is_replaced_or_fixed() -> None:
    """A new column with personal data needs a rule."""
    left = {
        f"{rule.table}.{column.name}"
        for rule in RULES
        for column in source(rule.table).columns
        if column.pii and not rule.is_deletion and column.name not in {*rule.replaced, *rule.fixed}
    }
    assert left == set()


def test_every_table_that_names_persons_or_orders_has_a_rule() -> None:
    ids = {"customer_unique_id", "customer_id", "order_id"}
    assert {entry.table for entry in files_delivered() if ids & set(entry.header)} == set(BY_TABLE)


def test_what_leads_to_others_is_changed_after_them() -> None:
    order = [rule.table for rule in RULES]
    assert order[-2:] == ["orders", "customers"]
