"""Layers of fits: curves and bands around them; surfaces, lines over them, and dots."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from regplay.core.arrays import Flags, Floats, Indices
from regplay.core.fit import Fit, Grid
from regplay.core.number_text import number
from regplay.gui.plots.fit_panel import Band, Subject
from regplay.gui.plots.frame import Frame, Shapes
from regplay.gui.plots.legend import Entry
from regplay.gui.plots.shapes import PictureCache, pen, through
from regplay.gui.plots.surface_colors import UNSURE, Coloring
from regplay.gui.theme import ROLES, mix

OVERLAY_WIDTH = 1.6  # pixels
MEMBER_WIDTH = 1.0
SURFACE_MEMBER = mix(ROLES.background, ROLES.foreground, 0.5)  # lines over a surface
_MOST_MEMBERS = 40
SEAM = 1.4  # pixels


def drawn_members(fits: Sequence[Fit]) -> Sequence[Fit]:
    """Those of single networks that are drawn, evenly taken: more of them only blacken the band."""
    count = len(fits)
    if count <= _MOST_MEMBERS:
        return fits
    return [fits[at] for at in np.linspace(0, count - 1, _MOST_MEMBERS).round().astype(int)]


def member_color(curve: str, subject: Subject) -> str:
    """Of a single network's curve, where the fit's has the colour `curve`.

    It leans to the text's colour where paler shades of the fit's belong to its past.
    """
    leans_to, share = (ROLES.foreground, 0.4) if subject.past else (ROLES.background, 0.5)
    return mix(curve, leans_to, share)


_NOWHERE, _ZERO = np.full(1, np.nan), np.zeros(1)


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

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the curves, the first on top; all of a colour at once, which takes a third."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        of_color: dict[str, tuple[list[Floats], list[Floats]]] = {}
        for x, y, color in self.lines:
            every_x, every_y = of_color.setdefault(frame.colors.of(color), ([], []))
            every_x += x, _NOWHERE  # a point that ends each curve
            every_y += y, _ZERO
        for color, (every_x, every_y) in reversed(of_color.items()):
            pixels_x = frame.x(np.concatenate(every_x))
            pixels_y = frame.y(np.concatenate(every_y))
            placed = np.isfinite(pixels_y)
            pixels_x, pixels_y = pixels_x[placed], pixels_y[placed]
            is_curve = np.isfinite(pixels_x)
            painter.setPen(pen(color, self._width * frame.zoom))
            keep = is_curve[:-1] & is_curve[1:]
            frame.device.draw_lines(painter, through(pixels_x, pixels_y, keep))


class SegmentsLayer:
    """Boundaries or contour lines of fits; a seam parts them from ground of any colour.

    Attributes
    ----------
    lines
        Of each fit the segments [n, 4] in data units and a colour, the first on top; assigned anew
        by `set`.
    """

    def __init__(self, width: float, seam: float = 0.0, is_kept: bool = False) -> None:
        """Be so many pixels wide, with a seam of so many, both sides together.

        Those that are kept rest while the surface moves: they are copied from a picture.
        """
        self.lines: tuple[tuple[Floats, str], ...] = ()
        self._width, self._seam = width, seam
        self.kept = PictureCache() if is_kept else None

    @property
    def segments(self) -> Floats:
        """All of them, [n, 4] in data units."""
        return np.concatenate([np.zeros((0, 4)), *(segments for segments, _ in self.lines)])

    def set(self, lines: Sequence[tuple[Floats, str]]) -> None:
        self.lines = tuple(lines)
        if self.kept is not None:
            self.kept.forget()

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the lines, those that are kept only if the ranges or the lines changed."""
        if self.kept is None:
            self._draw(frame, painter)
        elif self.lines:
            self.kept.paint(painter, frame, partial(self._draw, frame))

    def _draw(self, frame: Frame, painter: QPainter, is_new: bool = True) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for ends, color in reversed(self.lines) if is_new else ():
            segments = frame.segments(ends)
            if self._seam:
                seam = (self._width + self._seam) * frame.zoom
                painter.setPen(pen(frame.colors.background, seam))
                frame.device.draw_lines(painter, segments)
            painter.setPen(pen(frame.colors.of(color), self._width * frame.zoom))
            frame.device.draw_lines(painter, segments)


class SurfaceLayer:
    """Colours at the points of a grid, smooth in between.

    Attributes
    ----------
    pixels
        [rows, columns] in the colours of a scheme, the first row at the bottom; None draws nothing.
    """

    def __init__(self) -> None:
        self.pixels: Coloring | None = None
        self.grid: Grid | None = None

    def paint(self, painter: QPainter, frame: Frame) -> None:
        if self.pixels is None or self.grid is None:
            return
        pixels = self.pixels(frame.colors)
        rows, columns = pixels.shape
        low, high = self.grid.low, self.grid.high
        half = (high - low) / np.array([columns - 1, rows - 1]) / 2  # a pixel's centre is its point
        left, right = frame.x([low[0] - half[0], high[0] + half[0]])
        bottom, top = frame.y([low[1] - half[1], high[1] + half[1]])
        place = QRectF(QPointF(left, top), QPointF(right, bottom))
        frame.device.draw_surface(painter, frame, place, pixels[::-1])


_ONE, _TWO = 0.34, 0.15  # shares of a curve's colour in the bands of one deviation and of two
_OVER_TWO = 1 - (1 - _ONE) / (1 - _TWO)  # that the first adds where it lies over the second
FEW = 4  # curves that have both bands


def band_colors(curve: str) -> tuple[str, str]:
    """Of two standard deviations around a curve of this colour, and of one."""
    return mix(ROLES.background, curve, _TWO), mix(ROLES.background, curve, _ONE)


class BandLayer:
    """One and two standard deviations around each of some curves, as two shades.

    Where bands of several curves overlap, both show; around more than `FEW` curves there is only
    the band of one deviation, for the others would cover the plot.

    Attributes
    ----------
    band
        What to draw, or None.
    x
        Where its points lie, [grid points].
    curves
        The colour of each curve, as many as the band has classes; of a regression, one.
    limits
        Lowest and highest value that a band can reach, or None.
    """

    def __init__(self) -> None:
        self.band: Band | None = None
        self.x: Floats = np.zeros(0)
        self.curves: tuple[str, ...] = ()
        self.limits: tuple[float, float] | None = None

    def ends(self, deviations: float) -> list[tuple[Floats, Floats]]:
        """Lowest and highest values [grid points] of the band around each curve."""
        if self.band is None:
            return []
        points = len(self.x)
        mean, std = self.band.mean.reshape(points, -1).T, self.band.std.reshape(points, -1).T
        with np.errstate(all="ignore"):  # diverged networks
            low, high = mean - deviations * std, mean + deviations * std
        if self.limits is not None:
            low, high = np.clip(low, *self.limits), np.clip(high, *self.limits)
        return list(zip(low, high, strict=True))

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Fill the bands, the wide ones first; what has no place on the axes is left out."""
        if self.band is None:
            return
        x, has_one = frame.x(self.x), len(self.curves) > FEW
        for deviations, share in ((1, _ONE),) if has_one else ((2, _TWO), (1, _OVER_TWO)):
            for curve, ends in zip(self.curves, self.ends(deviations), strict=True):
                shade = QColor(frame.colors.of(band_colors(curve)[2 - deviations]))
                if len(self.curves) > 1:  # transparent, so that those below show
                    shade = QColor(frame.colors.of(curve))
                    shade.setAlphaF(share)
                low, high = map(frame.y, ends)
                placed = np.isfinite(low) & np.isfinite(high)
                if placed.any():
                    lines = x[placed], low[placed], high[placed]
                    frame.device.fill_between(painter, frame, *lines, shade)


_APART = 14.0  # pixels at 100 % from dot to dot
_SIZES = 16  # that there are, from none to one that touches its neighbours
_DARK, _LIGHT = "#101820", "#ffffff"  # whichever parts from the ground


class DotsLayer:
    """A lattice of dots that stays while their sizes change.

    Attributes
    ----------
    sizes
        [rows, columns] at the grid points: 0 is no dot, 1 one that touches its neighbours; None
        draws nothing.
    on_dark
        [rows, columns]: where the surface is dark; None draws nothing either.
    """

    def __init__(self) -> None:
        self.grid: Grid | None = None
        self.sizes: Floats | None = None
        self.on_dark: Flags | None = None

    def paint(self, painter: QPainter, frame: Frame) -> None:
        if self.sizes is None or self.on_dark is None or self.grid is None:
            return
        apart = _APART * frame.zoom
        x, y = np.meshgrid(
            *(np.arange(apart / 2, end, apart) for end in (frame.width, frame.height))
        )
        at = _nearest(self.grid, frame, x, y)
        size = np.nan_to_num(self.sizes[at], nan=1.0).clip(0, 1)
        which = np.rint(size * _SIZES).astype(np.intp)
        shown = which > 0
        which += self.on_dark[at] * (_SIZES + 1)
        places, radii = (x[shown], y[shown], which[shown]), np.linspace(0, apart / 2, _SIZES + 1)
        dots = [partial(_draw_dot, ink, radius) for ink in (_DARK, _LIGHT) for radius in radii]
        shapes = Shapes(dots, ("dots", apart), apart + 2)
        frame.device.draw_shapes(painter, frame, shapes, *places)


def _draw_dot(ink: str, radius: float, painter: QPainter, x: float, y: float) -> None:
    fill = QColor(ink)
    fill.setAlpha(150)
    painter.setBrush(fill)
    painter.drawEllipse(QPointF(x, y), radius, radius)


def _nearest(grid: Grid, frame: Frame, x: Floats, y: Floats) -> tuple[Indices, Indices]:
    """Row and column of the grid points nearest to places in pixels."""
    low, high, (rows, columns) = grid.low, grid.high, grid.shape
    left, right = frame.x([low[0], high[0]])
    bottom, top = frame.y([low[1], high[1]])
    column = ((x - left) / (right - left)).clip(0, 1) * (columns - 1)
    row = ((y - bottom) / (top - bottom)).clip(0, 1) * (rows - 1)
    return np.rint(row).astype(np.intp), np.rint(column).astype(np.intp)


def cell_at(frame: Frame, grid: Grid, x: float, pixel: float) -> tuple[float, int, int]:
    """The second input at a height in pixels, and the row and column of the nearest grid point."""
    y, (rows, columns) = frame.y_value(pixel), grid.shape
    share = (np.array([x, y]) - grid.low) / (grid.high - grid.low)
    column, row = (share.clip(0, 1) * [columns - 1, rows - 1]).round().astype(int)
    return y, int(row), int(column)


def _name(subject: Subject, text: str) -> str:
    return f"{subject.band} {text}".lstrip()


def band_entries(curves: Sequence[str], subject: Subject) -> list[Entry]:
    """Of bands around curves of these colours."""
    wide, narrow = band_colors(curves[-1])
    tip = f"mean ± 1 standard deviation of {subject.networks}"
    if 1 < len(curves) <= FEW:
        text, short = _name(subject, "±1, ±2 std"), _name(subject, "±std")
        return [Entry("band", text, narrow, short=short, tip=f"darker: {tip}; lighter: ± 2")]
    one = Entry("band", _name(subject, "±1 std"), narrow, tip=tip)
    if len(curves) > FEW:
        return [one]
    tip = f"mean ± 2 standard deviations of {subject.networks}"
    return [one, Entry("band", "±2 std", wide, short="±2", tip=tip)]


def unsure_entry(subject: Subject) -> Entry:
    """Of a shade over a surface of classes."""
    tip = (
        "shaded where the mean probabilities ± 1 or 2 standard deviations of "
        f"{subject.networks} overlap, so that the class is open"
    )
    shade = mix(ROLES.background, ROLES.foreground, UNSURE)
    text, short = _name(subject, "±1, ±2 std"), _name(subject, "±std")
    return Entry("band", text, shade, short=short, tip=tip)


def dots_entry(full: float, subject: Subject) -> Entry:
    """Of dots over a surface of values that touch at a standard deviation `full`."""
    text = _name(subject, "std")
    tip = f"{text}: the larger a dot, the further {subject.networks} scatter; dots touch at "
    return Entry("circle", text, ROLES.muted, tip=f"{tip}{number(full, 2)}")
