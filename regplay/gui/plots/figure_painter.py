"""A painter of figures: whole lines and shapes, where plots on screen have pieces and pictures."""

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray
from pyqtgraph.functions import arrayToQPolygonF
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

Pixels = NDArray[np.float64]
_Point = tuple[float, float]


class FigurePainter(QPainter):
    """Draws a figure that is kept, at any size and as vectors where the device has them.

    A layer that is handed one takes its time: lines are joined, points are shapes, and nothing is
    copied from a picture that was made for the screen.
    """

    def draw_segments(self, segments: Pixels) -> None:
        """Draw lines [n, 4] of x₁, y₁, x₂, y₂ in pixels as one path, with the pen's colour."""
        path = QPainterPath()
        for line in joined(segments):
            path.addPolygon(arrayToQPolygonF(*line.T))
        pen = QPen(self.pen())
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        self.strokePath(path, pen)


def joined(segments: Pixels) -> list[Pixels]:
    """Segments [n, 4] as lines [points, 2]: those that share an end with just one other are joined.

    Segments without a place (NaN) are left out.
    """
    segments = segments[np.isfinite(segments).all(axis=1)]
    if not len(segments):
        return []
    breaks = np.flatnonzero((segments[1:, :2] != segments[:-1, 2:]).any(axis=1)) + 1
    runs = [np.concatenate([run[:1, :2], run[:, 2:]]) for run in np.split(segments, breaks)]
    return runs if len(runs) < 2 else _linked(runs)


def _linked(runs: list[Pixels]) -> list[Pixels]:
    ends: dict[_Point, list[int]] = defaultdict(list)
    for index, run in enumerate(runs):
        for end in (run[0], run[-1]):
            ends[_point(end)].append(index)
    used = np.zeros(len(runs), dtype=bool)
    lines = []
    for index, run in enumerate(runs):
        if used[index]:
            continue
        used[index] = True
        after = _followed(run, runs, ends, used)
        before = _followed(run[::-1], runs, ends, used)
        parts = [part[:-1] for part in (piece[::-1] for piece in reversed(before))]
        parts += [run, *(part[1:] for part in after)]
        lines.append(np.concatenate(parts))
    return lines


def _followed(
    run: Pixels, runs: list[Pixels], ends: dict[_Point, list[int]], used: NDArray[np.bool_]
) -> list[Pixels]:
    """The runs that go on from the end of one, each turned so that it begins there."""
    found: list[Pixels] = []
    while True:
        end = _point(run[-1])
        there = ends[end]
        following = next((index for index in there if not used[index]), None)
        if len(there) != 2 or following is None:
            return found
        used[following] = True
        run = runs[following]
        if _point(run[0]) != end:
            run = run[::-1]
        found.append(run)


def _point(place: Pixels) -> _Point:
    return float(place[0]), float(place[1])
