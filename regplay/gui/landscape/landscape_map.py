"""What a landscape shows: the measures of networks in rows and columns. No Qt."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from regplay.core.sweep import NumberAxis

Floats = NDArray[np.float64]
Measure = Literal["valid_loss", "gap", "accuracy"]
MEASURE_NAMES: Mapping[Measure, str] = {
    "valid_loss": "validation loss",
    "gap": "gap",
    "accuracy": "accuracy",
}


@dataclass(frozen=True, eq=False)
class LandscapeMap:
    """The measures of all networks of a landscape at one epoch.

    Attributes
    ----------
    x, y
        The columns from left to right and the rows from the bottom upward.
    measures
        `train_loss`, `valid_loss`, `train_accuracy` and `valid_accuracy`, each [rows, columns];
        NaN where nothing is trained yet. Accuracies are in [0, 1], and NaN in regression.
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
    diverged: NDArray[np.bool_]
    epoch: int | None = None
    progress: float = 0.0
    is_finished: bool = False
    newest: Mapping[str, Floats] | None = None
    trained_to: int = 0
    planned: int = 0

    def __post_init__(self) -> None:
        shape = (len(self.y.values), len(self.x.values))
        arrays = [*self.measures.items(), *(self.newest or {}).items(), ("diverged", self.diverged)]
        for name, array in arrays:
            if array.shape != shape:
                raise ValueError(f"{name} is {array.shape}, but there are {shape} rows and columns")

    @property
    def trained(self) -> NDArray[np.bool_]:
        """Which cells have something to show [rows, columns], diverged ones included."""
        known: NDArray[np.bool_] = np.isfinite(self.measures["valid_loss"]) | self.diverged
        return known

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
        return f"so far, {100 * self.progress:.0f} % trained"

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
