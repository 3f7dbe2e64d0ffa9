"""The Dag is tested with what the Airflow image installs."""

from __future__ import annotations

import re
from pathlib import Path

REQUIREMENTS = Path(__file__).parents[2] / "requirements"
PIN = re.compile(r"^([a-z0-9.-]+(?:\[[a-z,-]+\])?==\S+)", re.MULTILINE)


def pins(group: str) -> set[str]:
    return set(PIN.findall((REQUIREMENTS / f"{group}.txt").read_text("utf-8")))


def test_the_tests_of_the_dag_have_every_version_of_the_image() -> None:
    assert len(pins("airflow")) > 100
    assert pins("airflow") - pins("airflow-test") == set()
