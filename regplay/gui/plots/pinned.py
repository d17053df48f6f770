"""The curves of pinned runs, below those of the present one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QPainter, QPixmap

from regplay.core.history import History
from regplay.gui.plots.canvas import Frame, empty_picture
from regplay.gui.plots.epoch_curves import EpochLine, Floats
from regplay.gui.plots.figure_painter import FigurePainter
from regplay.gui.plots.legend import elided, other_entry
from regplay.gui.plots.lines import pen
from regplay.gui.plots.ranges import Range, bounds
from regplay.gui.plots.readout import Row

_WIDTH = 1.3  # pixels; the present run's are 1.8
_LONGEST = 24  # characters of a name in the hover box, at most


@dataclass(frozen=True, eq=False)
class PinnedCurves:
    """A run to show beside the present one; its history may still grow.

    `color` is `#rrggbb`.
    """

    name: str
    color: str
    history: History


class PinnedLines:
    """What one plot shows of one pinned run.

    Attributes
    ----------
    source
        The run.
    lines
        The first is solid; the second, if there is one, is validation, and dashed.
    epochs
        [records], as floats.
    first
        The largest of the first finite values of the lines, or None before any.
    entry
        Its line in the legend.
    """

    def __init__(self, source: PinnedCurves, measures: Sequence[str], unit: float) -> None:
        self.source = source
        self.lines = [EpochLine(measure, index > 0) for index, measure in enumerate(measures)]
        self.epochs: Floats = np.zeros(0)
        self.first: float | None = None
        kind = "train solid, validation dashed" if len(measures) > 1 else "solid"
        self.entry = other_entry(source.name, source.color, f"{source.name}: {kind}")
        self._unit = unit
        self._ends: tuple[Range | None, Range | None] = (None, None)  # linear, logarithmic
        self.grow()

    def is_of(self, source: PinnedCurves) -> bool:
        """Whether this shows the same run in the same way."""
        mine = self.source
        is_same = (mine.name, mine.color) == (source.name, source.color)
        return is_same and mine.history is source.history

    def grow(self) -> bool:
        """Read the records that are new; whether there were any."""
        history = self.source.history
        n = len(history)  # another thread may be appending: every column ends here
        if n == len(self.epochs):
            return False
        start, self.epochs = len(self.epochs), history.epochs[:n].astype(float)
        all_ends, positive_ends = self._ends
        first = []
        for line in self.lines:
            line.values = history.column(line.measure)[:n] * self._unit
            new = line.values[start:]
            all_ends = _wider(all_ends, bounds(new))
            positive_ends = _wider(positive_ends, bounds(new[new > 0]))
            first += new[np.isfinite(new)][:1].tolist()
        self._ends = all_ends, positive_ends
        if self.first is None:
            self.first = max(first, default=None)
        return True

    def ends(self, log: bool) -> Range | None:
        """Smallest and largest value that has a place on an axis, or None where there is none."""
        return self._ends[1 if log else 0]

    def row(self, frame: Frame, epoch: float, text: Callable[[float], str]) -> Row | None:
        """For the hover box: the last line's value at the record nearest to `epoch`.

        The run may have been recorded at other epochs; then the row says at which.
        """
        if not self.epochs.size:
            return None
        at = int(np.abs(self.epochs - epoch).argmin())
        value = self.lines[-1].values[at]
        name, color = elided(self.source.name, _LONGEST), self.source.color
        if self.epochs[at] != epoch:
            return Row(name, f"{text(value)} at {int(self.epochs[at]):,}", color)
        return Row(name, text(value), color, frame.dot(value))


def _wider(one: Range | None, other: Range | None) -> Range | None:
    if one is None or other is None:
        return one or other
    return min(one[0], other[0]), max(one[1], other[1])


class PinnedLayer:
    """Pinned runs, kept as a picture to which only new records are added.

    Attributes
    ----------
    pictures
        How often the whole of it was drawn; a test cares.
    """

    def __init__(self) -> None:
        self.pictures = 0
        self._runs: tuple[PinnedLines, ...] = ()
        self._picture: QPixmap | None = None
        self._frame: Frame | None = None  # what the picture was drawn for
        self._drawn: list[int] = []  # records of each run that are in the picture

    @property
    def runs(self) -> tuple[PinnedLines, ...]:
        """What is drawn."""
        return self._runs

    def setRuns(self, runs: Sequence[PinnedLines]) -> None:
        """Draw others."""
        self._runs = tuple(runs)
        self._picture = None

    def is_of(self, runs: Sequence[PinnedCurves]) -> bool:
        """Whether it draws these."""
        mine = self._runs
        return len(mine) == len(runs) and all(map(PinnedLines.is_of, mine, runs))

    def rows(
        self, frame: Frame, epoch: float, text: Callable[[float], str], room: int
    ) -> list[Row]:
        """Rows of the hover box, no more than `room`; the last may say how many are left out."""
        rows = [row for run in self._runs if (row := run.row(frame, epoch, text)) is not None]
        if len(rows) <= max(room, 1):
            return rows
        shown = max(room - 1, 0)
        return [*rows[:shown], Row(f"and {len(rows) - shown} more", "")]

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Copy the picture, bringing it up to date first."""
        if not self._runs:
            return
        if isinstance(painter, FigurePainter):
            self._draw(painter, frame, [0] * len(self._runs))
            return
        if self._picture is None or self._frame is not frame:
            self.pictures += 1
            self._picture, self._frame = empty_picture(frame), frame
            self._drawn = [0] * len(self._runs)
        if self._drawn != [len(run.epochs) for run in self._runs]:
            self._draw_new(self._picture, frame)
        painter.drawPixmap(0, 0, self._picture)

    def _draw_new(self, picture: QPixmap, frame: Frame) -> None:
        painter = QPainter(picture)
        self._draw(painter, frame, self._drawn)
        self._drawn = [len(run.epochs) for run in self._runs]
        painter.end()

    def _draw(self, painter: QPainter, frame: Frame, drawn: Sequence[int]) -> None:
        """Draw each run from the record on that comes after so many."""
        for run, done in zip(self._runs, drawn, strict=True):
            if done == len(run.epochs):
                continue
            painter.setPen(pen(run.source.color, _WIDTH))
            for line in run.lines:
                x, y = line.thin(run.epochs, frame, start=max(done - 1, 0))
                line.stroke(painter, frame, x, y)
