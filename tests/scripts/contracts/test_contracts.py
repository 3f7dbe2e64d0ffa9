"""Each kind of change, made to a copy of the project in a git repository and parsed by dbt.

Changes to different models stand side by side in one comparison, as parsing takes seconds.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from scripts.contracts.__main__ import main, report, show
from scripts.contracts.breaks import compare
from scripts.contracts.consumers import readers_of_layers
from scripts.contracts.projects import project_at
from tests.checkout import Checkout

pytestmark = pytest.mark.slow

CORE = "models/marts/core"
CUSTOMERS, ORDERS = f"{CORE}/dim_customers", f"{CORE}/facts/fct_orders"
SELLERS, PRODUCTS, DATES = f"{CORE}/dim_sellers", f"{CORE}/dim_products", f"{CORE}/dim_dates"
PRODUCTION = "customer-360-production"

Entries = dict[str, dict[str, Any]]
Check = Callable[..., dict[str, Entries]]


@pytest.fixture(scope="module")
def check(repository: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Check:
    """Function that compares the repository's files with a commit; dbt parses again only what changed."""
    scratch = tmp_path_factory.mktemp("scratch")

    def compared(base: str = "main") -> dict[str, Entries]:
        project = project_at(repository.root, base, scratch / "checkout" / base)
        state = scratch / "state" / base
        found = report(compare(project, repository.project, state), readers_of_layers(repository.root))
        return by_model(found)

    return compared


def by_model(found: dict[str, list[dict[str, Any]]]) -> dict[str, Entries]:
    """The entries of each kind by the name of the model."""
    return {kind: {entry["model"]: entry for entry in entries} for kind, entries in found.items()}


@pytest.fixture(scope="module")
def changed(repository: Checkout) -> dict[str, Entries]:
    """What the command prints of one change to each of several models, and of three to dim_customers."""
    repository.reset()
    # dim_customers: a column goes, one gets another type, one may be null from now on.
    repository.replace(f"{CUSTOMERS}.yml", "name: email_hash", "name: mail_hash")
    repository.replace(
        f"{CUSTOMERS}.yml",
        "name: latitude\n        data_type: float64",
        "name: latitude\n        data_type: numeric",
    )
    version = "        description: Version of the hash key.\n"
    repository.replace(f"{CUSTOMERS}.yml", f"{version}        constraints: [{{type: not_null}}]\n", version)
    repository.replace("models/marts/marketing/customer_contacts.yml", "name: phone\n", "name: telephone\n")
    repository.remove(f"{CORE}/fct_exchange_rates.sql", f"{CORE}/fct_exchange_rates.yml")
    for model, setting in (
        (SELLERS, "alias: sellers"),
        (PRODUCTS, "schema: restricted"),
        (DATES, "contract: {enforced: false}"),
    ):
        repository.replace(
            f"{model}.yml", "    constraints:\n", f"    config: {{{setting}}}\n    constraints:\n"
        )
    repository.replace("models/intermediate/int_sellers_cleaned.yml", "- name: city", "- name: town")
    added = "      - name: is_new\n        data_type: bool\n        description: New.\n"
    repository.replace(
        f"{ORDERS}.yml", "      - name: order_status\n", f"{added}      - name: order_status\n"
    )
    printed = StringIO()
    with redirect_stdout(printed):
        assert main(["--root", str(repository.root), "--base", "main", "--json"]) == 1
    return by_model(json.loads(printed.getvalue()))


def test_a_removed_column_is_told_with_every_consumer(changed: dict[str, Entries]) -> None:
    told = changed["breaking"]["dim_customers"]
    assert "Columns were removed: email_hash" in told["what"]
    assert told == {
        "what": told["what"],
        "model": "dim_customers",
        "file": f"{CUSTOMERS}.sql",
        "groups": ["analysts", "marketing"],
        "exposures": [
            "campaign_audiences (Marketing, marketing@example.com)",
            "customer_360_report (Analytics, analytics@example.com)",
        ],
        "models": ["customer_360", "customer_contacts"],
        "exposed": True,
    }


def test_a_changed_type_is_a_break(changed: dict[str, Entries]) -> None:
    told = changed["breaking"]["dim_customers"]["what"]
    assert "Columns with data_type changes: latitude (float64 -> numeric)" in told


def test_a_column_that_may_be_null_from_now_on_is_a_break(changed: dict[str, Entries]) -> None:
    what = [text for text in changed["breaking"]["dim_customers"]["what"] if "key_version" in text]
    assert [text.startswith("Enforced column level constraints were removed") for text in what] == [True]


def test_a_column_of_the_restricted_mart_concerns_marketing_alone(changed: dict[str, Entries]) -> None:
    broken = changed["breaking"]["customer_contacts"]
    assert broken["groups"] == ["marketing"]
    assert broken["exposures"] == ["campaign_audiences (Marketing, marketing@example.com)"]


def test_a_removed_model_is_a_break(changed: dict[str, Entries]) -> None:
    broken = changed["breaking"]["fct_exchange_rates"]
    assert broken["groups"] == ["analysts", "marketing"]
    assert "was deleted or renamed" in broken["what"][0]


@pytest.mark.parametrize(
    ("model", "place"),
    [("dim_sellers", "olist_marts.sellers"), ("dim_products", "olist_restricted.dim_products")],
)
def test_a_table_that_moves_is_a_break(changed: dict[str, Entries], model: str, place: str) -> None:
    (what,) = changed["breaking"][model]["what"]
    assert what == f"Moved: {PRODUCTION}.olist_marts.{model} -> {PRODUCTION}.{place}"


def test_a_contract_that_is_no_longer_enforced_is_a_break(changed: dict[str, Entries]) -> None:
    (what,) = changed["breaking"]["dim_dates"]["what"]
    assert what.startswith("Contract enforcement was removed")


def test_a_change_that_only_models_of_the_project_read_breaks_nobody(changed: dict[str, Entries]) -> None:
    assert "int_sellers_cleaned" not in changed["breaking"]
    assert changed["internal"]["int_sellers_cleaned"]["models"] == ["dim_sellers"]


def test_a_column_added_to_an_incremental_fact_needs_a_full_refresh(changed: dict[str, Entries]) -> None:
    assert "fct_orders" not in changed["breaking"]
    assert changed["full_refresh"]["fct_orders"]["what"] == ["Column is_new: absent -> bool"]


def test_no_change_is_told_of_a_model_that_nobody_changed(changed: dict[str, Entries]) -> None:
    told = {"dim_customers", "customer_contacts", "fct_exchange_rates", "dim_sellers", "dim_products"}
    assert changed["breaking"].keys() == told | {"dim_dates"}
    assert changed["internal"].keys() == {"int_sellers_cleaned"}
    assert changed["full_refresh"].keys() == {"fct_orders"}


def test_an_added_column_an_added_constraint_and_a_version_beside_the_old_one_are_fine(
    checkout: Checkout, check: Check
) -> None:
    added = "      - name: added\n        data_type: string\n        description: New.\n"
    checkout.replace(f"{CUSTOMERS}.yml", "      - name: masked_name\n", f"{added}      - name: masked_name\n")
    checkout.replace(
        f"{CUSTOMERS}.yml",
        "description: Whether an e-mail address is known.",
        "description: Whether an e-mail address is known.\n        constraints: [{type: not_null}]",
    )
    versioned(checkout, SELLERS, "city")
    assert check() == {"breaking": {}, "internal": {}, "full_refresh": {}}


def versioned(checkout: Checkout, model: str, column: str, old: str = "") -> None:
    """Give a mart a second version without a column; the first stays as it was, with `old` in its entry."""
    name = model.rpartition("/")[2]
    checkout.replace(
        f"{model}.yml",
        "    columns:\n",
        "    latest_version: 1\n    versions:\n"
        f"      - {{v: 1, defined_in: {name}, config: {{alias: {name}}}{old}}}\n"
        f"      - {{v: 2, columns: [{{include: all, exclude: [{column}]}}]}}\n    columns:\n",
    )
    # Nothing is compiled, so any query will do.
    checkout.write(f"{model}_v2.sql", "select 1 as number\n")


def without_first_version(checkout: Checkout, model: str) -> None:
    """Take the first version away."""
    checkout.replace(f"{model}.yml", "latest_version: 1", "latest_version: 2")
    text = (checkout.project / f"{model}.yml").read_text().splitlines(keepends=True)
    checkout.write(f"{model}.yml", "".join(line for line in text if "{v: 1" not in line))
    checkout.remove(f"{model}.sql")


def test_a_version_may_go_when_its_deprecation_date_is_past_and_not_before(
    checkout: Checkout, check: Check
) -> None:
    versions = {SELLERS: ("city", "2020-01-01"), DATES: ("is_weekend", "2999-01-01")}
    for model, (column, date) in versions.items():
        versioned(checkout, model, column, f", deprecation_date: {date}")
    checkout.git("checkout", "--quiet", "--detach")
    base = checkout.commit()
    for model in versions:
        without_first_version(checkout, model)
    assert list(check(base)["breaking"]) == ["dim_dates.v1"]


def test_the_table_names_readers_and_says_what_to_do(changed: dict[str, Entries]) -> None:
    console = Console(file=StringIO(), width=200)
    show(console, {kind: list(entries.values()) for kind, entries in changed.items()})
    said = console.file.getvalue()  # type: ignore[attr-defined]
    assert "dim_customers" in said
    assert "group marketing" in said
    assert "deprecation_date" in said


def test_an_unknown_commit_is_refused_with_the_remedy(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--root", str(checkout.root), "--base", "nowhere"]) == 2
    assert "name a commit that is here, such as origin/main" in capsys.readouterr().err


def test_a_project_that_does_not_parse_is_refused_with_the_words_of_dbt(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout.write("models/broken.sql", 'select * from {{ ref("nothing") }}\n')
    assert main(["--root", str(checkout.root), "--base", "main"]) == 2
    assert "depends on a node named 'nothing' which was not found" in capsys.readouterr().err
