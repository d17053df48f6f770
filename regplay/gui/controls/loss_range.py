"""Which losses a slider's curve has room for. No Qt."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regplay.gui.plots.ranges import Range, bounds, extend

if TYPE_CHECKING:
    from regplay.gui.controls.curve import SweepCurve

_LOG_FROM = 10.0  # the axis is logarithmic if the largest loss is this many times the smallest
_FAILED = 300.0  # times the lower quartile of validation losses: training can't end up so high
_ROOM_BELOW = 5.0  # the training loss is followed down to this part of the valley
_SLACK = 1e-6  # of the axis, for rounding at its ends
_LEAST_SPAN = 0.25  # of the loss; a flatter curve is drawn flat, not blown up


class LossRange:
    """The vertical axis of a curve, linear or logarithmic.

    While a curve fills in, the axis grows by steps and never shrinks; once it is finished, the axis
    fits it. What training failed at, and a training loss far below the valley, lie outside, so that
    the valley stays a valley.
    """

    def __init__(self) -> None:
        self.is_logarithmic = False
        self._ends: Range | None = None  # logarithms to base 10 if logarithmic
        self._curve: SweepCurve | None = None

    def follow(self, curve: "SweepCurve") -> None:
        """Make room for `curve`; start anew if it is not a later state of the one before."""
        if not self._goes_on(curve):
            self._ends, self.is_logarithmic = None, False
        self._curve = curve
        shown = _with_room(curve)
        if not shown.size:
            return
        low, high = float(shown.min()), float(shown.max())
        is_wide = low > 0 and high > _LOG_FROM * low
        if is_wide and not self.is_logarithmic:
            self._ends, self.is_logarithmic = None, True
        if curve.is_finished:
            self.is_logarithmic = is_wide
            self._ends = bounds(self._on_axis(np.array(_spread(low, high))))
        else:
            self._ends = extend(self._ends, self._on_axis(shown))

    def shares(self, losses: ArrayLike) -> NDArray[np.float64]:
        """Heights of `losses` of any shape: 0 at the bottom, 1 at the top, beyond both outside.

        NaN stays NaN; a loss of 0 on a logarithmic axis is at −inf.
        """
        values = self._on_axis(np.asarray(losses, dtype=float))
        if self._ends is None:
            return np.full(values.shape, np.nan)
        low, high = self._ends
        return (values - low) / (high - low)

    def holds(self, losses: ArrayLike) -> NDArray[np.bool_]:
        """Which of `losses` the axis has room for."""
        shares = self.shares(losses)
        return (shares > -_SLACK) & (shares < 1 + _SLACK)

    def sides(self, losses: ArrayLike) -> NDArray[np.int64]:
        """On which side of the axis `losses` lie: −1 below it, 1 above; 0 in it, and for NaN."""
        shares = self.shares(losses)
        return (shares > 1 + _SLACK).astype(np.int64) - (shares < -_SLACK)

    def _goes_on(self, curve: "SweepCurve") -> bool:
        before = self._curve
        return (
            before is not None
            and not before.is_finished
            and before.values == curve.values
            and before.progress <= curve.progress
        )

    def _on_axis(self, losses: NDArray[np.float64]) -> NDArray[np.float64]:
        if not self.is_logarithmic:
            return losses
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.log10(losses)


def _with_room(curve: "SweepCurve") -> NDArray[np.float64]:
    """The losses that the axis makes room for.

    A validation loss far above the others is real where the training loss is not: there the network
    overfits. Training failed where both are, unless half of all positions are like that.
    """
    is_there = np.isfinite(curve.valid) & np.isfinite(curve.train)
    valid, train = curve.valid[is_there], curve.train[is_there]
    if valid.size:
        most = max(_FAILED * float(np.quantile(valid, 0.25)), float(np.median(valid)))
        valid = valid[(valid <= most) | (train <= most)]
        train = train[train <= max(most, float(valid.max()))]
        train = np.maximum(train, float(valid.min()) / _ROOM_BELOW)
    return np.concatenate([valid, train])


def _spread(low: float, high: float) -> Range:
    """The two ends, moved apart if they are close to each other."""
    middle = (low + high) / 2
    half = max((high - low) / 2, _LEAST_SPAN * abs(middle) / 2, 1e-300)
    return middle - half, middle + half
