"""Other fits under or over the present one: curves, and boundaries or contour lines."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtGui import QPainter, QPixmap

from regplay.core.datasets.dataset import Floats
from regplay.core.fit import Fit
from regplay.gui.plots.canvas import Frame, empty_picture
from regplay.gui.plots.figure_painter import FigurePainter
from regplay.gui.plots.legend import Entry, other_entry
from regplay.gui.plots.lines import Segments, pen
from regplay.gui.plots.panel import Overlay
from regplay.gui.theme import Colors, mix

OVERLAY_WIDTH = 1.6  # pixels
THINNED_WIDTH = 1.0
THINNED_SHARE = 0.6  # of the foreground's colour in lines over a surface
SEAM = 1.4  # pixels, both sides together


def same_overlays(one: Sequence[Overlay], other: Sequence[Overlay]) -> bool:
    """Whether both show the same fits under the same names and colours."""
    return len(one) == len(other) and all(
        a.fit is b.fit and a.grid is b.grid and (a.name, a.color) == (b.name, b.color)
        for a, b in zip(one, other, strict=True)
    )


def same_fits(one: Sequence[Fit], other: Sequence[Fit]) -> bool:
    """Whether both hold the very same fits."""
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))


def overlay_entries(overlays: Sequence[Overlay]) -> list[Entry]:
    """What a legend says of overlays."""
    return [other_entry(overlay.name, overlay.color) for overlay in overlays]


def thinned_color(colors: Colors, curve: str) -> str:
    """Of a single thinned network's curve, where the fit's has the colour `curve`.

    It leans to the text's colour, for paler shades of the fit's belong to its past.
    """
    return mix(curve, colors.foreground, 0.4)


class FitLinesLayer:
    """Curves over one input.

    Attributes
    ----------
    lines
        Of each curve x [points] and y [points] in data units, and its colour.
    """

    def __init__(self, width: float) -> None:
        self.lines: list[tuple[Floats, Floats, str]] = []
        self._width = width
        self._segments = Segments()

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the curves, the first on top; all of a colour at once, which takes a third."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        of_color: dict[str, list[tuple[Floats, Floats]]] = {}
        for x, y, color in self.lines:
            # A point that is nowhere ends each curve.
            of_color.setdefault(color, []).append((np.append(x, np.nan), np.append(y, 0.0)))
        for color, curves in reversed(of_color.items()):
            every_x, every_y = zip(*curves, strict=True)
            pixels_x = frame.x(np.concatenate(every_x))
            pixels_y = frame.y(np.concatenate(every_y))
            placed = np.isfinite(pixels_y)
            pixels_x, pixels_y = pixels_x[placed], pixels_y[placed]
            is_curve = np.isfinite(pixels_x)
            painter.setPen(pen(color, self._width))
            keep = is_curve[:-1] & is_curve[1:]
            self._segments.draw_through(painter, pixels_x, pixels_y, keep)


class BoundariesLayer:
    """Boundaries or contour lines of other fits, kept as one picture.

    They rest while the surface moves.

    Attributes
    ----------
    lines
        Of each fit the segments [n, 4] in data units and a colour, the first on top; assigned anew
        by `set`.
    """

    def __init__(self) -> None:
        self.lines: tuple[tuple[Floats, str], ...] = ()
        self._segments = Segments()
        self._picture: QPixmap | None = None
        self._frame: Frame | None = None

    def set(self, lines: Sequence[tuple[Floats, str]]) -> None:
        """Draw these."""
        self.lines = tuple(lines)
        self._picture = None

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Copy the picture, drawing it first if the ranges or the lines changed."""
        if not self.lines:
            return
        if isinstance(painter, FigurePainter):
            self._draw(painter, frame)
            return
        if self._picture is None or frame is not self._frame:
            self._frame, self._picture = frame, self._drawn(frame)
        painter.drawPixmap(0, 0, self._picture)

    def _drawn(self, frame: Frame) -> QPixmap:
        picture = empty_picture(frame)
        painter = QPainter(picture)
        self._draw(painter, frame)
        painter.end()
        return picture

    def _draw(self, painter: QPainter, frame: Frame) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for segments, color in reversed(self.lines):
            # A seam parts it from a surface that may have nearly its hue.
            for shade, width in (
                (frame.colors.background, OVERLAY_WIDTH + SEAM),
                (color, OVERLAY_WIDTH),
            ):
                painter.setPen(pen(shade, width))
                self._segments.draw_placed(painter, frame, segments)
