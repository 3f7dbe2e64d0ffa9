"""Google's clients: with the pod's own identity, or without any where an emulator is named in the environment."""

from __future__ import annotations

import os

from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery, storage  # type: ignore[attr-defined]

from customer360.settings import CHUNK_BYTES, Settings
from customer360.storage import Bucket
from customer360.warehouse import Warehouse


def warehouse(settings: Settings) -> Warehouse:
    """The warehouse of the project."""
    # The storage client does without credentials by itself when its emulator is named; this one does not.
    credentials = AnonymousCredentials() if os.environ.get("BIGQUERY_EMULATOR_HOST") else None  # type: ignore[no-untyped-call]
    client = bigquery.Client(settings.project, credentials, location=settings.location)
    return Warehouse(client, settings.location)


def raw_bucket(settings: Settings) -> Bucket:
    """The bucket that deliveries go to."""
    return Bucket(storage.Client(settings.project), settings.raw_bucket, CHUNK_BYTES)
