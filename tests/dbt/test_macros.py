"""The small macros that models share, run on the emulator."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from customer360.warehouse import Warehouse

pytestmark = pytest.mark.sandbox


def test_surrogate_keys_tell_apart_what_a_plain_concatenation_mixes_up(
    compile_sql: Callable[[str], str], warehouse: Warehouse
) -> None:
    sql = compile_sql(
        "select distinct {{ surrogate_key(['left_part', 'right_part']) }} as key from unnest(["
        "struct('a' as left_part, 'bc' as right_part), ('ab', 'c'), ('abc', ''), ('abc', null), "
        "(null, 'abc'), ('', 'abc'), ('a|1:b', 'c'), ('a', '1:b|c'), ('-', '-'), (null, null), ('a', 'bc')])"
    )
    assert len(warehouse.rows(sql)) == 10


def test_a_surrogate_key_is_the_same_in_every_run(
    compile_sql: Callable[[str], str], warehouse: Warehouse
) -> None:
    (row,) = warehouse.rows(compile_sql("select {{ surrogate_key([\"'order'\", '1']) }} as key"))
    # sha256("5:order|1:1")
    assert row["key"] == "2a173a76746081851604c55bb8a224f049447c75efa03e642401d057b5ad18eb"


def test_days_between_holds_both_ends(compile_sql: Callable[[str], str], warehouse: Warehouse) -> None:
    sql = compile_sql("{{ days_between(\"date '2016-02-28'\", \"date '2016-03-01'\") }} order by date_day")
    assert [f"{row['date_day']:%m-%d}" for row in warehouse.rows(sql)] == ["02-28", "02-29", "03-01"]


def test_text_that_is_no_plain_value_does_not_convert(
    compile_sql: Callable[[str], str], warehouse: Warehouse
) -> None:
    refused = {
        "integer": ["1.5", "0x1a", "1e3", "1_000", " 1", "99999999999999999999", "--1"],
        "numeric": ["1,5", "1e3", "NaN", "1.", ".5", "1.0000000001", "R$ 1"],
        "timestamp": [
            "2018-02-30 10:00:00",
            "2018-01-01",
            "2018-01-01 24:00:00",
            "2018-01-01T10:00:00",
            "1/1/2018",
        ],
        "date": ["2018-02-30", "2018-1-1", "01/01/2018", "2018-01-01 00:00:00"],
    }
    checks = [
        f"select '{text}' as text from (select '{text}' as value) "
        f"where {{{{ convert('value', '{kind}') }}}} is not null "
        f"or not coalesce({{{{ does_not_convert('value', '{kind}') }}}}, false)"
        for kind, texts in refused.items()
        for text in texts
    ]
    assert warehouse.rows(compile_sql(" union all ".join(checks))) == []


@pytest.mark.parametrize("rows", [1, 2, 4, 5, 6, 9, 103])
def test_quantiles_are_those_of_ntile_however_many_rows_are_equal(
    rows: int, compile_sql: Callable[[str], str], warehouse: Warehouse
) -> None:
    quantiles = compile_sql("{{ with_quantile('given', 'score', 'amount', 'name') }}")
    given = f"select mod(n * n, 7) as amount, cast(n as string) as name from unnest(generate_array(1, {rows})) as n"
    found = warehouse.rows(
        f"with given as ({given}), scored as ({quantiles}) "
        "select score, ntile(5) over (order by amount, name) as expected from scored"
    )
    assert len(found) == rows
    assert [row["score"] for row in found] == [row["expected"] for row in found]
