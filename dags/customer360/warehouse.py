"""BigQuery: load jobs that replace a raw table, or leave it as it was."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Self, cast

from google.api_core.exceptions import BadRequest, Conflict, NotFound
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from customer360.errors import PermanentError
from customer360.settings import Settings

ATTEMPTS = 5
LABEL_CHARACTERS = re.compile(r"[^a-z0-9_-]")
JOB_ID_CHARACTERS = re.compile(r"[^A-Za-z0-9_-]")


class LoadError(PermanentError, RuntimeError):
    """BigQuery refused a load; the table is as it was before."""


class Warehouse:
    """One project's datasets, through the client that carries the credentials."""

    def __init__(self, client: bigquery.Client, location: str):
        self.client = client
        self._location = location

    @classmethod
    def connect(cls, settings: Settings) -> Self:
        """The project's warehouse, with the pod's own identity or without any where an emulator is named."""
        # The storage client does without credentials by itself when its emulator is named; this one does not.
        credentials = AnonymousCredentials() if os.environ.get("BIGQUERY_EMULATOR_HOST") else None  # type: ignore[no-untyped-call]
        return cls(
            bigquery.Client(settings.project, credentials, location=settings.location), settings.location
        )

    def create_dataset(self, dataset: str) -> None:
        """Create a dataset where it is absent: the sandbox and tests only, Terraform owns the real ones."""
        reference = bigquery.Dataset(f"{self.client.project}.{dataset}")
        reference.location = self._location
        self.client.create_dataset(reference, exists_ok=True)

    def replace_from_csv(
        self,
        table: str,
        columns: Sequence[str],
        uri: str,
        job_id: str,
        labels: Mapping[str, str],
        is_multiline: bool = True,
    ) -> int:
        """Replace `dataset.table` by the rows of a CSV object, every column a STRING; the number of rows.

        is_multiline: whether a value may hold a line end, which BigQuery reads on one machine and up to 4 GiB.
        A retry with the same job id waits for the job that is already there. Raises LoadError.
        """
        config = bigquery.LoadJobConfig(
            schema=[bigquery.SchemaField(name, "STRING") for name in columns],
            source_format=bigquery.SourceFormat.CSV,
            skip_leading_rows=1,
            allow_quoted_newlines=is_multiline,
            write_disposition=bigquery.WriteDisposition.WRITE_TRUNCATE,
            labels={key: label(value) for key, value in labels.items()},
        )
        load = partial(
            self.client.load_table_from_uri, uri, f"{self.client.project}.{table}", job_config=config
        )
        return self._run_once(job_id, table, load)

    def append_rows(
        self, table: str, schema: Sequence[bigquery.SchemaField], rows: Sequence[dict[str, Any]], job_id: str
    ) -> None:
        """Append a few rows to `dataset.table`, which is made where it is absent; once, however often it is tried.

        Raises LoadError.
        """
        config = bigquery.LoadJobConfig(
            schema=schema, write_disposition=bigquery.WriteDisposition.WRITE_APPEND
        )
        load = partial(
            self.client.load_table_from_json, rows, f"{self.client.project}.{table}", job_config=config
        )
        self._run_once(job_id, table, load)

    def replace_from_rows(
        self, table: str, schema: Sequence[bigquery.SchemaField], rows: Sequence[dict[str, Any]]
    ) -> None:
        """Replace `dataset.table` by a few rows through a load job, so that no value stands in SQL text.

        Raises LoadError.
        """
        config = bigquery.LoadJobConfig(
            schema=schema, write_disposition=bigquery.WriteDisposition.WRITE_TRUNCATE
        )
        reference = f"{self.client.project}.{table}"
        _finish(self.client.load_table_from_json(rows, reference, job_config=config), table)

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Run a query; its rows as dictionaries."""
        return [dict(row.items()) for row in self.client.query(sql).result()]

    def change(self, sql: str) -> int:
        """Run a statement that changes rows; how many it changed."""
        job = self.client.query(sql)
        job.result()
        return int(job.num_dml_affected_rows or 0)

    def has_table(self, table: str) -> bool:
        """True when `dataset.table` is there."""
        try:
            self.client.get_table(f"{self.client.project}.{table}")
        except NotFound:
            return False
        return True

    def expire(self, table: str, at: datetime) -> None:
        """Have `dataset.table` go by itself, should nobody drop it before."""
        found = self.client.get_table(f"{self.client.project}.{table}")
        found.expires = at
        self.client.update_table(found, ["expires"])

    def drop(self, table: str) -> None:
        """Drop `dataset.table`; one that is gone is no error."""
        self.client.delete_table(f"{self.client.project}.{table}", not_found_ok=True)

    def _run_once(self, job_id: str, table: str, load: Callable[..., bigquery.LoadJob]) -> int:
        """Start a load job unless it is there already, and wait for it; the number of rows. Raises LoadError."""
        for attempt in range(1, ATTEMPTS + 1):
            attempt_id = f"{JOB_ID_CHARACTERS.sub('-', job_id)}-{attempt}"
            try:
                job = load(job_id=attempt_id, location=self._location)
            except Conflict:
                job = cast(bigquery.LoadJob, self.client.get_job(attempt_id, location=self._location))
                if job.error_result:
                    continue  # an earlier try failed: the next id is free
            return _finish(job, table)
        raise LoadError(
            f"{table}: {ATTEMPTS} load jobs have failed in this run; mend the cause and start a new run"
        )


def _finish(job: bigquery.LoadJob, table: str) -> int:
    try:
        job.result()
    except BadRequest as error:
        raise LoadError(
            f"{table}: BigQuery refused the file ({_reason(error)}); the table is as it was. "
            "Deliver the file again."
        ) from error
    return int(job.output_rows or 0)


def _reason(error: BadRequest) -> str:
    # BigQuery's text can quote the offending value; its reason never does.
    reasons = {str(entry.get("reason", "invalid")) for entry in error.errors or ()}
    return ", ".join(sorted(reasons)) or "invalid"


def label(value: str) -> str:
    """A value as BigQuery and Kubernetes accept it as a label: lower case, at most 63 characters."""
    return LABEL_CHARACTERS.sub("-", value.lower())[:63]
