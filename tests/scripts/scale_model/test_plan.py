"""What a query reads, and what of it is billed."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.lint_sql.analyzer import AnalyzerError, Query, Reads, Table, reads
from scripts.scale_model.plan import cost, with_views_inlined
from scripts.scale_model.tables import Growth

THINGS = Table(
    ("p", "d", "things"), tuple({"name": name, "type": "int64"} for name in ("key", "number", "other"))
)
GROWTH = {"p.d.things": Growth(0, 1, {"key": 8, "number": 8, "other": 1000})}


def read(analyzer: Path, sql: str) -> Reads:
    (found,) = reads(analyzer, [THINGS], [Query("query", sql)])
    return found


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("select number from p.d.things", ["number"]),
        ("select number from p.d.things where key = 1", ["key", "number"]),
        ("with every as (select * from p.d.things) select number from every", ["number"]),
        ("select count(*) from p.d.things", []),
        ("select one.number from p.d.things as one join p.d.things as two using (key)", ["key", "number"]),
        ("select number from (select * from p.d.things) where exists (select 1)", ["number"]),
        ("select one from (select key as one, other + 1 as two from p.d.things)", ["key"]),
        ("select number from (select * from p.d.things union all select * from p.d.things)", ["number"]),
        ("select key from (select key, other from p.d.things union distinct select 1, 2)", ["key", "other"]),
        (
            "select total from (select other, sum(number) as total from p.d.things group by other)",
            ["number", "other"],
        ),
        ("select (select max(other) from p.d.things) > number from p.d.things", ["number", "other"]),
        (
            "select key from p.d.things where true qualify row_number() over (order by other) = 1",
            ["key", "other"],
        ),
    ],
)
def test_the_columns_that_a_query_uses_are_read_and_no_others(
    analyzer: Path, sql: str, columns: list[str]
) -> None:
    assert {table: sorted(names) for table, names in read(analyzer, sql).tables.items()} == {
        "p.d.things": columns
    }


@pytest.mark.parametrize(
    ("sql", "windows"),
    [
        ("select row_number() over (partition by key order by number) from p.d.things", 0),
        ("select row_number() over (order by number) from p.d.things", 1),
        ("select max(number) over () from p.d.things", 1),
        ("select key, sum(count(*)) over (order by key) from p.d.things group by key", 0),
    ],
)
def test_a_window_over_all_rows_is_counted_and_one_over_groups_is_not(
    analyzer: Path, sql: str, windows: int
) -> None:
    assert read(analyzer, sql).windows == windows


def test_a_view_reads_of_its_table_what_the_query_needs(analyzer: Path) -> None:
    views = {"p.d.view": "select key, number as amount, other from p.d.things where key > 1"}
    (query,) = with_views_inlined([Query("query", "select sum(amount) from `p`.`d`.`view` as v")], views)
    assert sorted(read(analyzer, query.sql).tables["p.d.things"]) == ["key", "number"]


def test_a_query_that_bigquery_refuses_is_an_error_with_its_name(analyzer: Path) -> None:
    with pytest.raises(AnalyzerError, match="query: Unrecognized name"):
        read(analyzer, "select nothing from p.d.things")


def test_a_query_pays_for_a_small_table_as_for_one_of_the_least_size() -> None:
    found = cost(Reads("query", {"p.d.things": ["key"]}, 0), GROWTH, 100, least=10_000)
    assert (found.read, found.billed) == (800, 10_000)


def test_where_there_are_no_views_queries_stay_as_they_are() -> None:
    assert with_views_inlined([Query("query", "select 1")], {}) == [Query("query", "select 1")]
