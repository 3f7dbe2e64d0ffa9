"""A table's growth is the line through two sizes that were measured."""

from __future__ import annotations

import pytest

from scripts.scale_model.tables import Growth, Size


def test_a_table_that_grows_with_the_orders_is_as_many_times_as_large() -> None:
    growth = Growth.through((10, 20), Size(30, {"a": 300}), Size(60, {"a": 600}))
    assert (growth.rows(1000), growth.bytes(1000)) == (3000, 30_000)


def test_a_table_that_does_not_grow_stays_as_it_is() -> None:
    growth = Growth.through((10, 20), Size(27, {"a": 54}), Size(27, {"a": 54}))
    assert growth.bytes(10**9) == 54


def test_only_the_columns_that_are_read_count() -> None:
    growth = Growth.through((10, 20), Size(10, {}), Size(20, {"a": 160, "b": 2000}))
    assert growth.bytes(100, ["a"]) == 800


def test_counting_rows_reads_no_byte() -> None:
    assert Growth.through((10, 20), Size(10, {}), Size(20, {"a": 160})).bytes(100, []) == 0


def test_a_column_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError, match="b"):
        Growth.through((10, 20), Size(10, {}), Size(20, {"a": 160})).bytes(100, ["b"])
