"""The dbt image starts with the project parsed, and works without what Python models would need."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.images.containers import Done, answers, network, python, run, running, wait_until

pytestmark = pytest.mark.cluster

PARSED = (
    ("sandbox", "customer-360-sandbox"),
    ("prod", "customer-360-staging"),
    ("prod", "customer-360-production"),
)
PARSED_ANEW = "Unable to do partial parsing"


def parse(image: str, target: str, project: str, *variables: str) -> Done:
    file = f"/app/parsed/{target}-{project}.msgpack"
    environment = [f"--env=C360_PROJECT={project}", f"--env=DBT_PARTIAL_PARSE_FILE_PATH={file}"]
    environment += [f"--env={variable}" for variable in variables]
    folders = [
        "--project-dir=/app/dbt",
        "--profiles-dir=/app/dbt",
        "--target-path=/tmp/target",
        "--log-path=/tmp/logs",
    ]
    options = ("--network=none", "--entrypoint=dbt", *environment)
    return run(image, "parse", f"--target={target}", *folders, options=options)


@pytest.mark.parametrize(("target", "project"), PARSED)
def test_the_project_is_parsed_already_for_each_place_it_is_deployed_to(
    dbt_image: str, target: str, project: str
) -> None:
    # What a pod has besides: none of it is part of a parse.
    pod = ("C360_COMMIT=0123456789ab", "C360_RUN_ID=one", "BIGQUERY_EMULATOR_HOST=http://bigquery:9050")
    done = parse(dbt_image, target, project, *pod, "C360_DBT_THREADS=2")
    assert done.returncode == 0, done.stdout
    assert PARSED_ANEW not in done.stdout


def test_another_prefix_of_datasets_is_parsed_anew(dbt_image: str) -> None:
    done = parse(dbt_image, "sandbox", "customer-360-sandbox", "C360_DATASET_PREFIX=other")
    assert done.returncode == 0, done.stdout
    assert PARSED_ANEW in done.stdout


def test_a_pod_gives_its_arguments_to_the_transform_step_with_the_parse_of_its_target(
    dbt_image: str, tmp_path: Path
) -> None:
    stand_in = tmp_path / "python"
    stand_in.write_text('#!/bin/sh\necho "$DBT_PARTIAL_PARSE_FILE_PATH $*"\n')
    stand_in.chmod(0o755)
    tmp_path.chmod(0o755)
    options = (
        *("--env=C360_DBT_TARGET=prod", "--env=C360_PROJECT=customer-360-staging"),
        *(f"--volume={tmp_path}:/stand-in:ro", "--env=PATH=/stand-in:/usr/bin:/bin"),
    )
    done = run(dbt_image, "marts", "--full-refresh", options=options)
    assert done.stdout == (
        "/app/parsed/prod-customer-360-staging.msgpack -m customer360.steps.transform marts --full-refresh\n"
    )


def test_wrong_settings_are_told_before_anything_runs(dbt_image: str) -> None:
    done = run(dbt_image, "staging")
    assert done.returncode == 2
    assert "C360_PROJECT is not set" in done.stderr


def test_nothing_of_airflow_is_in_the_image(dbt_image: str) -> None:
    code = (
        "from importlib.metadata import distributions; print(*(d.metadata['Name'] for d in distributions()))"
    )
    assert "airflow" not in python(dbt_image, code).stdout


@pytest.mark.slow
def test_dbt_loads_and_queries_without_data_frames(dbt_image: str, sandbox_image: str) -> None:
    with network() as net:
        emulator = (
            *(f"--network={net}", "--network-alias=bigquery", "--tmpfs=/tmp"),
            *("--tmpfs=/data:uid=50000,gid=0,mode=0770",),
        )
        serve = ("python", "-m", "scripts.sandbox.bigquery", "serve", "--host=0.0.0.0", "--port=9050")
        flags = ("--grpc-port=9060", "--project=customer-360-sandbox", "--data-dir=/data")
        with running(sandbox_image, *serve, *flags, options=emulator) as bigquery:
            wait_until(bigquery, *answers(9050, "/healthz"))
            options = (
                *(
                    f"--network={net}",
                    "--entrypoint=dbt",
                    "--env=BIGQUERY_EMULATOR_HOST=http://bigquery:9050",
                ),
                *("--env=DBT_PROJECT_DIR=/app/dbt", "--env=DBT_PROFILES_DIR=/app/dbt"),
                *("--env=DBT_TARGET_PATH=/tmp/target", "--env=DBT_LOG_PATH=/tmp/logs"),
            )
            select = ("--select", "path:seeds", "--target=sandbox")
            query = "select count(*) as states from {{ ref('brazilian_states') }}"
            done = run(dbt_image, "build", *select, options=options)
            assert done.returncode == 0, done.stdout
            show = (
                "show",
                "--inline",
                query,
                "--output=json",
                "--log-format=json",
                "--quiet",
                "--target=sandbox",
            )
            shown = run(dbt_image, *show, options=options)
    assert '"states": 27' in json.dumps(shown.stdout).replace("\\", ""), shown.stdout
