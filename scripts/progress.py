"""Live progress: a line a step, with its seconds; plain lines where no terminal listens."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import Progress as Display
from rich.progress import SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


class Progress:
    """Shows the step under way; starting the next one ends it. Use it as a context manager."""

    def __init__(self, console: Console, titles: Mapping[str, str] | None = None):
        self._console = console
        self._titles = titles or {}
        self._current: tuple[TaskID, str, float] | None = None
        self._display = Display(
            SpinnerColumn(finished_text="[green]✓"),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[note]}"),
            console=console,
            disable=not console.is_terminal,
        )

    def start(self, step: str) -> None:
        """Show that a step begins."""
        self.stop()
        title = self._titles.get(step, step)
        self._current = (self._display.add_task(title, total=1, note=""), title, time.perf_counter())

    def note(self, text: str) -> None:
        """Show how far the step under way has come; a log gets the steps alone."""
        if self._current is not None:
            self._display.update(self._current[0], note=text)

    def result(self, text: str) -> None:
        """Call the step under way by what came of it."""
        if self._current is not None:
            task, _, began = self._current
            self._display.update(task, description=text)
            self._current = (task, text, began)

    def stop(self, mark: str = "✓") -> None:
        """Show that the step under way has ended."""
        if self._current is None:
            return
        task, title, began = self._current
        self._display.update(task, completed=1)
        if not self._console.is_terminal:
            self._console.print(f"{mark} {title} {time.perf_counter() - began:.1f} s", highlight=False)
        self._current = None

    def __enter__(self) -> Self:
        self._display.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop("✓" if error is None else "✗")
        self._display.stop()
