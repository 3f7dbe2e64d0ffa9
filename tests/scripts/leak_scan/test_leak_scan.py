"""The scan against a real warehouse: clean tables pass, and one planted value anywhere does not."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from google.cloud.bigquery import SchemaField

from customer360.settings import Settings
from customer360.warehouse import Warehouse
from scripts.leak_scan import Finding, LeakReport, scan
from scripts.leak_scan.__main__ import exit_code, main

pytestmark = pytest.mark.sandbox

PERSON, ORDER = "a" * 32, "b" * 32
RAW = {
    "customer_pii": ["customer_unique_id", "real_name", "email", "phone_number", "home_address"],
    "customers": ["customer_id", "customer_unique_id", "customer_city"],
    "orders": ["order_id", "customer_id"],
    "geolocation": ["geolocation_city"],
}


@pytest.fixture(scope="module")
def tables(warehouse: Warehouse, settings: Settings) -> Warehouse:
    """Raw tables with one person, and two open tables without personal data."""
    contact = [PERSON, "Ana Beatriz Lima", "ana.lima@example.com", "(11) 98765-4321", "Rua das Flores, 12"]
    fill(warehouse, f"{settings.dataset('raw')}.customer_pii", RAW["customer_pii"], [contact])
    fill(
        warehouse, f"{settings.dataset('raw')}.customers", RAW["customers"], [["c" * 32, PERSON, "campinas"]]
    )
    fill(warehouse, f"{settings.dataset('raw')}.orders", RAW["orders"], [[ORDER, "c" * 32]])
    fill(warehouse, f"{settings.dataset('raw')}.geolocation", RAW["geolocation"], [["campinas"]])
    fill(
        warehouse,
        f"{settings.dataset('marts')}.dim_customers",
        ["customer_key", "city"],
        [["d" * 64, "campinas"]],
    )
    return warehouse


def fill(warehouse: Warehouse, table: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    schema = [SchemaField(name, "STRING") for name in columns]
    warehouse.replace_from_rows(table, schema, [dict(zip(columns, row, strict=True)) for row in rows])


def plant(warehouse: Warehouse, settings: Settings, *values: str) -> None:
    table = f"{settings.dataset('marts')}.fct_reviews"
    rows = [["e" * 32, value] for value in ("muito bom", *values)]
    fill(warehouse, table, ["review_id", "comment_message"], rows)


def test_open_tables_without_personal_data_pass(tables: Warehouse, settings: Settings) -> None:
    plant(tables, settings, "recebi antes do prazo, nota 10")
    report = scan(tables, settings)
    assert report.findings == ()
    assert (report.columns, exit_code(report)) == (4, 0)


PLANTED = {
    "fale com ana.lima arroba example ponto com": "known e-mail",
    "vendedora Ana Beatriz Lima": "known name",
    "11 9 8765 4321": "known number",
    "na rua das flores 12": "known address",
    "cpf 529.982.247-25": "CPF",
    ORDER: "identifier",
    hashlib.sha256(b"ana.lima@example.com").hexdigest(): "hash without a key",
}


def test_one_planted_value_is_found_and_named_by_its_column(tables: Warehouse, settings: Settings) -> None:
    plant(tables, settings, PERSON)
    report = scan(tables, settings)
    column = f"{settings.dataset('marts')}.fct_reviews.comment_message"
    assert report.findings == (Finding(column, "identifier", 1),)
    assert exit_code(report) == 1


def test_every_kind_of_personal_data_is_found_and_no_value_told(
    tables: Warehouse, settings: Settings
) -> None:
    plant(tables, settings, *PLANTED)
    report = scan(tables, settings)
    assert {finding.kind for finding in report.findings} >= set(PLANTED.values())
    assert not any(value in str(report) for value in PLANTED)


def test_a_value_of_the_ledger_is_looked_for_as_well(
    tables: Warehouse, settings: Settings, tmp_path: Path
) -> None:
    ledger = tmp_path / "ledger.jsonl"
    ledger.write_text(json.dumps({"class": "address", "canonical": "Praça da Matriz, 7"}) + "\n")
    plant(tables, settings, "moro na praca da matriz 7")
    assert scan(tables, settings).leaks == 0
    assert scan(tables, settings, ledger).leaks == 1


def test_a_city_of_an_earlier_delivery_is_no_leak_in_the_history_and_a_name_beside_it_is(
    tables: Warehouse, settings: Settings
) -> None:
    plant(tables, settings)
    history = f"{settings.dataset('marts')}.customer_segment_history"
    fill(tables, history, ["city", "segment"], [["senador ana beatriz lima", "loyal"]])
    assert scan(tables, settings).findings == ()
    fill(tables, history, ["city", "segment"], [["campinas", "ana beatriz lima"]])
    assert scan(tables, settings).findings == (Finding(f"{history}.segment", "known name", 1),)
    tables.client.delete_table(history)


def test_without_a_warehouse_the_remedy_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("C360_PROJECT", "BIGQUERY_EMULATOR_HOST"):
        monkeypatch.delenv(name, raising=False)
    assert main(["--sandbox", str(tmp_path)]) == 2
    assert "make demo KEEP=1" in capsys.readouterr().out


def test_a_scan_of_nothing_proves_nothing() -> None:
    assert exit_code(LeakReport((), columns=0, values=0, known=10)) == 2
    assert exit_code(LeakReport((), columns=3, values=10, known=0)) == 2
