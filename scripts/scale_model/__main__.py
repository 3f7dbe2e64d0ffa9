"""Say what a run would read, cost and need at a size that fits nowhere here, such as 1,000,000,000 orders.

Two runs in the sandbox measure how each table and file grows and how long its rows are; Google's analyzer says which
columns each query reads; prices.yaml has list prices and limits. Nothing runs at that size: build/scale/model.json is a
calculation. Exit codes: 0 calculated, 1 a run or the analyzer failed.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

import yaml
from rich.console import Console

from customer360.dbt_session import DbtError
from scripts.lint_sql.analyzer import AnalyzerError, provide
from scripts.lint_sql.project import CompileError
from scripts.progress import Progress
from scripts.sandbox import SandboxError
from scripts.scale_model.measure import DBT, Measured, measure
from scripts.scale_model.model import Model, model
from scripts.scale_model.show import show

RESULT = Path("build/scale/model.json").resolve()
PRICES = Path(__file__).with_name("prices.yaml")
# Beyond them nothing that is bounded, such as places, still grows.
SIZES = (150_000, 450_000)


def main() -> int:
    """Measure, calculate, show; the exit code."""
    parser = argparse.ArgumentParser(prog="make scale-model", description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000_000, help="default: %(default)s")
    orders = parser.parse_args().orders
    console = Console()
    go = shutil.which("go")
    if go is None:
        console.print("[bold red]scale model[/] Google's analyzer needs Go 1.25 or newer: https://go.dev/dl")
        return 1
    try:
        with Progress(console) as progress:
            found = calculated(go, orders, progress)
    except (AnalyzerError, CompileError, DbtError, SandboxError) as error:
        console.print(f"[bold red]scale model[/] {error}", highlight=False)
        return 1
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(asdict(found), indent=1) + "\n")
    show(found, console)
    console.print(f"scale model: {RESULT}", highlight=False)
    return 0


def calculated(go: str, orders: int, progress: Progress) -> Model:
    """The model from two runs made now."""
    progress.start("the analyzer")
    program = provide(go)
    small, large = (_measured(size, program, progress) for size in SIZES)
    return model(small, large, orders, yaml.safe_load(PRICES.read_text()), _most_billed())


def _measured(orders: int, program: Path, progress: Progress) -> Measured:
    progress.start(f"a run of {orders:,} orders")
    return measure(orders, program)


def _most_billed() -> int:
    """Bytes that a query may bill in production unless the environment says otherwise."""
    profile = yaml.safe_load((DBT / "profiles.yml").read_text())["customer_360"]["outputs"]["prod"]
    (digits,) = re.findall(r"'(\d+)'", profile["maximum_bytes_billed"])
    return int(digits)


if __name__ == "__main__":
    sys.exit(main())
