"""Scripts: `SET (a, b) = (SELECT AS STRUCT ...)`, which dbt's insert_overwrite with dynamic partitions writes."""

from __future__ import annotations

from typing import Any

from local_bigquery.errors import BigQueryError
from local_bigquery.sql import script
from local_bigquery.sql.dialect import BigQueryDialect
from sqlglot import exp, parse_one


def install() -> None:
    """Apply the patch."""
    set_one = script.Interpreter.set

    def set_many(self: Any, statement: Any) -> Any:
        target, value = _assignment(statement.text)
        select: Any = value.this if isinstance(value, exp.Subquery) else None
        if not isinstance(target, (exp.Paren, exp.Tuple)) or not _is_struct(select):
            return set_one(self, statement)
        names = [target.this] if isinstance(target, exp.Paren) else target.expressions
        if len(names) != len(select.expressions):
            message = "The number of columns in the STRUCT does not match the number of variables in SET"
            raise BigQueryError("invalidQuery", message)
        for name, column in zip(names, select.expressions, strict=True):
            self.assign(self.variable(name.name), _only(value, column))
        return None

    script.Interpreter.set = set_many


def _is_struct(select: Any) -> bool:
    return isinstance(select, exp.Select) and select.args.get("kind") == "STRUCT"


def _assignment(text: str) -> tuple[Any, Any]:
    """The two sides of a SET statement with one assignment."""
    items = parse_one(text, dialect=BigQueryDialect).expressions
    pair = items[0].this if len(items) == 1 else None
    return (pair.this, pair.expression) if isinstance(pair, exp.EQ) else (None, None)


def _only(value: Any, column: Any) -> Any:
    """The subquery with a single plain column."""
    copy = value.copy()
    copy.this.set("kind", None)
    copy.this.set("expressions", [column.copy()])
    return copy
