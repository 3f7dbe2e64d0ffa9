"""Structural checks on a delivered CSV while it streams by: a bad file is refused before an object exists.

Row numbers count data rows from 1; row 0 is the header. A quoted value may hold commas and line ends.
"""

from __future__ import annotations

import codecs
import csv

import numpy as np
import numpy.typing as npt

from customer360.errors import PermanentError

ALONE = "a carriage return that does not end the row"
BLOCK_BYTES = 256 * 1024
MAX_FIELD_BYTES = 1024 * 1024
QUOTE, COMMA, NEWLINE, RETURN = b'",\n\r'
UTF8_BOM = codecs.BOM_UTF8
UTF16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]


MARKS = (QUOTE, COMMA, NEWLINE)
BEFORE_OPENING = (COMMA, NEWLINE, QUOTE)
AFTER_CLOSING = (COMMA, NEWLINE, RETURN, QUOTE)


def _are(members: tuple[int, ...], values: Bytes) -> Flags:
    """Which values are members; comparing with each in turn is many times faster than np.isin."""
    found: Flags = values == members[0]
    for member in members[1:]:
        found |= values == member
    return found


def _names(line: str, delimiter: str) -> tuple[str, ...]:
    """The names in a header; none where it is no line of a CSV file, such as one with a carriage return inside."""
    try:
        return tuple(next(csv.reader([line], delimiter=delimiter), []))
    except csv.Error:
        return ()


def _parity(quotes: Flags) -> Flags:
    """True from each odd quote up to the next even one."""
    odd: Flags = (np.cumsum(quotes, dtype=np.uint8) & 1).view(np.bool_)
    return odd


class BadFileError(PermanentError, ValueError):
    """A delivered file cannot be taken in. The message names file, row, column and what to do next."""

    def __init__(
        self, file: str, problem: str, remedy: str, row: int | None = None, column: str | None = None
    ):
        self.file, self.row, self.column = file, row, column
        place = "".join(
            (f", row {row}" if row is not None else "", f", column {column}" if column is not None else "")
        )
        super().__init__(f"{file}{place}: {problem}. {remedy}")


class CsvInspector:
    """Checks encoding, header, quoting and the number of fields of every row, block by block.

    Feed the file's bytes in order with `feed`, then call `finish`; both raise BadFileError. `rows` holds the
    number of data rows seen so far, `is_multiline` whether a value of them holds a line end.
    """

    def __init__(self, file: str, header: tuple[str, ...]):
        self.file = file
        self.header = header
        self.rows = -1  # the header is the first row to complete
        self.is_multiline = False
        self._head = b""
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._in_quotes = False
        self._fields_before = 0  # separators of the row that the previous block left open
        self._field_bytes = 0  # length so far of the value that the previous block left open
        self._last_byte = NEWLINE
        self._seen = 0  # bytes before the block
        self._before = b""  # the end of the previous block, as long as the header

    def feed(self, data: bytes) -> None:
        """Check the next bytes of the file. Raises BadFileError."""
        view = memoryview(data)
        for start in range(0, len(view), BLOCK_BYTES):
            self._feed_block(bytes(view[start : start + BLOCK_BYTES]))

    def finish(self) -> None:
        """Check what only the end of the file can tell. Raises BadFileError."""
        if not self._head:
            raise BadFileError(
                self.file, "the file is empty", "Deliver it again; the previous load stays in place."
            )
        if self.rows < 0:
            self._check_header(self._head)
        if self._in_quotes:
            raise self._bad("a quote is opened and never closed", self.rows + 1, self._fields_before)
        try:
            self._decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            raise self._bad("the last character is cut off", self.rows + 1, self._fields_before) from None
        if self._last_byte != NEWLINE:  # the translation file ends without one
            self._check_counts(np.array([self._fields_before]))
            self.rows += 1
        if self.rows == 0:
            raise BadFileError(self.file, "the file has a header and no rows", "Deliver the rows as well.")

    def _feed_block(self, block: bytes) -> None:
        if self.rows < 0:
            self._collect_header(block)
        self._check_bytes(block)
        values = np.frombuffer(block, dtype=np.uint8)
        marks = np.flatnonzero(_are(MARKS, values))
        kinds = values[marks]
        quotes = kinds == QUOTE
        quoted = _parity(quotes) ^ self._in_quotes  # the opening quote is within, the closing one is not
        self._check_quotes(values, marks[quotes], quoted[quotes])
        self._check_returns(values)
        self._check_header_again(block)
        self.is_multiline |= bool((quoted & (kinds == NEWLINE)).any())
        separates = ~(quotes | quoted)
        ends = marks[separates]
        newlines = np.flatnonzero(kinds[separates] == NEWLINE)
        self._check_field_sizes(values.size, ends, newlines)
        self._count_rows(ends.size, newlines)
        if quoted.size:
            self._in_quotes = bool(quoted[-1])
        self._last_byte = block[-1]
        self._seen += len(block)

    def _collect_header(self, block: bytes) -> None:
        self._head += block
        if self._head[:2] in UTF16_BOMS:
            raise BadFileError(self.file, "the file is UTF-16", "Export it as UTF-8.", 0)
        line, found, _ = self._head.partition(b"\n")
        if found:
            self._check_header(line)
            self._head = line
        elif len(self._head) > MAX_FIELD_BYTES:
            raise BadFileError(self.file, "no line end in the first megabyte", "Deliver a CSV file.", 0)

    def _check_header(self, line: bytes) -> None:
        text = line.removeprefix(UTF8_BOM).decode("utf-8", errors="replace").strip("\r\n")
        names = _names(text, ",")
        if names == self.header:
            return
        for delimiter in ";\t|":
            if _names(text, delimiter) == self.header:
                remedy = "Export it with commas."
                raise BadFileError(self.file, f"values are separated by {delimiter!r}", remedy, 0)
        remedy = (
            f"The header must read {','.join(self.header)}; a changed layout needs a change of sources.yaml."
        )
        for expected, found in zip(self.header, names, strict=False):
            if expected != found:
                raise BadFileError(self.file, "the header has another name here", remedy, 0, expected)
        if len(names) < len(self.header):
            raise BadFileError(self.file, "the header lacks this column", remedy, 0, self.header[len(names)])
        # It is not named: where the header is missing it would be a value.
        raise BadFileError(self.file, "the header has a column too many", remedy, 0)

    def _check_bytes(self, block: bytes) -> None:
        if (position := block.find(0)) >= 0:
            raise self._bad_at(block, position, "a NUL byte")
        if block.isascii() and not self._decoder.getstate()[0]:
            return
        try:
            self._decoder.decode(block)
        except UnicodeDecodeError as error:
            pending = len(error.object) - len(block)  # bytes of a character cut by the block's start
            raise self._bad_at(block, max(error.start - pending, 0), "bytes that are not UTF-8") from None

    def _check_returns(self, values: Bytes) -> None:
        """A carriage return outside of quotes stands right before a line feed; alone BigQuery ends the row there."""
        if self._last_byte == RETURN and values[0] != NEWLINE:
            if not self._in_quotes:
                raise self._bad_at(values[:1].tobytes(), 0, ALONE)
            self.is_multiline = True
        alone = (values[:-1] == RETURN) & (values[1:] != NEWLINE)
        if not alone.any():
            return
        self.is_multiline = True
        alone &= ~(_parity(values[:-1] == QUOTE) ^ self._in_quotes)
        if alone.any():
            raise self._bad_at(values.tobytes(), int(alone.argmax()), ALONE)

    def _check_header_again(self, block: bytes) -> None:
        """Files that were put one below the other; where every column is text the header would pass for a row."""
        line = b"\n" + self._head.removeprefix(UTF8_BOM).strip(b"\r\n")
        text = self._before + block
        if (found := text.find(line)) >= 0:
            row = self._bad_at(block, found + len(line) - len(self._before) - 1, "").row
            raise BadFileError(self.file, "the header again", "Deliver each row once.", row)
        self._before = text[-len(line) :]

    def _check_quotes(self, values: Bytes, places: Places, opening: Flags) -> None:
        """A quote opens a value right after a separator and closes it right before one."""
        wrong = np.concatenate(
            (self._wrong_openings(values, places, opening), self._wrong_closings(values, places[~opening]))
        )
        if wrong.size:
            raise self._bad_at(
                values.tobytes(), int(wrong.min()), "a quote that is not closed or not doubled"
            )

    def _wrong_openings(self, values: Bytes, places: Places, opening: Flags) -> Places:
        before = values[places - 1]
        if places.size and places[0] == 0:
            before[0] = self._last_byte
        wrong = opening & ~_are(BEFORE_OPENING, before)
        if self._head.startswith(UTF8_BOM):
            wrong &= places + self._seen != len(UTF8_BOM)
        return places[wrong]

    def _wrong_closings(self, values: Bytes, places: Places) -> Places:
        inner = places[places + 1 < values.size]
        wrong = inner[~_are(AFTER_CLOSING, values[inner + 1])]
        # A block can end right on a closing quote: what follows is then this block's first byte.
        if not self._in_quotes and self._last_byte == QUOTE and values[0] not in AFTER_CLOSING:
            wrong = np.concatenate((wrong, np.array([0])))
        return wrong

    def _check_field_sizes(self, size: int, ends: Places, newlines: Places) -> None:
        """`ends` are the places of the block's separators, `newlines` which of them end a row."""
        if not ends.size:
            self._field_bytes += size
            lengths = np.array([self._field_bytes])
        else:
            lengths = np.diff(ends, prepend=-1 - self._field_bytes)
            self._field_bytes = size - 1 - int(ends[-1])
        longest = int(lengths.argmax())
        if lengths[longest] > MAX_FIELD_BYTES:
            problem = f"a value longer than {MAX_FIELD_BYTES} bytes; a quote may stand open"
            raise self._bad(problem, *self._place(longest, newlines))

    def _place(self, field: int, newlines: Places) -> tuple[int, int]:
        """Row, and position in it, of the block's `field`th value."""
        row = int(np.searchsorted(newlines, field))
        if row:
            return self.rows + 1 + row, field - int(newlines[row - 1]) - 1
        return self.rows + 1, field + self._fields_before

    def _count_rows(self, separators: int, newlines: Places) -> None:
        if not newlines.size:
            self._fields_before += separators
            return
        counts = np.diff(newlines, prepend=-1) - 1
        counts[0] += self._fields_before
        self._check_counts(counts)
        self.rows += int(newlines.size)
        self._fields_before = separators - 1 - int(newlines[-1])

    def _check_counts(self, separators: Places) -> None:
        wrong = np.flatnonzero(separators != len(self.header) - 1)
        if not wrong.size:
            return
        first = int(wrong[0])
        fields = int(separators[first]) + 1
        problem = f"the row has {fields} values, not {len(self.header)}"
        raise self._bad(problem, self.rows + 1 + first, min(fields, len(self.header) - 1))

    def _bad_at(self, block: bytes, position: int, problem: str) -> BadFileError:
        """The error for a byte of the block; finds its row and column."""
        values = np.frombuffer(block[: position + 1], dtype=np.uint8)
        quoted = _parity(values == QUOTE) ^ self._in_quotes
        kinds = values[~quoted & ((values == COMMA) | (values == NEWLINE))]
        return self._bad(problem, *self._place(kinds.size, np.flatnonzero(kinds == NEWLINE)))

    def _bad(self, problem: str, row: int, field: int) -> BadFileError:
        column = self.header[min(field, len(self.header) - 1)]
        return BadFileError(
            self.file, problem, "Mend the row at its origin and deliver the file again.", row, column
        )
