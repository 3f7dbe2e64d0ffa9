"""The inspector against Python's csv module, and one test for each defect it must refuse."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer360 import inspector
from customer360.inspector import BadFileError, CsvInspector

HEADER = ("id", "comment", "price")
HEAD = b"id,comment,price\n"

values = st.text(alphabet=st.sampled_from('ab1,"\n\ré💛 '), max_size=12)


def inspect(data: bytes, step: int = 1 << 20) -> CsvInspector:
    found = CsvInspector("file.csv", HEADER)
    for start in range(0, len(data), step):
        found.feed(data[start : start + step])
    found.finish()
    return found


def refuse(data: bytes) -> BadFileError:
    with pytest.raises(BadFileError) as caught:
        inspect(data)
    return caught.value


def rows_or_refused(data: bytes, block: int) -> int | None:
    try:
        return inspect(data, block).rows
    except BadFileError:
        return None


@given(st.lists(st.tuples(values, values, values), min_size=1, max_size=30), st.integers(1, 64))
@settings(max_examples=150, deadline=None)
def test_every_well_formed_file_passes_with_its_rows_counted_at_any_block_size(
    rows: list[tuple[str, str, str]], block: int
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(rows)
    assert inspect(text.getvalue().encode(), block).rows == len(rows)


@given(st.text(alphabet=st.sampled_from('a,"\n\r\x00é'), max_size=40), st.integers(1, 16))
@settings(max_examples=300, deadline=None)
def test_where_a_block_ends_changes_no_verdict(body: str, block: int) -> None:
    data = HEAD + body.encode()
    assert rows_or_refused(data, block) == rows_or_refused(data, len(data))


def test_a_quote_within_a_value_is_refused_in_the_first_block_too() -> None:
    assert "a quote that is not closed or not doubled" in str(refuse(HEAD + b'1,a"b"c,2\n'))


def test_a_byte_order_mark_crlf_and_a_missing_last_line_end_pass() -> None:
    assert inspect(b"\xef\xbb\xbfid,comment,price\r\n1,a,2\r\n3,b,4").rows == 2


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("block", [1, 1024])
def test_a_quoted_header_passes(mark: bytes, block: int) -> None:
    assert inspect(mark + b'"id","comment","price"\n1,a,2\n', block).rows == 1


def test_an_empty_file_is_refused() -> None:
    assert "the file is empty" in str(refuse(b""))


def test_a_file_with_nothing_but_a_header_is_refused() -> None:
    assert "no rows" in str(refuse(HEAD))


def test_another_name_in_the_header_is_named() -> None:
    error = refuse(b"id,remark,price\n1,a,2\n")
    assert (error.row, error.column) == (0, "comment")


def test_an_extra_column_in_the_header_is_refused() -> None:
    error = refuse(b"id,comment,price,more\n1,a,2,3\n")
    assert (error.row, error.column) == (0, None)
    assert "a column too many" in str(error)


@pytest.mark.parametrize(
    "content",
    [
        b"id,comment,maria@example.com\n1,a,2\n",
        b"id,comment,price,maria@example.com\n1,a,2,3\n",
        b"maria@example.com;b;c\n",
        b"id,comment,price\n1,maria@example.com\n",
        b"id,comment,price\n1,maria@example.com,2,3\n",
        b"id,comment,price\n1,maria@example.com\x00,2\n",
        b"id,comment,price\n1,maria@example.com\xff,2\n",
        b'id,comment,price\n1,"maria@example.com,2\n',
        b'id,comment,price\n1,maria"@example.com,2\n',
    ],
)
def test_no_refusal_quotes_a_value(content: bytes) -> None:
    assert "maria" not in str(refuse(content))


def test_a_missing_column_in_the_header_is_named() -> None:
    assert refuse(b"id,comment\n1,a\n").column == "price"


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_another_delimiter_is_recognised(delimiter: str) -> None:
    assert "separated by" in str(refuse(HEAD.replace(b",", delimiter.encode()) + b"1;a;2\n"))


def test_a_short_row_is_named_with_its_first_missing_column() -> None:
    error = refuse(HEAD + b"1,a,2\n3,b\n5,c,6\n")
    assert (error.file, error.row, error.column) == ("file.csv", 2, "price")


def test_a_long_row_is_named() -> None:
    error = refuse(HEAD + b"1,a,2\n3,b,4,5\n")
    assert error.row == 2
    assert "4 values, not 3" in str(error)


def test_a_short_last_row_without_line_end_is_named() -> None:
    assert refuse(HEAD + b"1,a,2\n3,b").row == 2


def test_an_unclosed_quote_is_named_where_it_opens() -> None:
    error = refuse(HEAD + b'1,"a,2\n3,"b",4\n5,c,6\n')
    assert (error.row, error.column) == (1, "comment")


def test_a_quote_left_open_up_to_the_end_is_refused() -> None:
    assert "never closed" in str(refuse(HEAD + b'1,a,2\n3,"b,4\n'))


def test_a_quote_inside_a_bare_value_is_refused() -> None:
    assert refuse(HEAD + b'1,a"b"c,2\n').row == 1


@pytest.mark.parametrize("step", [1, 7, 1 << 20])
def test_a_carriage_return_that_ends_no_row_is_named(step: int) -> None:
    with pytest.raises(BadFileError, match="carriage return") as caught:
        inspect(HEAD + b"1,a,2\r\n3,b\rc,4\r\n", step)
    assert (caught.value.row, caught.value.column) == (2, "comment")


def test_only_one_carriage_return_belongs_to_a_line_end() -> None:
    assert refuse(HEAD + b"1,a,2\r\r\n").row == 1


def test_a_carriage_return_within_quotes_passes() -> None:
    assert inspect(HEAD + b'1,"a\rb",2\n').rows == 1


@pytest.mark.parametrize("step", [1, 7, 1 << 20])
def test_a_header_between_the_rows_is_named(step: int) -> None:
    with pytest.raises(BadFileError, match="row 2: the header again"):
        inspect(HEAD + b"1,a,2\n" + HEAD + b"3,b,4\n", step)


def test_a_header_of_carriage_returns_is_refused() -> None:
    assert refuse(HEAD.replace(b"\n", b"\r") + b"1,a,2\r").row == 0


def test_invalid_utf8_is_named() -> None:
    error = refuse(HEAD + b"1,a,2\n3,caf\xe9,4\n")
    assert (error.row, error.column) == (2, "comment")


def test_a_character_cut_off_at_the_end_is_refused() -> None:
    assert "cut off" in str(refuse(HEAD + b"1,a,\xc3"))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_utf16_is_refused(encoding: str) -> None:
    data = "\ufeff".encode("utf-16-be") if encoding == "utf-16-be" else b""
    assert "UTF-16" in str(refuse(data + "id,comment,price\n1,a,2\n".encode(encoding)))


def test_a_nul_byte_is_named() -> None:
    error = refuse(HEAD + b"1,a,2\n3,b\x00,4\n")
    assert (error.row, error.column) == (2, "comment")


def test_a_value_of_ten_megabytes_is_named() -> None:
    error = refuse(HEAD + b"1,a,2\n3," + b"x" * (10 << 20) + b",4\n")
    assert (error.row, error.column) == (2, "comment")


def test_the_message_says_what_to_do_and_shows_no_value() -> None:
    message = str(refuse(HEAD + b"1,secret@example.com\n"))
    assert "deliver the file again" in message
    assert "secret" not in message


def test_blocks_do_not_change_what_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspector, "BLOCK_BYTES", 7)
    error = refuse(HEAD + b'1,"a\n""b",2\n3,"b"x,4\n')
    assert (error.row, error.column) == (2, "comment")


@pytest.mark.parametrize("block_bytes", [1, 7, 1 << 18])
@pytest.mark.parametrize(
    ("rows", "is_multiline"),
    [
        (b"1,a,2\n3,b,4\n", False),
        (b"1,a,2\r\n3,b,4\r\n", False),
        (b'1,"a, ""b""",2\r\n', False),
        (b'1,"a\nb",2\n', True),
        (b'1,"a\r\nb",2\r\n', True),
        (b'1,"a\rb",2\n', True),
    ],
)
def test_a_line_end_within_a_value_is_told_from_one_that_ends_a_row(
    monkeypatch: pytest.MonkeyPatch, block_bytes: int, rows: bytes, is_multiline: bool
) -> None:
    monkeypatch.setattr(inspector, "BLOCK_BYTES", block_bytes)
    checked = CsvInspector("reviews.csv", HEADER)
    checked.feed(HEAD + rows)
    checked.finish()
    assert checked.is_multiline is is_multiline
