"""Take mutants in as a run would: inspect and upload, load, then stage what their rows became."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from customer360.catalogue import Source, source
from customer360.dbt_session import DbtSession
from customer360.errors import PermanentError
from customer360.inspector import BadFileError
from customer360.settings import Settings
from customer360.steps.load import load
from customer360.steps.reconcile import balances
from customer360.steps.transform import SELECTIONS
from customer360.steps.upload import upload
from customer360.storage import Bucket
from customer360.warehouse import LoadError, Warehouse
from scripts.demo.pipeline import Pipeline, Run
from scripts.fuzz_data.mutants import Delivered, Mutant
from scripts.fuzz_data.outcomes import CRASHED, LOADED, LOST, QUARANTINED, REFUSED, Outcome

DAY = "2018-12-31"
WORKERS = 2  # the emulator does one load at a time
Row = tuple[str, ...]


class LostRowsError(RuntimeError):
    """Rows of the delivery are neither in staging nor in the quarantine; the message names the tables."""


class Campaign:
    """The sandbox that mutants are thrown at; `scratch` takes their files."""

    def __init__(self, settings: Settings, files: list[Delivered], scratch: Path):
        self._settings = settings
        self._files = {file.table: file for file in files}
        self._scratch = scratch
        self._name = f"mutants-{uuid4().hex[:8]}"
        self._warehouse = Warehouse.connect(settings)
        self._bucket = Bucket.connect(settings)
        self._rows = {file.table: Counter(parsed(file.content, file.source)) for file in files}
        self._standing: dict[str, Counter[Row]] = {}  # what the last load of each raw table left in it

    def take_in(
        self, mutants: Iterable[Mutant], on_done: Callable[[], None] = lambda: None
    ) -> Iterator[Outcome]:
        """Upload and load each mutant, a table's one after the other; what was loaded is still to be staged."""
        self._warehouse.create_dataset(self._settings.dataset("raw"))
        by_table: dict[str, list[Mutant]] = {table: [] for table in self._files}
        for mutant in mutants:
            by_table[mutant.table].append(mutant)

        def of_table(entries: list[Mutant]) -> list[Outcome]:
            found = []
            for mutant in entries:
                found.append(self._take_in(mutant))
                on_done()
            return found

        with ThreadPoolExecutor(WORKERS) as pool:
            for outcomes in pool.map(of_table, by_table.values()):
                yield from outcomes

    def _take_in(self, mutant: Mutant) -> Outcome:
        told = Outcome(mutant.number, mutant.table, mutant.kind, LOADED)
        entry, run_id = source(mutant.table), f"{self._name}-{mutant.number}"
        folder = self._scratch / run_id
        folder.mkdir(parents=True)
        (folder / f"{entry.file}{'.gz' if mutant.packed else ''}").write_bytes(mutant.content)
        raw = self._settings.dataset("raw")
        try:
            record = upload(self._bucket, entry, str(folder), run_id, DAY)
            load(self._warehouse, self._bucket, record, raw, self._settings.commit)
            rows = self._standing[entry.table] = Counter(parsed(mutant.delivered, entry))
            if rows.total() != record.rows:
                return replace(told, state=LOST, words="another reader finds another number of rows")
        except BadFileError as error:
            return replace(told, state=REFUSED, words=str(error))
        except LoadError as error:
            if self._loaded(entry) != self._standing.get(entry.table, Counter()):
                return replace(told, state=LOST, words="a load that was refused changed the table")
            return replace(told, state=REFUSED, words=str(error))
        except PermanentError as error:
            return replace(told, state=CRASHED, words=f"{type(error).__name__}: not of the file")
        except Exception as error:  # whatever it is: that is what is looked for
            return replace(told, state=CRASHED, words=type(error).__name__)
        finally:
            shutil.rmtree(folder)
        return told

    def _loaded(self, entry: Source) -> Counter[Row]:
        """The rows of a raw table; none where it is absent."""
        table = f"{self._settings.dataset('raw')}.{entry.table}"
        if not self._warehouse.has_table(table):
            return Counter()
        found = self._warehouse.rows(f"select * from {table}")
        return Counter(tuple(row[name] or "" for name in entry.header) for row in found)

    def stage(self, taken: list[Outcome], mutants: dict[int, Mutant], target: Path) -> Iterator[Outcome]:
        """Stage the rows of every mutant that was loaded, all in one delivery, and say where each went.

        Raises LostRowsError when a table's rows do not add up.
        """
        changed = {
            outcome.number: self._changed_rows(mutants[outcome.number])
            for outcome in taken
            if outcome.state == LOADED
        }
        rejected = self._staged(self._delivery(mutants, changed), target)
        for outcome in taken:
            reasons = rejected[outcome.table]
            reason = next((reasons[row] for row in changed.get(outcome.number, ()) if row in reasons), None)
            yield replace(outcome, state=QUARANTINED, words=reason) if reason else outcome

    def _changed_rows(self, mutant: Mutant) -> tuple[Row, ...]:
        """The rows of a mutant that the file had not."""
        found = Counter(parsed(mutant.delivered, source(mutant.table)))
        return tuple((found - self._rows[mutant.table]).elements())

    def _delivery(self, mutants: dict[int, Mutant], changed: dict[int, tuple[Row, ...]]) -> Path:
        """Every file with the changed rows of its mutants below its own."""
        folder = self._scratch / "all"
        folder.mkdir(parents=True)
        for table, file in self._files.items():
            text = io.StringIO(newline="")
            writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
            writer.writerow(file.source.header)
            writer.writerows(self._rows[table].elements())
            writer.writerows(
                row for number, rows in changed.items() if mutants[number].table == table for row in rows
            )
            (folder / file.source.file).write_bytes(text.getvalue().encode())
        return folder

    def _staged(self, delivery: Path, target: Path) -> dict[str, dict[Row, str]]:
        """Load and stage a delivery; the rows of each table that were set aside, each with its reason."""
        pipeline = Pipeline(self._settings, Run(self._name, DAY))
        pipeline.create_datasets()
        pipeline.load_raw(str(delivery))
        with DbtSession(
            self._settings.dbt_directory.resolve(), "sandbox", target, target / "logs" / "dbt.out"
        ) as dbt:
            dbt.run("run", "--select", *SELECTIONS["staging"])
        uneven = [
            entry
            for entry in balances(self._warehouse, self._settings, pipeline.run.records)
            if not entry.is_even
        ]
        if uneven:
            raise LostRowsError("rows went missing:\n  " + "\n  ".join(map(str, uneven)))
        quarantine = f"{self._settings.dataset('quarantine')}.quarantined_rows"
        rejected: dict[str, dict[Row, str]] = {table: {} for table in self._files}
        for row in self._warehouse.rows(
            f"select source_table, column_name, reason, raw_row from {quarantine}"
        ):
            delivered = json.loads(row["raw_row"])
            key = tuple(delivered[name] or "" for name in source(row["source_table"]).header)
            rejected[row["source_table"]][key] = f"{row['column_name']}: {row['reason']}"
        return rejected


def parsed(content: bytes, entry: Source) -> Iterator[Row]:
    """The rows of a file that was taken in, by Python's own reader; those of another width are none."""
    csv.field_size_limit(10**9)
    lines = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    next(lines, None)
    return (tuple(row) for row in lines if len(row) == len(entry.header))
