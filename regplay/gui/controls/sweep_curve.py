"""How the losses along the positions of a slider are drawn on it."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF
from PySide6.QtGui import QColor, QPainter, QPen

from regplay.core.arrays import Floats
from regplay.gui.plots import (
    SCREEN,
    Frame,
    LossLine,
    PictureCache,
    Scale,
    around_valley,
    draw_valley,
    extend,
    sides_of,
    spread,
)
from regplay.gui.theme import ROLES, Colors, mix, zoom_of_text
from regplay.gui.training import SweepCurve

_LOG_FROM = 30.0  # the axis is logarithmic if the largest loss is this many times the smallest
_LEAST_SPAN = 0.25  # of the loss; a flatter curve is drawn flat, not blown up


class LossRange:
    """The vertical axis of a curve, linear or logarithmic.

    While a curve fills in, the axis grows by steps and never shrinks; once it is finished, the axis
    fits it. What training failed at, and a training loss far below the valley, lie outside, so that
    the valley stays a valley.

    Attributes
    ----------
    scale
        What the axis holds; before any losses, from 0 to 1.
    """

    def __init__(self) -> None:
        self.scale = Scale()
        self._has_losses = False  # the scale is that of some
        self._curve: SweepCurve | None = None

    def follow(self, curve: SweepCurve) -> None:
        """Make room for `curve`; start anew if it is not a later state of the one before."""
        before = self.scale if self._has_losses and self._goes_on(curve) else None
        self._curve, self.scale = curve, before or Scale()
        shown = around_valley(curve.train, curve.valid, curve.valley)
        self._has_losses = before is not None or bool(shown.size)
        if not shown.size:
            return
        low, high = float(shown.min()), float(shown.max())
        is_log = low > 0 and high > _LOG_FROM * low
        if curve.is_finished:
            ends = spread((low, high), max(_LEAST_SPAN * abs(low + high) / 2, 1e-300))
            low, high = np.log10(ends).tolist() if is_log else ends
            self.scale = Scale(low, high, is_log)
            return
        is_log |= before is not None and before.is_log
        known = before.range if before is not None and before.is_log == is_log else None
        with np.errstate(divide="ignore"):
            grown = extend(known, np.log10(shown) if is_log else shown)
        if grown is not None:
            self.scale = Scale(*grown, is_log)

    def _goes_on(self, curve: SweepCurve) -> bool:
        before = self._curve
        return (
            before is not None
            and not before.is_finished
            and before.values == curve.values
            and before.progress <= curve.progress
        )


CURVE_HEIGHT = 44  # px at 100 %
_TOP, _BOTTOM = 5.0, 8.0  # px at 100 % above and below the lines, for marks and the progress
_LINE = 1.2  # px, width
_DOT, _LARGE_DOT = 3.5, 3.0  # px, across in a large plot; radius of the one under the handle
_REACH = 7.0  # px around the valley in which a click is meant for it
_PROGRESS = 2.0  # px, thickness
_FAINT = 0.35  # of the ground is in a colour while the networks train
_OUTDATED = 0.65  # of it once the curve no longer holds


class CurvePicture:
    """Draws curves, one after another, where it was placed last; what stays is drawn once.

    Values lie at positions [P], as those of a slider. A curve that no longer holds stays as a faint
    one until the next begins: nothing goes blank while another slider is moved.

    Attributes
    ----------
    curve
        The present one.
    outdated
        The one before, while there is no present one.
    """

    def __init__(self) -> None:
        self.curve: SweepCurve | None = None
        self.outdated: SweepCurve | None = None
        self.range = LossRange()
        self._frame: Frame | None = None
        self._places: tuple[int, ...] = ()
        self._has_zero = False
        self._kept = PictureCache()

    def set_curve(self, curve: SweepCurve | None) -> None:
        """Draw `curve` from now on; None outdates the one that there is."""
        if curve is self.curve:
            return
        self.outdated = self.curve if curve is None else None
        self.curve = curve
        self._kept.forget()
        if curve is not None:
            self.range.follow(curve)

    def clear(self) -> None:
        self.curve = self.outdated = None
        self._kept.forget()
        self.range = LossRange()

    @property
    def drawn(self) -> SweepCurve | None:
        """The present curve, or else the one before."""
        return self.outdated if self.curve is None else self.curve

    def place(
        self,
        size: QSizeF,
        places: Sequence[int],
        top: int,
        edge: float,
        ratio: float,
        colors: Colors,
        *,
        has_zero: bool,
    ) -> None:
        """Be of a size in px from 0, 0, in the colours of a scheme.

        Parameters
        ----------
        places
            The positions of the curve's values [P].
        top, edge
            The last position, which is `edge` px from the right, as 0 is from the left.
        ratio
            Device pixels per pixel.
        has_zero
            Whether the first value is a 0 that stands apart: no line leaves it.
        """
        unit = max(top, 1) / max(size.width() - 2 * edge, 1.0)  # positions in a px
        x_scale = Scale(-edge * unit, max(top, 1) + edge * unit)
        zoom = zoom_of_text()
        room = max(size.height() - (_TOP + _BOTTOM) * zoom, 1.0)
        y_scale = self.range.scale.widened(_BOTTOM * zoom / room, _TOP * zoom / room)
        scales = x_scale, y_scale
        self._frame = Frame(size.width(), size.height(), *scales, ratio, colors, SCREEN, zoom)
        if (tuple(places), has_zero) != (self._places, self._has_zero):
            self._places, self._has_zero = tuple(places), has_zero
            self._kept.forget()

    def valley_point(self) -> QPointF | None:
        """The middle of the mark, or None while there is no valley."""
        curve, frame = self.curve, self._frame
        if curve is None or frame is None or curve.valley is None:
            return None
        x, y = frame.x(self._places[curve.valley]), frame.y(curve.valid[curve.valley])
        return QPointF(float(x), float(y)) if np.isfinite(y) else None

    def is_on_valley(self, point: QPointF) -> bool:
        """Whether a click at `point` is meant for the mark of a finished curve."""
        valley = self.valley_point()
        is_finished = self.curve is not None and self.curve.is_finished
        return (
            is_finished
            and valley is not None
            and QLineF(point, valley).length() <= _REACH * zoom_of_text()
        )

    def text_at(self, point: QPointF) -> str:
        """What the curve says at `point`, of losses drawn or not; empty off the curve."""
        curve, frame = self.curve, self._frame
        if curve is None or frame is None:
            return ""
        if not QRectF(0, 0, frame.width, frame.height).contains(point):
            return ""
        if self.is_on_valley(point):
            return curve.valley_reading()
        at = int(np.abs(frame.x(self._places) - point.x()).argmin())
        train, valid = (int(sides_of(self.range.scale, x[at])) for x in (curve.train, curve.valid))
        return curve.reading(at, (train, valid))

    def draw(self, painter: QPainter, *, at: int | None = None, is_lit: bool = False) -> None:
        """Draw both losses, the valley, and the progress of an unfinished curve.

        Parameters
        ----------
        at
            The trained value under the handle, if the handle stands at one.
        is_lit
            Whether the mouse is over the valley.
        """
        curve, frame, places = self.curve, self._frame, self._places
        if self.drawn is None or frame is None:
            return
        if curve is None:
            self._kept.paint(painter, frame, partial(self._draw_still, frame))
            return
        painter.save()
        painter.setClipRect(QRectF(0, 0, frame.width, frame.height))
        self._kept.paint(painter, frame, partial(self._draw_still, frame))
        for losses, color in self._losses():
            is_held = at is not None and sides_of(self.range.scale, losses[at]) == 0
            if at is not None and is_held and np.isfinite(losses[at]):
                painter.setBrush(QColor(frame.colors.of(color)))
                painter.setPen(QPen(QColor(frame.colors.background), frame.zoom))
                middle = QPointF(float(frame.x(places[at])), float(frame.y(losses[at])))
                radius = _LARGE_DOT * frame.zoom
                painter.drawEllipse(middle, radius, radius)
        valley = self.valley_point()
        if valley is not None:
            draw_valley(painter, valley, frame.colors, frame.zoom, is_lit)
        if not curve.is_finished:
            left, right = frame.x([places[0], places[-1]]).tolist()
            height = _PROGRESS * frame.zoom
            bar = QRectF(left, frame.height - height, right - left, height)
            ground, ink = frame.colors.background, frame.colors.foreground
            painter.fillRect(bar, QColor(mix(ground, ink, 0.15)))
            bar.setWidth(bar.width() * min(max(curve.progress, 0.0), 1.0))
            painter.fillRect(bar, QColor(mix(ground, ink, 0.6)))
        painter.restore()

    def _losses(self) -> list[tuple[Floats, str]]:
        """Both with their colours, fainter while the networks train, and once that is outdated."""
        curve = self.drawn
        if curve is None:
            return []
        share = _OUTDATED if self.curve is None else 0.0 if curve.is_finished else _FAINT
        return [
            (losses, mix(color, ROLES.background, share))
            for losses, color in ((curve.train, ROLES.train), (curve.valid, ROLES.valid))
        ]

    def _draw_still(self, frame: Frame, painter: QPainter, is_new: bool) -> None:
        """Draw what stays while the handle moves."""
        curve, break_at = self.drawn, 0.5 if self._has_zero else None
        if curve is None or not is_new:
            return
        joined, scale = curve.joined, self.range.scale
        places = np.array(self._places, dtype=float)[joined]
        for losses, color in self._losses():
            own = places, losses[joined], color, scale, break_at
            LossLine(*own, width=_LINE, dot=_DOT, ring=color).paint(painter, frame)
