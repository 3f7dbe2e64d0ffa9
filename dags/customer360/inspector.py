"""Structural checks on a delivered CSV while it streams by: a bad file is refused before an object exists.

Row numbers count data rows from 1; row 0 is the header. A quoted value may hold commas and line ends.
"""

from __future__ import annotations

import codecs
import csv

import numpy as np
import numpy.typing as npt

BLOCK_BYTES = 1024 * 1024
MAX_FIELD_BYTES = 1024 * 1024
QUOTE, COMMA, NEWLINE, RETURN = b'",\n\r'
UTF8_BOM = codecs.BOM_UTF8
UTF16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]


def _byte_set(members: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    # A table of 256 flags answers ten times faster than np.isin.
    table = np.zeros(256, dtype=np.bool_)
    table[list(members)] = True
    return table


BEFORE_OPENING = _byte_set((COMMA, NEWLINE, QUOTE))
AFTER_CLOSING = _byte_set((COMMA, NEWLINE, RETURN, QUOTE))


def _parity(quotes: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """True from each odd quote up to the next even one."""
    odd: npt.NDArray[np.bool_] = (np.cumsum(quotes, dtype=np.uint8) & 1).view(np.bool_)
    return odd


class BadFileError(ValueError):
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
    number of data rows seen so far.
    """

    def __init__(self, file: str, header: tuple[str, ...]):
        self.file = file
        self.header = header
        self.rows = -1  # the header is the first row to complete
        self._head = b""
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._in_quotes = False
        self._fields_before = 0  # separators of the row that the previous block left open
        self._field_bytes = 0  # length so far of the value that the previous block left open
        self._last_byte = NEWLINE

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
        quoted = self._quoted(values)
        commas = np.flatnonzero((values == COMMA) & ~quoted)
        newlines = np.flatnonzero((values == NEWLINE) & ~quoted)
        self._check_field_sizes(values.size, commas, newlines)
        self._count_rows(commas, newlines)
        self._in_quotes = bool(quoted[-1])
        self._last_byte = block[-1]

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
        names = tuple(next(csv.reader([text]), []))
        if names == self.header:
            return
        for delimiter in ";\t|":
            if tuple(next(csv.reader([text], delimiter=delimiter), [])) == self.header:
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
        raise BadFileError(
            self.file, f"the header has {len(names)} columns, not {len(self.header)}", remedy, 0
        )

    def _check_bytes(self, block: bytes) -> None:
        if (position := block.find(0)) >= 0:
            raise self._bad_at(block, position, "a NUL byte")
        try:
            self._decoder.decode(block)
        except UnicodeDecodeError as error:
            pending = len(error.object) - len(block)  # bytes of a character cut by the block's start
            raise self._bad_at(block, max(error.start - pending, 0), "bytes that are not UTF-8") from None

    def _quoted(self, values: Bytes) -> npt.NDArray[np.bool_]:
        """True for every byte inside quotes, the opening quote included."""
        quotes = values == QUOTE
        places = np.flatnonzero(quotes)
        if not places.size:
            return np.full(values.size, self._in_quotes)
        quoted = _parity(quotes) ^ self._in_quotes
        self._check_quotes(values, places, quoted)
        return quoted

    def _check_quotes(self, values: Bytes, places: Places, quoted: npt.NDArray[np.bool_]) -> None:
        """A quote opens a value right after a separator and closes it right before one."""
        before = values[places - 1]
        if places[0] == 0:
            before[0] = self._last_byte
        opening = quoted[places]
        legal = BEFORE_OPENING[before]
        if self._at_file_start():
            legal[0] = True  # nothing, or a byte order mark
        wrong = places[opening & ~legal]
        closing = places[~opening]
        inner = closing[closing + 1 < values.size]
        wrong = np.concatenate((wrong, inner[~AFTER_CLOSING[values[inner + 1]]]))
        # A block can end right on a closing quote: what follows is then this block's first byte.
        if not self._in_quotes and self._last_byte == QUOTE and not AFTER_CLOSING[values[0]]:
            wrong = np.concatenate((wrong, np.array([0])))
        if wrong.size:
            raise self._bad_at(
                values.tobytes(), int(wrong.min()), "a quote that is not closed or not doubled"
            )

    def _at_file_start(self) -> bool:
        return self.rows < 0 and self._fields_before == 0 and self._field_bytes == 0

    def _check_field_sizes(self, size: int, commas: Places, newlines: Places) -> None:
        ends = np.sort(np.concatenate((commas, newlines)))
        if not ends.size:
            self._field_bytes += size
            lengths = np.array([self._field_bytes])
        else:
            lengths = np.diff(ends, prepend=-1 - self._field_bytes)
            self._field_bytes = size - 1 - int(ends[-1])
        if (longest := int(lengths.argmax())) >= 0 and lengths[longest] > MAX_FIELD_BYTES:
            end = int(ends[longest]) if ends.size else size
            row = self.rows + 1 + int(np.searchsorted(newlines, end))
            field = self._field_index(end, commas, newlines)
            raise self._bad(
                f"a value longer than {MAX_FIELD_BYTES} bytes; a quote may stand open", row, field
            )

    def _field_index(self, end: int, commas: Places, newlines: Places) -> int:
        """Position within its row of the value that ends at byte `end` of the block."""
        row = int(np.searchsorted(newlines, end))
        first = int(newlines[row - 1]) if row else -1
        fields = int(((commas > first) & (commas < end)).sum())
        return fields + (0 if row else self._fields_before)

    def _count_rows(self, commas: Places, newlines: Places) -> None:
        if not newlines.size:
            self._fields_before += commas.size
            return
        until = np.searchsorted(commas, newlines)
        counts = np.diff(until, prepend=0)
        counts[0] += self._fields_before
        self._check_counts(counts)
        self.rows += int(newlines.size)
        self._fields_before = int(commas.size - until[-1])

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
        commas = np.flatnonzero((values == COMMA) & ~quoted)
        newlines = np.flatnonzero((values == NEWLINE) & ~quoted)
        field = self._field_index(position, commas, newlines)
        return self._bad(problem, self.rows + 1 + int(newlines.size), field)

    def _bad(self, problem: str, row: int, field: int) -> BadFileError:
        column = self.header[min(field, len(self.header) - 1)]
        return BadFileError(
            self.file, problem, "Mend the row at its origin and deliver the file again.", row, column
        )
