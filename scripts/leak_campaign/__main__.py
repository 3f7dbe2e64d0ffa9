"""Hide personal data in a delivery, run the pipeline, and measure what of it gets into the open marts.

Exit codes: 0 all is within bounds, 1 something is not; build/leak-campaign/summary.json has the figures.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml
from rich.console import Console
from rich.table import Table

from customer360.dbt_session import DbtSession
from customer360.settings import Settings, from_environment
from customer360.warehouse import Warehouse
from scripts.demo.pipeline import Pipeline, Run
from scripts.leak_campaign.anonymity import Anonymity, measure
from scripts.leak_campaign.delivery import Key, make
from scripts.leak_campaign.linkage import Link, links
from scripts.leak_campaign.redaction import Redaction, judge
from scripts.leak_scan.known import plain, squeeze
from scripts.progress import Progress
from scripts.sandbox import running_sandbox

REPOSITORY = Path(__file__).resolve().parents[2]
BUILD = REPOSITORY / "build" / "leak-campaign"
DAY = "2018-12-31"
K: int = yaml.safe_load((REPOSITORY / "dbt" / "dbt_project.yml").read_text())["vars"]["k_anonymity"]
LEAST_RECALL, LEAST_PRECISION = 0.99, 0.97


@dataclass(frozen=True)
class Found:
    """What the campaign measured."""

    redaction: Redaction
    names_shown: int
    anonymity: Anonymity
    ways: int
    links: list[Link]

    def faults(self) -> list[str]:
        """What is out of bounds."""
        exposed = sum(group.exposed for group in self.anonymity.groups)
        checks = {
            f"recall {self.redaction.recall:.4f} is below {LEAST_RECALL}": self.redaction.recall
            < LEAST_RECALL,
            f"precision {self.redaction.precision:.4f} is below {LEAST_PRECISION}": self.redaction.precision
            < LEAST_PRECISION,
            f"{self.names_shown} names stand in sellers' cities": self.names_shown,
            f"{exposed} persons share what is shown of them with fewer than {K}": exposed,
            f"{len(self.links)} ways lead from the restricted mart to a person": self.links,
        }
        return [words for words, is_fault in checks.items() if is_fault]


def main() -> int:
    """Run the campaign; the exit code."""
    parser = argparse.ArgumentParser(prog="make leak-campaign", description=__doc__)
    parser.add_argument("--orders", type=int, default=10_000, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=360, help="default: %(default)s")
    arguments = parser.parse_args()
    console = Console()
    with running_sandbox(BUILD / "sandbox") as sandbox:
        os.environ.update(sandbox.environment())
        found = run(arguments.orders, arguments.seed, console)
    for table in (_redaction(found.redaction), _anonymity(found.anonymity), _linkage(found)):
        console.print(table)
    redaction = found.redaction
    summary = asdict(found) | {"recall": redaction.recall, "precision": redaction.precision}
    (BUILD / "summary.json").write_text(json.dumps(summary, indent=1) + "\n")
    for words in found.faults():
        console.print(f"[bold red]leak campaign[/] {words}", highlight=False)
    console.print(
        f"leak campaign: recall {redaction.recall:.2%}, precision {redaction.precision:.2%}, "
        f"{len(found.links)} of {found.ways} ways lead to a person; {BUILD}/summary.json",
        highlight=False,
    )
    return 1 if found.faults() else 0


def run(orders: int, seed: int, console: Console) -> Found:
    """Deliver, run and measure against the sandbox that the environment names. Raises a step's error."""
    settings = from_environment()
    with Progress(console) as progress:
        progress.start("delivery")
        labels, names = make(BUILD / "delivery", orders, seed)
        progress.stop("✓")
        progress.start("pipeline")
        target = BUILD / "target"
        with DbtSession(settings.dbt_directory, settings.dbt_target, target, BUILD / "dbt.out") as dbt:
            pipeline = Pipeline(settings, Run("leak-campaign", DAY))
            pipeline.create_datasets()
            pipeline.execute(str(BUILD / "delivery"), dbt, full_refresh=True)
        progress.stop("✓")
        progress.start("measures")
        warehouse = pipeline.warehouse
        redaction = judge(
            (labels[key], title, message) for key, title, message in _texts(warehouse, settings)
        )
        ways, found = links(warehouse, settings, K)
        result = Found(
            redaction, _names_shown(warehouse, settings, names), measure(warehouse, settings, K), ways, found
        )
        progress.stop("✓")
    return result


def _texts(warehouse: Warehouse, settings: Settings) -> list[tuple[Key, str, str]]:
    rows = warehouse.rows(
        "select reviews.review_id, reviews.order_id, redacted.comment_title, redacted.comment_message "
        f"from {settings.dataset('staging')}.stg_order_reviews as reviews "
        f"inner join {settings.dataset('intermediate')}.int_reviews_redacted as redacted "
        "on reviews.order_review_key = redacted.order_review_key"
    )
    return [
        ((row["review_id"], row["order_id"]), row["comment_title"] or "", row["comment_message"] or "")
        for row in rows
    ]


def _names_shown(warehouse: Warehouse, settings: Settings, names: set[str]) -> int:
    rows = warehouse.rows(f"select distinct city from {settings.dataset('marts')}.dim_sellers")
    # A city is cleaned before it is shown: accents and case are gone.
    shown = {squeeze(plain(row["city"] or "")) for row in rows}
    return len(shown & {squeeze(plain(name)) for name in names})


def _redaction(redaction: Redaction) -> Table:
    table = Table("class", "layout", "form", box=None, title="redaction")
    for heading in ("planted", "hidden", "recall"):
        table.add_column(heading, justify="right")
    for score in sorted(redaction.scores, key=lambda score: (score.recall, score.kind, score.layout)):
        counts = (str(score.planted), str(score.hidden), f"{score.recall:.1%}")
        table.add_row(score.kind, score.layout, score.form, *counts)
    return table


def _anonymity(anonymity: Anonymity) -> Table:
    table = Table("persons who share", box=None, title=f"{anonymity.persons:,} persons, k = {anonymity.k}")
    for heading in ("smallest group", "below k", "of these exposed"):
        table.add_column(heading, justify="right")
    for group in anonymity.groups:
        table.add_row(", ".join(group.columns), str(group.smallest), str(group.below), str(group.exposed))
    shares = ", ".join(f"{column} of {share:.1%}" for column, share in anonymity.shown.items())
    table.caption = f"shown: {shares}"
    return table


def _linkage(found: Found) -> Table:
    table = Table("way from the restricted mart", "contacts", box=None, title="linkage")
    for link in found.links:
        table.add_row(link.way, str(link.contacts))
    return table


if __name__ == "__main__":
    sys.exit(main())
