"""What a landscape shows: measures of networks in rows and columns, and their colours. No Qt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from regplay.core.arrays import Flags, Floats
from regplay.core.number_text import percent_text
from regplay.core.sweep import NumberAxis, roundness
from regplay.gui.plots import LARGEST, Scale, spread, toward_the_best, within_fences

Measure = Literal["valid_loss", "gap", "accuracy"]
MEASURE_NAMES: Mapping[Measure, str] = {
    "valid_loss": "validation loss",
    "gap": "gap",
    "accuracy": "accuracy",
}
# What is recorded of each network.
RECORDED = {
    "train_loss": "training loss",
    "valid_loss": "validation loss",
    "train_accuracy": "training accuracy",
    "valid_accuracy": "validation accuracy",
}


@dataclass(frozen=True, eq=False)
class LandscapeMap:
    """The measures of all networks of a landscape at one epoch.

    Attributes
    ----------
    x, y
        The columns from left to right and the rows from the bottom upward.
    measures
        Those of `RECORDED`, each [rows, columns]; NaN where nothing is trained yet. Accuracies are
        in [0, 1], and NaN in regression.
    diverged
        Which networks stopped because a loss or a weight was no longer finite [rows, columns].
    epoch
        The recorded epoch that is shown, or None for the newest.
    progress
        How much of all training is done, 0 … 1.
    is_finished
        Whether every network is trained to its end.
    newest
        The measures that decide the colours at every epoch, so that colours can be compared: those
        of the newest records. NaN for networks that are far behind the others. None takes
        `measures`.
    trained_to, planned
        The newest recorded epoch, and how many epochs a network trains for; 0 where nobody says.
    """

    x: NumberAxis
    y: NumberAxis
    measures: Mapping[str, Floats]
    diverged: Flags
    epoch: int | None = None
    progress: float = 0.0
    is_finished: bool = False
    newest: Mapping[str, Floats] | None = None
    trained_to: int = 0
    planned: int = 0

    @property
    def trained(self) -> Flags:
        """Which cells have something to show [rows, columns], diverged ones included."""
        return np.isfinite(self.measures["valid_loss"]) | self.diverged

    @property
    def stage(self) -> str:
        """How far the networks are trained that are shown; empty at the end of all training."""
        if self.epoch is not None and self.epoch < self.trained_to:
            return f"epoch {self.epoch:,}" + (f" of {self.planned:,}" if self.planned else "")
        if self.is_finished:
            return ""
        # Networks of several shapes train one shape after another.
        are_together = abs(self.progress * self.planned - self.trained_to) < 1
        if self.planned and are_together:
            return f"so far, epoch {self.trained_to:,} of {self.planned:,}"
        return f"so far, {percent_text(self.progress)} trained"

    def shown(self, measure: Measure) -> Floats:
        """One measure [rows, columns]; NaN where nothing is trained or where training diverged."""
        return self._known(self.measures, measure)

    def scaled_by(self, measure: Measure) -> Floats:
        """The values [rows, columns] that decide which colours `shown` has."""
        return self._known(self.measures if self.newest is None else self.newest, measure)

    def _known(self, measures: Mapping[str, Floats], measure: Measure) -> Floats:
        match measure:
            case "valid_loss":
                values = measures["valid_loss"]
            case "gap":
                with np.errstate(invalid="ignore"):
                    values = measures["valid_loss"] - measures["train_loss"]
            case "accuracy":
                values = measures["valid_accuracy"]
        return np.where(self.diverged | ~np.isfinite(values), np.nan, values)

    def best(self, measure: Measure) -> tuple[int, int] | None:
        """Column and row of the best network, or None before any.

        It has the smallest validation loss; where accuracy is shown, the smallest among those of
        the highest accuracy.
        """
        loss = self.shown("valid_loss")
        found = np.isfinite(loss)
        if measure == "accuracy":
            accuracy = self.shown("accuracy")
            found &= np.isfinite(accuracy)
            if found.any():
                found &= accuracy == accuracy[found].max()
        if not found.any():
            return None
        row, column = np.unravel_index(np.where(found, loss, np.inf).argmin(), loss.shape)
        return int(column), int(row)


_LEAST = 1e-12  # the smallest value with a place of its own on a logarithmic scale
_LEAST_SPAN = 0.25  # of losses and gaps; flatter maps are shown flat, not blown up
_LEAST_GAPS, _LEAST_SHARES = 1e-6, 0.05  # the least span of gaps near 0 and of accuracies
_STEP = 0.15  # of its way to a new range that a scale goes with each map that still trains


def color_shares(scale: Scale | None, values: Floats) -> Floats:
    """Places of values among the colours: 0 the first, 1 the last, which those beyond have too.

    NaN stays NaN; without a scale all are.
    """
    if scale is None:
        return np.full(np.shape(values), np.nan)
    with np.errstate(invalid="ignore"):
        placed = np.maximum(values, _LEAST) if scale.is_log else values
    return scale.shares(placed).clip(0.0, 1.0)


def are_beyond(scale: Scale | None, values: Floats) -> tuple[bool, bool]:
    """Whether any of the values lies noticeably below the lower end or above the upper one."""
    if scale is None:
        return False, False
    low, high = scale.ends
    slack = 1e-3 * (high - low)
    with np.errstate(invalid="ignore"):
        return bool((values < low - slack).any()), bool((values > high + slack).any())


def toward(scale: Scale | None, other: Scale | None) -> Scale | None:
    """A scale on the way to another one, so that colours drift where they would flicker."""
    if scale is None or other is None or scale.is_log != other.is_log:
        return other
    low, high = ((1 - _STEP) * a + _STEP * b for a, b in zip(scale.range, other.range, strict=True))
    return Scale(low, high, scale.is_log)


def scale_of(values: Floats, measure: Measure) -> Scale | None:
    """The scale on which these values can be told apart, where most of them and the best lie.

    The same values have the same scale, whatever was shown before. The better half of the cells has
    at least a third of the colours, and no more than a quarter of the cells, the worst, are beyond
    the end: a few bad columns leave room for the valley. Of the gap, which has no better end, only
    what lies far off is beyond. Losses, which have no sign, are on a logarithmic scale.

    Parameters
    ----------
    values
        Of any shape; what is not finite doesn't count. None is returned where nothing is finite.
    """
    known = np.clip(values[np.isfinite(values)], -LARGEST, LARGEST)
    if not known.size:
        return None
    match measure:
        case "valid_loss":
            ends = toward_the_best(np.log10(np.maximum(known, _LEAST)))
            return Scale(*spread(ends, float(np.log10(1 + _LEAST_SPAN))), is_log=True)
        case "gap":
            low, high = within_fences(known)
            least = max(_LEAST_SPAN * abs(low + high) / 2, _LEAST_GAPS)
            return Scale(*spread((low, high), least))
        case "accuracy":
            best, worst = toward_the_best(-known)
            return Scale(*spread((-worst, -best), _LEAST_SHARES))


_STRIDES = (1, 2, 4, 5, 10, 20)


def labelled(axis: NumberAxis, sizes: Sequence[float], pitch: float, gap: float = 6.0) -> list[int]:
    """Indices of the positions to label, rising; labels stay `gap` pixels apart.

    Evenly spaced values are labelled at even distances. Of others the roundest come first, and
    less round ones only where all of their kind have room: 0.01, 0.1, 1 rather than 0.01, 0.02, 1.

    Parameters
    ----------
    axis
        The positions.
    sizes
        Pixels that each label takes along the axis.
    pitch
        Pixels from one position to the next.
    """
    values = np.array(axis.values, dtype=float)
    steps = np.diff(values)
    if len(steps) < 2 or np.allclose(steps, steps[0]):
        fits = (s for s in _STRIDES if s * pitch >= max(sizes, default=0.0) + gap)
        return list(range(0, len(values), next(fits, _STRIDES[-1])))

    def has_room(index: int, others: Sequence[int]) -> bool:
        return all(
            abs(index - other) * pitch >= (sizes[index] + sizes[other]) / 2 + gap
            for other in others
            if other != index
        )

    ranks = [roundness(axis.path, value) for value in values]
    ranks[0] = ranks[-1] = 0
    placed: list[int] = []
    for rank in sorted(set(ranks)):
        kind = [index for index, r in enumerate(ranks) if r == rank]
        if rank == 0:
            for index in (0, len(values) - 1, *kind):
                if index not in placed and has_room(index, placed):
                    placed.append(index)
        elif all(has_room(index, [*placed, *kind]) for index in kind):
            placed += kind
        else:
            break
    return sorted(placed)


def place(axis: NumberAxis, value: float) -> float | None:
    """Where a value lies among the positions, in steps from the first; None if it is outside.

    A value between two positions lies between them in proportion.
    """
    values = axis.values
    if not values[0] <= value <= values[-1]:
        return None
    return float(np.interp(value, values, np.arange(len(values))))
