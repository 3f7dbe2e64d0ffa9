"""A person in a browser: logs in, opens the Dag, sees the run green, and reads a task's log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from scripts.cluster.run import DAG
from scripts.cluster.secrets import AIRFLOW, read
from scripts.demo.screenshot import chromium
from tests.e2e.conftest import EVIDENCE, Done
from tests.e2e.place import Place

pytestmark = [pytest.mark.cluster, pytest.mark.slow]

PATIENCE_MS = 60_000


@pytest.fixture(scope="module")
def page(place: Place) -> Iterator[Page]:
    """A browser that is logged in."""
    login = read(AIRFLOW, "airflow-admin")
    EVIDENCE.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        found = browser.new_page(viewport={"width": 1400, "height": 900})
        found.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        found.goto(f"{place.airflow.url}/auth/login/")
        found.fill("input[name=username]", login["username"])
        found.fill("input[name=password]", login["password"])
        found.click("input[type=submit], button[type=submit]")
        found.wait_for_url(lambda url: "login" not in url)
        yield found


def picture(page: Page, name: str) -> Path:
    path = EVIDENCE / f"{name}.png"
    page.screenshot(path=path)
    return path


def test_the_dag_s_page_shows_its_task_groups(page: Page, place: Place, done: Done) -> None:
    page.goto(f"{place.airflow.url}/dags/{DAG}/runs/{done.run_id}")
    for group in ("exchange_rates", "uploads", "raw_load", "dbt"):
        expect(page.get_by_text(group).first).to_be_visible()
    picture(page, "dag")


def test_the_run_is_shown_as_a_success(page: Page, place: Place, done: Done) -> None:
    page.goto(f"{place.airflow.url}/dags/{DAG}/runs/{done.run_id}")
    expect(page.get_by_text("Success").first).to_be_visible()
    picture(page, "run")


def test_the_log_of_a_task_can_be_read(page: Page, place: Place, done: Done) -> None:
    page.goto(f"{place.airflow.url}/dags/{DAG}/runs/{done.run_id}/tasks/reconcile")
    expect(page.get_by_text("Returned value was").first).to_be_visible()
    picture(page, "log")
