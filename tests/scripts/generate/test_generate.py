"""The generated delivery, read back with the csv module: bytes, keys, quirks, planted data and defects."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import re
import shutil
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from customer360.catalogue import files_delivered, source
from scripts.generate import generate
from scripts.generate.contacts import write_contacts
from scripts.generate.pii import LAYOUTS
from scripts.generate.spoil import DEFECTS, spoil

ORDERS, SEED = 10_000, 7
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def delivery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("delivery")
    generate(directory, ORDERS, SEED)
    return directory


@pytest.fixture(scope="module")
def counts(delivery: Path) -> dict[str, int]:
    document: dict[str, dict[str, int]] = json.loads((delivery / "counts.json").read_text())
    return document["counts"]


@pytest.fixture(scope="module")
def tables(delivery: Path) -> dict[str, Rows]:
    return {entry.table: read(delivery / entry.file) for entry in files_delivered()}


@pytest.fixture(scope="module")
def ledger(delivery: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (delivery / "ledger.jsonl").read_text("utf-8").splitlines()]


def read(path: Path) -> Rows:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines, strict=True))


def hashes(directory: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in directory.iterdir()}


def test_the_same_seed_gives_the_same_bytes(delivery: Path, tmp_path: Path) -> None:
    generate(tmp_path, ORDERS, SEED)
    assert hashes(tmp_path) == hashes(delivery)


def test_another_seed_gives_other_bytes(tmp_path: Path) -> None:
    for seed in (1, 2):
        generate(tmp_path / str(seed), 50, seed)
    one, two = (hashes(tmp_path / str(seed)) for seed in (1, 2))
    assert {name for name in one if one[name] == two[name]} == {"product_category_name_translation.csv"}


def test_a_finished_directory_is_reused(tmp_path: Path) -> None:
    first = generate(tmp_path, 50, 1)
    written: list[int] = []
    assert generate(tmp_path, 50, 1, written.append) == first
    assert written == []


def test_an_unfinished_directory_is_made_anew(tmp_path: Path) -> None:
    generate(tmp_path, 50, 1)
    before = hashes(tmp_path)
    (tmp_path / "counts.json").unlink()
    (tmp_path / "olist_orders_dataset.csv").write_text("half")
    generate(tmp_path, 50, 1)
    assert hashes(tmp_path) == before


def test_progress_adds_up_to_the_rows_written(tmp_path: Path) -> None:
    written: list[int] = []
    result = generate(tmp_path, 300, 1, written.append)
    streamed = ("customers", "orders", "order_items", "order_payments", "order_reviews", "customer_pii")
    assert sum(written) == sum(result[f"{table}.rows"] for table in (*streamed, "geolocation"))


def test_an_order_count_below_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="orders must be 1 or more"):
        generate(tmp_path, 0, 1)


def test_one_order_is_a_delivery_too(tmp_path: Path) -> None:
    assert generate(tmp_path, 1, 1)["orders.rows"] == 1


def test_headers_are_those_of_the_catalogue_and_quoted(delivery: Path) -> None:
    for entry in files_delivered():
        first = (delivery / entry.file).read_bytes().split(b"\n")[0]
        if entry.table == "product_category_name_translation":
            assert first == b"\xef\xbb\xbf" + ",".join(entry.header).encode() + b"\r"
        else:
            assert first.decode() == ",".join(f'"{name}"' for name in entry.header)


def test_ids_are_quoted_only_when_they_start_with_a_digit(delivery: Path) -> None:
    lines = (delivery / "olist_orders_dataset.csv").read_text().splitlines()[1:]
    field = r'(?:"[0-9][0-9a-f]{31}"|[a-f][0-9a-f]{31})'
    assert all(re.match(rf"{field},{field},[a-z]+,\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d,", line) for line in lines)


def test_files_end_with_one_line_feed_except_the_translation(delivery: Path) -> None:
    for entry in files_delivered():
        content = (delivery / entry.file).read_bytes()
        assert content.endswith(b"\n") != (entry.table == "product_category_name_translation")


def test_zip_codes_keep_their_leading_zero(tables: dict[str, Rows]) -> None:
    codes = [row["customer_zip_code_prefix"] for row in tables["customers"]]
    assert all(re.fullmatch(r"\d{5}", code) for code in codes)
    assert sum(code[0] == "0" for code in codes) / len(codes) == pytest.approx(0.24, abs=0.03)


def test_row_counts_stand_in_the_counts(tables: dict[str, Rows], counts: dict[str, int]) -> None:
    assert {t: len(rows) for t, rows in tables.items()} == {t: counts[f"{t}.rows"] for t in tables}


def test_every_key_is_unique(tables: dict[str, Rows]) -> None:
    for entry in files_delivered():
        if entry.key:
            keys = [tuple(row[name] for name in entry.key) for row in tables[entry.table]]
            assert len(set(keys)) == len(keys), entry.table


def test_no_id_names_two_things(tables: dict[str, Rows]) -> None:
    """Else whoever looks for a person finds a seller."""
    kinds = [
        {row[column] for row in tables[table]}
        for table, column in (
            ("customers", "customer_unique_id"),
            ("customers", "customer_id"),
            ("orders", "order_id"),
            ("products", "product_id"),
            ("sellers", "seller_id"),
            ("order_reviews", "review_id"),
        )
    ]
    assert len(set().union(*kinds)) == sum(map(len, kinds))


def test_no_row_is_an_orphan(tables: dict[str, Rows]) -> None:
    for entry in files_delivered():
        for column in entry.columns:
            if column.parent:
                table, name = column.parent.split(".")
                known = {row[name] for row in tables[table]}
                assert {row[column.name] for row in tables[entry.table]} <= known, column.name


def test_required_fields_are_filled(tables: dict[str, Rows]) -> None:
    for entry in files_delivered():
        for column in entry.columns:
            if column.required:
                assert all(row[column.name] for row in tables[entry.table]), column.name


def test_events_out_of_order_are_as_many_as_counted(tables: dict[str, Rows], counts: dict[str, int]) -> None:
    names = ("purchase_timestamp", "approved_at", "delivered_carrier_date", "delivered_customer_date")
    found: Counter[str] = Counter()
    for row in tables["orders"]:
        bought, approved, carrier, delivered = (row[f"order_{name}"] for name in names)
        found["carrier_before_purchase"] += bool(carrier) and carrier < bought
        found["carrier_before_approval"] += bool(carrier and approved) and carrier < approved
        found["delivered_before_carrier"] += bool(carrier and delivered) and delivered < carrier
        found["canceled_yet_delivered"] += row["order_status"] == "canceled" and bool(delivered)
        found["without_approval"] += not approved
        found["without_carrier"] += not carrier
        found["without_delivery"] += not delivered
    assert dict(found) == {name: counts[f"orders.{name}"] for name in found}
    assert found["carrier_before_approval"] == pytest.approx(1359 * ORDERS / 99_441, rel=0.02)


def test_orders_lack_items_payments_and_reviews_at_the_real_rates(
    tables: dict[str, Rows], counts: dict[str, int]
) -> None:
    for child, real in (("item", 775), ("payment", 1), ("review", 768)):
        have = {row["order_id"] for row in tables[f"order_{child}s"]}
        name = "orders.without_items" if child == "item" else f"orders.without_{child}"
        assert ORDERS - len(have) == counts[name] == pytest.approx(real * ORDERS / 99_441, abs=3)


def test_payments_differ_from_items_as_often_as_counted(
    tables: dict[str, Rows], counts: dict[str, int]
) -> None:
    totals: dict[str, Decimal] = defaultdict(Decimal)
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for row in tables["order_items"]:
        totals[row["order_id"]] += Decimal(row["price"]) + Decimal(row["freight_value"])
    for row in tables["order_payments"]:
        paid[row["order_id"]] += Decimal(row["payment_value"])
    gaps = [abs(total - paid[order]) for order, total in totals.items() if order in paid]
    missed = counts["orders.without_payment"]
    over = sum(gap > 1 for gap in gaps)
    assert (
        counts["order_payments.mismatch_over_1"] - missed <= over <= counts["order_payments.mismatch_over_1"]
    )
    assert max(gaps) <= Decimal("182.81")


def test_payment_quirks_are_as_many_as_counted(tables: dict[str, Rows], counts: dict[str, int]) -> None:
    rows = tables["order_payments"]
    first = {row["order_id"] for row in rows if row["payment_sequential"] == "1"}
    zero = Counter(row["payment_type"] for row in rows if Decimal(row["payment_value"]) == 0)
    assert zero == {
        "voucher": counts["order_payments.zero_voucher"],
        "not_defined": counts["order_payments.not_defined"],
    }
    assert len({row["order_id"] for row in rows} - first) == counts["order_payments.without_first"]
    assert max(int(row["payment_sequential"]) for row in rows) == 29


def test_people_come_back_as_often_as_counted(tables: dict[str, Rows], counts: dict[str, int]) -> None:
    orders = Counter(row["customer_unique_id"] for row in tables["customers"])
    again = sum(number > 1 for number in orders.values())
    assert again == counts["customers.person_with_several_orders"] == pytest.approx(301, abs=5)
    assert max(orders.values()) == 17


def test_zips_missing_from_geolocation_are_as_many_as_counted(
    tables: dict[str, Rows], counts: dict[str, int]
) -> None:
    known = {row["geolocation_zip_code_prefix"] for row in tables["geolocation"]}
    for table, column in (("customers", "customer"), ("sellers", "seller")):
        lost = sum(row[f"{column}_zip_code_prefix"] not in known for row in tables[table])
        assert lost == counts[f"{table}.zip_without_geolocation"] > 0


def test_a_quarter_of_the_geolocation_repeats(tables: dict[str, Rows]) -> None:
    rows = [tuple(row.values()) for row in tables["geolocation"]]
    assert 1 - len(set(rows)) / len(rows) == pytest.approx(0.26, abs=0.02)


def test_exactly_two_categories_lack_a_translation(tables: dict[str, Rows]) -> None:
    translated = {row["product_category_name"] for row in tables["product_category_name_translation"]}
    sold = {row["product_category_name"] for row in tables["products"]} - {""}
    assert len(sold) == 73
    assert sold - translated == {"pc_gamer", "portateis_cozinha_e_preparadores_de_alimentos"}


def test_black_friday_is_the_busiest_day(tables: dict[str, Rows]) -> None:
    days = Counter(row["order_purchase_timestamp"][:10] for row in tables["orders"])
    assert days.most_common(1)[0][0] == "2017-11-24"
    assert (min(days), max(days)) == ("2016-09-04", "2018-10-17")


def test_review_ids_repeat_over_orders(tables: dict[str, Rows], counts: dict[str, int]) -> None:
    rows = tables["order_reviews"]
    shared = len(rows) - len({row["review_id"] for row in rows})
    assert shared == counts["order_reviews.shared_review_id"] > 0


def test_ledger_entries_stand_where_they_say(
    tables: dict[str, Rows], ledger: list[dict[str, Any]], counts: dict[str, int]
) -> None:
    by_file = {entry.file: tables[entry.table] for entry in files_delivered()}
    for entry in ledger:
        row = by_file[entry["file"]][int(entry["row"]) - 1]
        key = entry["key"]
        assert {name: row[name] for name in key} == key
        assert re.search(rf"(?<!\w){re.escape(entry['value'])}(?!\w)", row[entry["column"]]), entry["layout"]
    assert len(ledger) == counts["ledger.rows"]


def test_every_layout_of_personal_data_is_planted(ledger: list[dict[str, Any]]) -> None:
    assert set(LAYOUTS) <= {(entry["class"], entry["layout"]) for entry in ledger}


def test_values_of_a_person_are_those_of_the_contact_file(
    tables: dict[str, Rows], ledger: list[dict[str, Any]]
) -> None:
    own = [entry for entry in ledger if entry["customer_unique_id"]]
    contacts: dict[str, set[str]] = defaultdict(set)
    for row in tables["customer_pii"]:
        digits = re.sub(r"\D", "", row["phone_number"]).removeprefix("55").lstrip("0")
        contacts[row["customer_unique_id"]] |= {row["email"], digits}
    assert own
    assert all(entry["canonical"] in contacts[entry["customer_unique_id"]] for entry in own)


def test_contacts_are_unique_and_one_identity_per_person(tables: dict[str, Rows]) -> None:
    people = {row["customer_unique_id"] for row in tables["customers"]}
    mails: dict[str, set[str]] = defaultdict(set)
    phones: dict[str, set[str]] = defaultdict(set)
    for row in tables["customer_pii"]:
        person = row["customer_unique_id"]
        mails[row["email"].strip().lower()].add(person)
        digits = re.sub(r"\D", "", row["phone_number"])
        phones[digits[2:] if len(digits) > 12 else digits.lstrip("0")].add(person)
    missing = (mails.pop(""), phones.pop(""))
    assert {row["customer_unique_id"] for row in tables["customer_pii"]} == people
    assert all(missing)
    assert all(len(owners) == 1 for owners in (*mails.values(), *phones.values()))
    assert all(re.search(r"@example\.(com|org|net)$", mail) for mail in mails)


def test_contacts_can_be_written_for_any_customers_file(delivery: Path, tmp_path: Path) -> None:
    plain = delivery / source("customers").file
    packed = tmp_path / f"{plain.name}.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    rows = write_contacts(packed, tmp_path, SEED)
    written = tmp_path / "customer_pii.csv"
    assert written.read_bytes() == (delivery / "customer_pii.csv").read_bytes()
    assert rows == len(read(written))


@pytest.mark.parametrize("defect", sorted(DEFECTS))
def test_a_defect_changes_one_file(defect: str, delivery: Path, tmp_path: Path) -> None:
    for entry in files_delivered():
        if entry.table != "geolocation":
            shutil.copy(delivery / entry.file, tmp_path)
    before = hashes(tmp_path)
    done = spoil(tmp_path, defect)
    after = hashes(tmp_path)
    assert {name for name in before if after.get(name) != before[name]} == {done.file}


@pytest.mark.parametrize(
    ("defect", "value"),
    [
        ("orphan_rows", b"f" * 32),
        ("impossible_dates", b"2017-02-30 10:00:00"),
        ("non_numeric_money", b"R$ 10"),
        ("invalid_utf8", b"s\xe3o paulo"),
        ("huge_field", b"x" * 10_000_000),
        ("unclosed_quote", b'"sao paulo'),
    ],
)
def test_a_spoilt_field_stands_in_its_row_and_column(
    defect: str, value: bytes, delivery: Path, tmp_path: Path
) -> None:
    shutil.copy(delivery / DEFECTS[defect][0], tmp_path)
    done = spoil(tmp_path, defect)
    lines = (tmp_path / done.file).read_bytes().split(b"\n")
    assert done.row is not None
    header = lines[0].decode().replace('"', "").split(",")
    assert lines[done.row].split(b",")[header.index(str(done.column))] == value


def test_an_unknown_defect_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no defect is called 'rust'"):
        spoil(tmp_path, "rust")
