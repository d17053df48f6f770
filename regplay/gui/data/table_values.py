"""Reading a table a little at a time, and what a chosen one comes to as values of an experiment."""

import time
from collections.abc import Generator
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from regplay.core.datasets import DatasetError
from regplay.core.datasets import tables as rows
from regplay.core.datasets.csv_reader import Source
from regplay.core.datasets.csv_table import Check, Choice
from regplay.core.datasets.points import MAX_CLASSES, MAX_POINTS, points_settings
from regplay.core.datasets.tables import Table
from regplay.core.experiment import DataSettings
from regplay.core.fields import FIELDS, Value

_BUDGET = 0.012  # seconds of reading in one turn of the event loop


class Checking(QObject):
    """Reads a table again with each choice of its columns; the newest choice counts.

    Signals
    -------
    progressed
        The number of rows read so far.
    finished
        The `Check`, at its end.
    """

    progressed = Signal(int)
    finished = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._check: Check | None = None
        self._steps: Generator[int, None, None] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._go_on)

    def is_reading(self) -> bool:
        """Whether it has not come to the end."""
        return self._steps is not None

    def start(self, source: Source, choice: Choice) -> None:
        """Begin to read; a small table is read before this returns."""
        self._check = Check(source, choice)
        self._steps = self._check.steps()
        self._timer.start()
        self._go_on()

    def stop(self) -> None:
        """Read no further; `finished` does not follow."""
        self._timer.stop()
        self._check = self._steps = None

    def _go_on(self) -> None:
        assert self._steps is not None
        until = time.perf_counter() + _BUDGET
        rows = 0
        for rows in self._steps:
            if time.perf_counter() >= until:
                self.progressed.emit(rows)
                return
        check = self._check
        self.stop()
        self.finished.emit(check)


LEAST, USUAL, MOST = 10, 30, 50  # % of the rows that validate


def n_valid(n: int, share: int) -> int:
    """How many of `n` rows validate at a share in percent: at least 1, and 1 is left to learn."""
    largest = FIELDS["data.n_valid"].maximum
    assert largest is not None
    return max(1, min(round(share / 100 * n), n - 1, int(largest)))


def file_values(
    path: Path, choice: Choice, n: int, share: int, standardizes: bool
) -> dict[str, Value]:
    """The values that learn from the columns of a file of `n` rows.

    The usual share is left to the file, so that it stays the usual one if that grows.
    """
    return {
        "data.name": "csv",
        "data.file": str(path),
        "data.target": choice.target,
        "data.inputs": choice.inputs,
        "data.task": choice.task,
        "data.standardize": standardizes,
        "data.n_train": 0,
        "data.n_valid": 0 if share == USUAL else n_valid(n, share),
    }


def points_values(table: Table, share: int, standardizes: bool) -> dict[str, Value]:
    """The values that hold the rows of a table as points, in the same two splits as a file's.

    Raises
    ------
    DatasetError
        If `why_no_points` says why not.
    """
    reason = why_no_points(table)
    if reason:
        raise DatasetError(reason)
    n = len(table.y)
    valid = n_valid(n, share)
    dataset = rows.dataset(table, DataSettings(), n - valid, valid, standardizes=standardizes)
    return {**points_settings(dataset)}


def why_no_points(table: Table) -> str:
    """Why a table can't be kept as points, in a few words; empty if it can."""
    if table.x.shape[1] > 2:
        return "points have one or two inputs"
    if len(table.class_names) > MAX_CLASSES:
        return f"points have up to {MAX_CLASSES} classes"
    if len(table.y) > MAX_POINTS:
        return f"there are more than {MAX_POINTS:,} rows"
    return ""
