"""A person planted into a delivery, and every value that would tell that the person was there."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

from customer360.catalogue import source
from customer360.privacy import keyed_hash, mask_name, normalise_email, normalise_phone
from customer360.settings import Settings
from customer360.storage import Bucket
from customer360.warehouse import Warehouse
from scripts.sandbox import Sandbox

PERSON = "abad1dea" * 4
CUSTOMERS = ("c0ffee01" * 4, "c0ffee02" * 4, "c0ffee03" * 4)
ORDERS = ("0de12e01" * 4, "0de12e02" * 4, "0de12e03" * 4)
REVIEWS = ("5eafood1".replace("o", "0") * 4, "5eaf00d2" * 4)
# Four names, because a generated person may share the initials of three.
NAME, EMAIL, PHONE = (
    "Zulmira Testemunha Yara Quaresma",
    "zulmira.quaresma@example.org",
    "+55 (071) 98123 4567",
)
STREET = "Ladeira do Sigilo, 4711"
TEXTS = ("Chegou torto, escrevam para zulmira.quaresma@example.org", "Tudo certo\r\nme liguem: 71 98123-4567")
# Texts in which no value is told apart from others'.
WORDS = ("Chegou torto", "me liguem", "Perguntei duas vezes")


def _times(month: str, *days: int) -> list[str]:
    return [f"{month}-{day:02} 10:00:00" for day in days]


ROWS = {
    "customers": [[customer, PERSON, "40015", "salvador", "BA"] for customer in CUSTOMERS],
    "orders": [
        [ORDERS[0], CUSTOMERS[0], "delivered", *_times("2017-05", 1, 1, 2, 8), "2017-05-20 00:00:00"],
        [ORDERS[1], CUSTOMERS[1], "delivered", *_times("2018-02", 3, 3, 4, 9), "2018-02-20 00:00:00"],
        # The thirtieth of February: this one goes to the quarantine.
        [ORDERS[2], CUSTOMERS[2], "created", "2018-02-30 10:00:00", "", "", "", "2018-03-20 00:00:00"],
    ],
    "order_payments": [
        [ORDERS[0], "1", "boleto", "1", "123.45"],
        [ORDERS[1], "1", "credit_card", "2", "67.89"],
    ],
    "order_reviews": [
        [REVIEWS[0], ORDERS[0], "1", "Perguntei duas vezes", TEXTS[0], "2017-05-09 00:00:00", "2017-05-10 10:00:00"],
        [REVIEWS[1], ORDERS[1], "5", "", TEXTS[1], "2018-02-10 00:00:00", "2018-02-11 10:00:00"],
    ],
    "customer_pii": [
        [PERSON, NAME, EMAIL, PHONE, f"{STREET}, Centro, Salvador, BA, CEP 40015-123", "salvador", "BA"],
        [PERSON, NAME.upper(), f" {EMAIL.upper()} ", "5571981234567", "", "salvador", "BA"],
    ],
}  # fmt: skip


def plant(delivery: Path) -> None:
    """Add the person's rows to a delivery."""
    with (delivery / source("order_items").file).open(newline="") as file:
        product, seller = next((row["product_id"], row["seller_id"]) for row in csv.DictReader(file))
    items = [
        [ORDERS[0], "1", product, seller, "2017-05-05 10:00:00", "100.00", "23.45"],
        [ORDERS[1], "1", product, seller, "2018-02-07 10:00:00", "60.00", "7.89"],
    ]
    for table, rows in (ROWS | {"order_items": items}).items():
        with (delivery / source(table).file).open("a", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)


def traces(settings: Settings) -> list[str]:
    """What must not stand anywhere: ids, contacts, texts, and each hash that is made of them; in lower case."""
    ids = (PERSON, *CUSTOMERS, *ORDERS, *REVIEWS)
    contacts = (NAME, EMAIL, PHONE, "5571981234567", STREET, mask_name(NAME), *WORDS)
    normal = [text for text in (normalise_email(EMAIL), normalise_phone(PHONE)) if text]
    hashed = [*ids, *normal, EMAIL, PHONE, NAME]
    hashes = [keyed_hash(key, text) for key in (settings.hash_key, settings.contact_key) for text in hashed]
    plain = [hashlib.sha256(text.encode()).hexdigest() for text in hashed]
    orders = [*ORDERS, *(keyed_hash(settings.hash_key, order) for order in ORDERS)]
    composed = [_composed(order, "1") for order in orders]
    composed += [
        _composed(*pair)
        for review in REVIEWS
        for order in orders
        for pair in ((review, order), (order, review))
    ]
    return [text.lower() for text in (*ids, *contacts, *normal, *hashes, *plain, *composed)]


def _composed(*values: str) -> str:
    """dbt's surrogate_key."""
    return hashlib.sha256("|".join(f"{len(value)}:{value}" for value in values).encode()).hexdigest()


def in_tables(warehouse: Warehouse, datasets: list[str], wanted: list[str]) -> set[str]:
    """Tables of which a cell holds one of the values."""
    tables = [
        f"{table.dataset_id}.{table.table_id}"
        for dataset in datasets
        for table in warehouse.client.list_tables(dataset)
    ]
    return {table for table in tables if _stand_in("\n".join(rows(warehouse, table)), wanted)}


def rows(warehouse: Warehouse, table: str) -> list[str]:
    """The rows of a table as JSON, in order."""
    return sorted(
        row["row"] for row in warehouse.rows(f"select to_json_string(found) as `row` from {table} as found")
    )


def in_objects(bucket: Bucket, wanted: list[str]) -> set[str]:
    """Objects of which any generation holds one of the values, in its bytes or in its name."""
    return {
        entry.name
        for entry in bucket.generations("")
        if _stand_in(entry.name + b"".join(bucket.read(entry)).decode(), wanted)
    }


def in_files(sandbox: Sandbox, bucket: Bucket, wanted: list[str]) -> set[str]:
    """Files on disk that hold one of the values, below the bucket and where the gateway keeps its old generations."""
    return {
        str(path)
        for path in (sandbox.directory / "storage").glob(f"{bucket.name}*/**/*")
        if path.is_file() and _stand_in(path.read_bytes().decode(errors="replace"), wanted)
    }


def _stand_in(text: str, wanted: list[str]) -> bool:
    lowered = text.lower()
    return any(value in lowered for value in wanted)
