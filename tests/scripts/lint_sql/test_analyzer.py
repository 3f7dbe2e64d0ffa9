"""Google's analyzer refuses what BigQuery refuses, whatever the emulator says, and takes what BigQuery takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.lint_sql.analyzer import AnalyzerError, Query, Table, analyze

TYPES = {
    "text": "string",
    "number": "int64",
    "amount": "numeric",
    "ratio": "float64",
    "seen_at": "timestamp",
    "day": "date",
    "words": "array<string>",
}
TABLE = Table(("project", "dataset", "things"), tuple({"name": n, "type": t} for n, t in TYPES.items()))


def messages(analyzer: Path, sql: str) -> list[str]:
    query = Query("query", sql.format(things="`project`.`dataset`.`things`"))
    return [problem.message for problem in analyze(analyzer, [TABLE], [query])]


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("text + 1", "No matching signature for operator +"),
        ("text::int64", "Syntax error"),
        ("texts", "Unrecognized name: texts; Did you mean text?"),
        ("list_value(number)", "Function not found: list_value"),
        ("mod('5', 3)", "No matching signature for function MOD"),
        ("if(number = 1, number, 'none')", "No matching signature for function IF"),
        ("text = 1", "No matching signature for operator ="),
        ("seen_at = day", "No matching signature for operator ="),
        ("cast(text as integer32)", "Type not found"),
        ("cast(number as uint64)", "Type not found"),
        ("count(*) filter (where number > 1)", "Syntax error"),
        ("array_filter(words, word -> word != '')", "Lambda is not supported"),
        ("array_min(words)", "Function not found: array_min"),
        ("number + 1 as next, next + 1", "Unrecognized name: next"),
    ],
)
def test_an_expression_that_bigquery_refuses_is_refused(
    analyzer: Path, expression: str, message: str
) -> None:
    (found,) = messages(analyzer, f"select {expression} from {{things}}")
    assert found.startswith(message)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        (
            "select number from {things} union all select text from {things}",
            "Column 1 in UNION ALL has incompatible types",
        ),
        ("select text from project.dataset.nothing", "Table not found"),
        ("select text, count(*) from {things}", "SELECT list expression references column text"),
        ("select text from {things} where count(*) > 1", "Aggregate function COUNT(*) not allowed in WHERE"),
        (
            "select text from {things} group by 1 order by number",
            "ORDER BY clause expression references column number",
        ),
    ],
)
def test_a_query_that_bigquery_refuses_is_refused(analyzer: Path, sql: str, message: str) -> None:
    (found,) = messages(analyzer, sql)
    assert found.startswith(message)


@pytest.mark.parametrize(
    "sql",
    [
        "select text from {things} where true qualify row_number() over (partition by text order by number) = 1",
        "select timestamp(datetime(seen_at, 'Brazil/East')), day + 1, seen_at + interval 1 day from {things}",
        "select to_hex(sha256(concat(cast(text as bytes), sha256('b')))) from {things}",
        "select concat(number, ':', text), string_agg(text, ',' order by number limit 3) from {things} group by all",
        "select any_value(text having max number), array_agg(text ignore nulls)[safe_offset(0)] from {things}",
        "select bit_xor(farm_fingerprint(to_json_string(struct(text, number)))) from {things}",
        "select * except (words) replace (number + 1 as number) from {things} where amount is distinct from 1.5",
        "select date_day from unnest(generate_date_array('2018-01-01', '2018-02-01', interval 1 day)) as date_day",
        "select safe_cast(text as numeric), safe_divide(amount, 3), ratio / number, date(seen_at, 'UTC') from {things}",
        "delete from {things} where number not in (select number from {things})",
    ],
)
def test_sql_that_bigquery_takes_is_accepted(analyzer: Path, sql: str) -> None:
    assert messages(analyzer, sql) == []


def test_a_contract_with_an_unknown_type_stops_the_analyzer_with_table_and_column(analyzer: Path) -> None:
    table = Table(("project", "dataset", "things"), ({"name": "text", "type": "varchar2"},))
    with pytest.raises(
        AnalyzerError, match=r"table project\.dataset\.things: column text: Type not found: varchar2"
    ):
        analyze(analyzer, [table], [])
