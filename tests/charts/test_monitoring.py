"""Alerts: each fires on what it is for and on nothing else, and says where its runbook is. promtool is the judge."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.cluster.pieces import pieces
from tests.charts.network import Pod, admits, policies
from tests.charts.promql import known_metrics, used_metrics
from tests.charts.releases import AIRFLOW, GOOGLE_PLACES, PLACES, render
from tests.charts.rendering import CHARTS, find, names, search
from tests.programs import program

RULES = CHARTS / "platform" / "files" / "rules.yaml"
RUNBOOKS = CHARTS / "platform" / "runbooks"
UNIT_TESTS = Path(__file__).parent / "alerts"
COLLECTOR = Pod("gke-gmp-system", {"app.kubernetes.io/name": "collector"})


def alerts(groups: list[Any]) -> Iterator[Any]:
    """Every alert of some groups."""
    return (rule for group in groups for rule in group["rules"])


ALERTS = {alert["alert"]: alert for alert in alerts(yaml.safe_load(RULES.read_text())["groups"])}
each_alert = pytest.mark.parametrize("alert", ALERTS)


def dashed(alert: str) -> str:
    """An alert's name in words with dashes, as its files have it."""
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in alert).strip("-")


def promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [program("promtool"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_rules_are_well_formed() -> None:
    checked = promtool("check", "rules", RULES)

    assert checked.returncode == 0, checked.stdout + checked.stderr


def promtool_on(alert: str, folder: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run an alert's unit tests against its rule alone, as promtool evaluates whatever is in a file."""
    rules = {"groups": [{"name": "tested", "rules": [ALERTS[alert] | changes]}]}
    (folder / "rules.yaml").write_text(yaml.safe_dump(rules))
    checks = yaml.safe_load((UNIT_TESTS / f"{dashed(alert)}.yaml").read_text())
    (folder / "tests.yaml").write_text(yaml.safe_dump(checks | {"rule_files": ["rules.yaml"]}))
    return promtool("test", "rules", folder / "tests.yaml")


@each_alert
def test_an_alert_fires_on_what_is_planted_and_is_silent_otherwise(alert: str, tmp_path: Path) -> None:
    done = promtool_on(alert, tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("expression", ["vector(0) > 1", "vector(1)"], ids=["never", "always"])
@each_alert
def test_an_alert_that_fires_never_or_always_fails_its_tests(
    alert: str, expression: str, tmp_path: Path
) -> None:
    done = promtool_on(alert, tmp_path, expr=expression)

    assert done.returncode == 1
    assert f"alertname: {alert}" in done.stdout + done.stderr


@each_alert
def test_an_alert_says_how_bad_it_is_and_what_is_the_matter(alert: str) -> None:
    assert ALERTS[alert]["labels"]["severity"] in {"critical", "warning"}
    assert "for" in ALERTS[alert]
    assert ALERTS[alert]["annotations"]["summary"].endswith(".")


@each_alert
def test_an_alert_asks_only_for_metrics_that_someone_sends(alert: str) -> None:
    used = used_metrics(ALERTS[alert]["expr"])

    assert used
    assert used <= known_metrics()


def test_a_metric_that_nobody_sends_is_found() -> None:
    assert used_metrics('sum by (pod) (rate(airflow_dreams{state="failed"}[5m] offset 1d)) > 0') == {
        "airflow_dreams"
    }


@pytest.mark.parametrize("place", GOOGLE_PLACES)
def test_each_alert_leads_to_a_runbook_that_is_there(place: str) -> None:
    found = list(alerts(find(render("platform", place), "Rules", "customer-360")["spec"]["groups"]))
    addresses = {alert["alert"]: alert["annotations"]["runbook_url"] for alert in found}

    assert addresses == {
        alert: f"https://github.com/example/customer-360/blob/main/charts/platform/runbooks/{dashed(alert)}.md"
        for alert in ALERTS
    }
    assert [alert for alert in ALERTS if not (RUNBOOKS / f"{dashed(alert)}.md").is_file()] == []


@pytest.mark.parametrize("system", ["google", "operator"])
def test_who_evaluates_gets_the_rules_of_the_file(system: str) -> None:
    kind, version = {
        "google": ("Rules", "monitoring.googleapis.com/v1"),
        "operator": ("PrometheusRule", "monitoring.coreos.com/v1"),
    }[system]
    rules = find(render("platform", "staging", monitoring__system=system), kind, "customer-360")

    for alert in alerts(rules["spec"]["groups"]):
        del alert["annotations"]["runbook_url"]
    assert rules["apiVersion"] == version
    assert rules["spec"]["groups"] == yaml.safe_load(RULES.read_text())["groups"]


@pytest.mark.parametrize(
    ("system", "kind", "endpoints"),
    [("google", "PodMonitoring", "endpoints"), ("operator", "PodMonitor", "podMetricsEndpoints")],
)
def test_who_scrapes_finds_the_exporter(system: str, kind: str, endpoints: str) -> None:
    scrape = find(render("platform", "staging", monitoring__system=system), kind, "statsd")["spec"]
    exporter = find(render("airflow", "staging"), "Deployment", "airflow-statsd")["spec"]["template"]

    assert scrape["selector"]["matchLabels"].items() <= exporter["metadata"]["labels"].items()
    assert {entry["port"] for entry in scrape[endpoints]} <= set(
        search("spec.containers[].ports[].name", exporter)
    )


def test_on_kind_nobody_scrapes_and_nobody_sends() -> None:
    kinds = {kind for kind, _ in names(render("platform", "kind"))}
    worker = search('data."airflow.cfg"', find(render("airflow", "kind"), "ConfigMap", "airflow-config"))

    assert not kinds & {"Rules", "PrometheusRule", "PodMonitoring", "PodMonitor"}
    assert "statsd_on = False" in worker


@pytest.mark.parametrize("place", GOOGLE_PLACES)
def test_only_who_scrapes_enters_the_exporters_metrics(place: str) -> None:
    rules = policies(AIRFLOW, render("platform", place))
    exporter = Pod(AIRFLOW, {"component": "statsd"})

    assert admits(rules, COLLECTOR, exporter, 9102)
    assert not admits(rules, COLLECTOR, exporter, 9125, "UDP")
    assert not admits(rules, Pod("default", COLLECTOR.labels), exporter, 9102)
    assert not admits(rules, Pod(AIRFLOW, {"component": "worker"}), exporter, 9102)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("who", "sends"),
    [
        *((name, True) for name in ("api-server", "scheduler", "dag-processor", "triggerer", "worker")),
        *((name, False) for name in ("prepare-airflow", "stranger")),
    ],
)
def test_airflow_and_its_workers_send_metrics_and_nobody_else(place: str, who: str, sends: bool) -> None:
    rules = policies(AIRFLOW, render("platform", place))
    exporter = Pod(AIRFLOW, {"component": "statsd"})

    assert admits(rules, Pod(AIRFLOW, {"component": who}), exporter, 9125, "UDP") is sends
    assert not admits(rules, exporter, "151.101.1.1", 443)


def test_the_exporter_is_the_one_that_the_tests_run() -> None:
    images = yaml.safe_load((CHARTS / "airflow" / "values.yaml").read_text())["images"]

    assert images["statsd"]["tag"] == f"v{pieces()['programs']['statsd_exporter']['version']}"


def test_another_mapping_makes_another_exporter() -> None:
    """It reads its mapping once, when it starts."""
    one, other = (
        find(found, "Deployment", "airflow-statsd")["spec"]["template"]["metadata"]["annotations"]
        for found in (render("airflow", "staging"), render("airflow", "staging", statsd__overrideMappings=[]))
    )

    assert one != other


@pytest.mark.parametrize("place", GOOGLE_PLACES)
def test_a_task_is_told_where_the_exporter_is(place: str) -> None:
    template = find(render("airflow", place), "ConfigMap", "airflow-config")["data"]["pod_template_file.yaml"]
    service = find(render("airflow", place), "Service", "airflow-statsd")["spec"]
    told = search("spec.containers[0].env[?name=='C360_STATSD'].value", yaml.safe_load(template))

    assert told == ["airflow-statsd:9125"]
    assert {"name": "statsd-ingest", "protocol": "UDP", "port": 9125, "targetPort": 9125} in service["ports"]
