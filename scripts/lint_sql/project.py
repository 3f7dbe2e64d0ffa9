"""The dbt project as the analyzer needs it: every table's columns, and every compiled query."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner
from google.cloud import bigquery

from customer360.warehouse import Warehouse
from scripts.lint_sql.analyzer import Columns, Query, Table

INCREMENTAL = "config.materialized:incremental"


class CompileError(RuntimeError):
    """dbt could not parse or compile the project; the message is dbt's."""


class Project:
    """The parsed dbt project. `scratch` takes what dbt writes; the profile's variables are in the environment."""

    def __init__(self, directory: Path, target: str, scratch: Path):
        place = ["--project-dir", str(directory), "--profiles-dir", str(directory), "--target", target]
        self._arguments = [*place, "--target-path", str(scratch), "--log-path", str(scratch), "--quiet"]
        self._manifest = self._invoke(dbtRunner(), "parse")
        self._runner = dbtRunner(manifest=self._manifest)

    def tables(self) -> Iterator[Table]:
        """Every source, model and seed, with the columns of its contract."""
        for node in (*self._manifest.sources.values(), *self._manifest.nodes.values()):
            if node.resource_type in ("source", "model", "seed"):
                yield Table((node.database, node.schema, node.identifier), _columns(node))

    def views(self) -> dict[str, str]:
        """Models that are views, `project.dataset.name` by the name that their query has."""
        return {
            _name(node): f"{node.database}.{node.schema}.{node.identifier}"
            for node in self._manifest.nodes.values()
            if node.resource_type == "model" and node.config.materialized == "view"
        }

    def queries(self) -> Iterator[Query]:
        """Models, tests and snapshots as a first run sends them, when no table is there yet."""
        yield from self._compiled()

    def incremental_queries(self, warehouse: Warehouse) -> Iterator[Query]:
        """Incremental models as every later run sends them. Creates their tables, without rows."""
        for node in self._manifest.nodes.values():
            if node.config.materialized == "incremental":
                schema = [bigquery.SchemaField(c["name"], c["type"].upper()) for c in _columns(node)]
                warehouse.create_dataset(node.schema)
                path = f"{node.database}.{node.schema}.{node.identifier}"
                warehouse.client.create_table(bigquery.Table(path, schema), exists_ok=True)
        yield from self._compiled("--select", INCREMENTAL, suffix=" (incremental)")

    def _compiled(self, *selection: str, suffix: str = "") -> Iterator[Query]:
        for result in self._invoke(self._runner, "compile", *selection).results:
            node = result.node
            if node.resource_type in ("model", "test", "snapshot"):
                enforced = node.resource_type == "model" and node.contract.enforced
                yield Query(_name(node) + suffix, node.compiled_code, _columns(node) if enforced else None)

    def _invoke(self, runner: dbtRunner, *command: str) -> Any:
        done = runner.invoke([*command, *self._arguments])
        if done.success:
            return done.result
        failed = [
            f"{r.node.name}: {r.message}" for r in getattr(done.result, "results", ()) if r.status == "error"
        ]
        raise CompileError(
            "\n".join([f"dbt {command[0]} failed", *failed, str(done.exception or "")]).strip()
        )


def _columns(node: Any) -> Columns:
    return tuple({"name": column.name, "type": column.data_type} for column in node.columns.values())


def _name(node: Any) -> str:
    # Tests of a column share the file of their model, so they are told apart by their names.
    file = f"dbt/{node.original_file_path}"
    return f"{file}, {node.name}" if node.resource_type == "test" else file
