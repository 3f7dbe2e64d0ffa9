"""Each kind of change, made to a copy of the project in a git repository and parsed by dbt."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from scripts.contracts.__main__ import main, report
from scripts.contracts.breaks import compare
from scripts.contracts.consumers import readers_of_layers
from scripts.contracts.projects import project_at
from tests.checkout import Checkout

pytestmark = pytest.mark.slow

CUSTOMERS = "models/marts/core/dim_customers"
ORDERS = "models/marts/core/facts/fct_orders"
SELLERS = "models/marts/core/dim_sellers"

Check = Callable[..., dict[str, list[dict[str, Any]]]]


@pytest.fixture(scope="module")
def check(repository: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Check:
    """Function that compares the repository's files with a commit; dbt parses again only what changed."""
    scratch = tmp_path_factory.mktemp("scratch")

    def compared(base: str = "main") -> dict[str, list[dict[str, Any]]]:
        project = project_at(repository.root, base, scratch / "checkout" / base)
        state = scratch / "state" / base
        return report(compare(project, repository.project, state), readers_of_layers(repository.root))

    return compared


def only(entries: list[dict[str, Any]]) -> dict[str, Any]:
    (entry,) = entries
    return entry


def test_an_unchanged_project_breaks_nothing(checkout: Checkout, check: Check) -> None:
    del checkout
    assert check() == {"breaking": [], "internal": [], "full_refresh": []}


def test_an_added_column_is_fine(checkout: Checkout, check: Check) -> None:
    added = "      - name: added\n        data_type: string\n        description: New.\n"
    checkout.replace(f"{CUSTOMERS}.yml", "      - name: masked_name\n", f"{added}      - name: masked_name\n")
    assert check() == {"breaking": [], "internal": [], "full_refresh": []}


def test_an_added_constraint_is_fine(checkout: Checkout, check: Check) -> None:
    checkout.replace(
        f"{CUSTOMERS}.yml",
        "description: Whether an e-mail address is known.",
        "description: Whether an e-mail address is known.\n        constraints: [{type: not_null}]",
    )
    assert check()["breaking"] == []


def test_a_removed_column_is_told_with_every_consumer(checkout: Checkout, check: Check) -> None:
    checkout.replace(f"{CUSTOMERS}.yml", "name: email_hash", "name: mail_hash")
    assert only(check()["breaking"]) == {
        "model": "dim_customers",
        "file": f"{CUSTOMERS}.sql",
        "what": ("Columns were removed: email_hash",),
        "groups": ("analysts", "marketing"),
        "exposures": (
            "campaign_audiences (Marketing, marketing@example.com)",
            "customer_360_report (Analytics, analytics@example.com)",
        ),
        "models": ("customer_360", "customer_contacts"),
        "exposed": True,
    }


def test_a_column_of_the_restricted_mart_concerns_marketing_alone(checkout: Checkout, check: Check) -> None:
    checkout.replace("models/marts/marketing/customer_contacts.yml", "name: phone\n", "name: telephone\n")
    broken = only(check()["breaking"])
    assert broken["groups"] == ("marketing",)
    assert broken["exposures"] == ("campaign_audiences (Marketing, marketing@example.com)",)


def test_a_changed_type_is_a_break(checkout: Checkout, check: Check) -> None:
    checkout.replace(
        f"{CUSTOMERS}.yml",
        "name: latitude\n        data_type: float64",
        "name: latitude\n        data_type: numeric",
    )
    assert only(check()["breaking"])["what"] == (
        "Columns with data_type changes: latitude (float64 -> numeric)",
    )


def test_a_column_that_may_be_null_from_now_on_is_a_break(checkout: Checkout, check: Check) -> None:
    version = "        description: Version of the hash key.\n"
    checkout.replace(f"{CUSTOMERS}.yml", f"{version}        constraints: [{{type: not_null}}]\n", version)
    (what,) = only(check()["breaking"])["what"]
    assert what.startswith("Enforced column level constraints were removed")
    assert "key_version" in what


def test_a_removed_model_is_a_break(checkout: Checkout, check: Check) -> None:
    checkout.remove("models/marts/core/fct_exchange_rates.sql", "models/marts/core/fct_exchange_rates.yml")
    broken = only(check()["breaking"])
    assert (broken["model"], broken["groups"]) == ("fct_exchange_rates", ("analysts", "marketing"))
    assert "was deleted or renamed" in broken["what"][0]


@pytest.mark.parametrize(
    ("setting", "place"),
    [("alias: sellers", "olist_marts.sellers"), ("schema: restricted", "olist_restricted.dim_sellers")],
)
def test_a_table_that_moves_is_a_break(checkout: Checkout, check: Check, setting: str, place: str) -> None:
    checkout.replace(f"{SELLERS}.yml", "    constraints:\n", f"    config: {{{setting}}}\n    constraints:\n")
    (what,) = only(check()["breaking"])["what"]
    production = "customer-360-production"
    assert what == f"Moved: {production}.olist_marts.dim_sellers -> {production}.{place}"


def test_a_contract_that_is_no_longer_enforced_is_a_break(checkout: Checkout, check: Check) -> None:
    checkout.replace(
        f"{SELLERS}.yml",
        "    constraints:\n",
        "    config: {contract: {enforced: false}}\n    constraints:\n",
    )
    (what,) = only(check()["breaking"])["what"]
    assert what.startswith("Contract enforcement was removed")


def test_a_change_that_only_models_of_the_project_read_breaks_nobody(
    checkout: Checkout, check: Check
) -> None:
    checkout.replace("models/intermediate/int_sellers_cleaned.yml", "- name: city", "- name: town")
    found = check()
    assert found["breaking"] == []
    assert only(found["internal"])["models"] == ("dim_sellers",)


def test_a_column_added_to_an_incremental_fact_needs_a_full_refresh(checkout: Checkout, check: Check) -> None:
    added = "      - name: is_new\n        data_type: bool\n        description: New.\n"
    checkout.replace(f"{ORDERS}.yml", "      - name: order_status\n", f"{added}      - name: order_status\n")
    found = check()
    assert found["breaking"] == []
    assert only(found["full_refresh"])["what"] == ("Column is_new: absent -> bool",)


def versioned(checkout: Checkout, old: str) -> None:
    """Give dim_sellers a second version without the city; the first stays as it was, with `old` in its entry."""
    checkout.replace(
        f"{SELLERS}.yml",
        "    columns:\n",
        "    latest_version: 1\n    versions:\n"
        f"      - {{v: 1, defined_in: dim_sellers, config: {{alias: dim_sellers}}{old}}}\n"
        "      - {v: 2, columns: [{include: all, exclude: [city]}]}\n    columns:\n",
    )
    checkout.write(f"{SELLERS}_v2.sql", 'select * except (city) from {{ ref("int_sellers_cleaned") }}\n')


def test_a_version_beside_the_old_one_breaks_nothing(checkout: Checkout, check: Check) -> None:
    versioned(checkout, "")
    assert check()["breaking"] == []


@pytest.mark.parametrize(("date", "broken"), [("2020-01-01", False), ("2999-01-01", True)])
def test_a_version_may_go_when_its_deprecation_date_is_past(
    checkout: Checkout, check: Check, date: str, broken: bool
) -> None:
    versioned(checkout, f", deprecation_date: {date}")
    checkout.git("checkout", "--quiet", "--detach")
    base = checkout.commit()
    checkout.replace(f"{SELLERS}.yml", "latest_version: 1", "latest_version: 2")
    text = (checkout.project / f"{SELLERS}.yml").read_text().splitlines(keepends=True)
    checkout.write(f"{SELLERS}.yml", "".join(line for line in text if "{v: 1" not in line))
    checkout.remove(f"{SELLERS}.sql")
    assert bool(check(base)["breaking"]) is broken


def test_the_command_ends_with_1_and_says_what_to_do(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout.replace(f"{CUSTOMERS}.yml", "name: email_hash", "name: mail_hash")
    assert main(["--root", str(checkout.root), "--base", "main"]) == 1
    said = capsys.readouterr().out
    assert "dim_customers" in said
    assert "group marketing" in said
    assert "deprecation_date" in said


def test_the_command_prints_json_on_request_and_nothing_else(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--root", str(checkout.root), "--base", "main", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"breaking": [], "internal": [], "full_refresh": []}


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
