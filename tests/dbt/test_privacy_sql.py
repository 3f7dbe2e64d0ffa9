"""The privacy macros give what customer360.privacy gives, for a batch of examples in one query each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from google.cloud.bigquery import ArrayQueryParameter, QueryJobConfig, ScalarQueryParameter
from hypothesis import strategies as st

from customer360 import privacy
from customer360.warehouse import Warehouse
from tests.dbt.conftest import DBT
from tests.dbt.examples import EMAILS, PHONES, TEXTS, WORDS, drawn

pytestmark = pytest.mark.sandbox

Evaluate = Callable[[str, list[str]], list[str | None]]


@pytest.fixture(scope="module")
def evaluate(compile_sql: Callable[[str], str], warehouse: Warehouse) -> Evaluate:
    """Function that applies a macro call on `text` to every example, in order."""

    def evaluated(call: str, examples: list[str]) -> list[str | None]:
        sql = compile_sql(
            f"select {{{{ {call} }}}} as found from unnest(@examples) as text with offset as position "
            "cross join (select from_hex(@inner_pad) as inner_pad, from_hex(@outer_pad) as outer_pad) as hash_key "
            "order by position"
        )
        inner, outer = privacy.hmac_pads(KEY)
        parameters = [
            ArrayQueryParameter("examples", "STRING", examples),
            ScalarQueryParameter("inner_pad", "STRING", inner.hex()),
            ScalarQueryParameter("outer_pad", "STRING", outer.hex()),
        ]
        job = warehouse.client.query(sql, job_config=QueryJobConfig(query_parameters=parameters))
        return [row["found"] for row in job.result()]

    return evaluated


REVIEWS_REDACTED = DBT / "models" / "intermediate" / "int_reviews_redacted.sql"
KEY = b"a key for this test, not a secret"


def differences(
    examples: Sequence[object], found: Sequence[str | None], wanted: Sequence[str | None]
) -> list[object]:
    assert len(found) == len(wanted)
    return [triple for triple in zip(examples, found, wanted, strict=True) if triple[1] != triple[2]]


def test_redacted_texts_are_those_of_the_reference(evaluate: Evaluate) -> None:
    texts = drawn(TEXTS, 1000)
    wanted = [privacy.redact_text(text) for text in texts]
    assert differences(texts, evaluate("redact_text('text')", texts), wanted) == []
    # The batch would prove little if it held nothing to redact.
    assert (
        sum(text != privacy.plain_characters(original) for text, original in zip(wanted, texts, strict=True))
        > 300
    )


def test_characters_are_made_plain_as_by_the_reference(evaluate: Evaluate) -> None:
    every = "".join(map(chr, privacy.PLAIN_CHARACTERS)) + "aZ09ção"
    assert evaluate("plain_characters('text')", [every]) == [privacy.plain_characters(every)]


def test_reviews_are_redacted_as_by_the_reference_also_across_title_and_message(
    compile_sql: Callable[[str], str], warehouse: Warehouse
) -> None:
    texts = drawn(PHONES | EMAILS | TEXTS, 600)
    halves = [(text[: len(text) // 2], text[len(text) // 2 :]) for text in texts]
    reviews = (
        "(select titles as comment_title, messages[offset(position)] as comment_message, position as order_review_key "
        "from unnest(@titles) as titles with offset as position cross join (select @messages as messages))"
    )
    sql = compile_sql(REVIEWS_REDACTED.read_text().replace('{{ ref("stg_order_reviews") }}', reviews))
    parameters = [
        ArrayQueryParameter("titles", "STRING", [title for title, _ in halves]),
        ArrayQueryParameter("messages", "STRING", [message for _, message in halves]),
    ]
    job = warehouse.client.query(
        f"select * from ({sql}) order by order_review_key", QueryJobConfig(query_parameters=parameters)
    )
    found = [(row["comment_title"], row["comment_message"]) for row in job.result()]
    wanted = [privacy.redact_review(*half) for half in halves]
    assert [triple for triple in zip(halves, found, wanted, strict=True) if triple[1] != triple[2]] == []
    apart = [(privacy.redact_text(title), privacy.redact_text(message)) for title, message in halves]
    assert sum(one != other for one, other in zip(wanted, apart, strict=True)) > 50


def test_phone_numbers_are_normalised_as_by_the_reference(evaluate: Evaluate) -> None:
    phones = drawn(PHONES | TEXTS, 600)
    wanted = [privacy.normalise_phone(phone) for phone in phones]
    assert differences(phones, evaluate("normalise_phone('text')", phones), wanted) == []
    assert sum(phone is not None for phone in wanted) > 100


def test_email_addresses_are_normalised_as_by_the_reference(evaluate: Evaluate) -> None:
    padded = st.builds(
        "{}{}{}".format, st.sampled_from(["", " ", "\t"]), EMAILS | WORDS, st.sampled_from(["", "\n", "  "])
    )
    emails = drawn(padded.flatmap(lambda email: st.sampled_from([email, email.upper()])), 300)
    wanted = [privacy.normalise_email(email) for email in emails]
    assert differences(emails, evaluate("normalise_email('text')", emails), wanted) == []


def test_names_are_masked_as_by_the_reference(evaluate: Evaluate) -> None:
    names = drawn(st.lists(WORDS, min_size=1, max_size=5).map("  ".join), 300)
    wanted = [privacy.mask_name(name) for name in names]
    assert differences(names, evaluate("mask_name('text')", names), wanted) == []


def test_keyed_hashes_are_the_hmac_of_the_standard_library(evaluate: Evaluate) -> None:
    values = drawn(EMAILS | PHONES.filter(str.isascii), 300)
    wanted = [privacy.keyed_hash(KEY, value) for value in values]
    assert differences(values, evaluate("keyed_hash('text', 'hash_key')", values), wanted) == []


def test_the_redaction_count_is_that_of_the_reference(evaluate: Evaluate) -> None:
    texts = drawn(TEXTS, 300)
    redacted = [privacy.redact_text(text) for text in texts]
    wanted = [str(privacy.redaction_count(text)) for text in redacted]
    found = [str(count) for count in evaluate("redaction_count('text')", redacted)]
    assert differences(redacted, found, wanted) == []
