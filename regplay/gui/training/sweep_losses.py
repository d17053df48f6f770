"""The sweep along the positions of a slider, and the losses that it shows so far."""

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import dropwhile

import numpy as np

from regplay.core.arrays import Flags, Floats
from regplay.core.datasets import DatasetError, load
from regplay.core.experiment import DataSettings, Experiment
from regplay.core.fields import replace
from regplay.core.measurements import training_seconds
from regplay.core.number_text import exact, number
from regplay.core.sweep import NumberAxis, Sweep, sweep_axis
from regplay.gui.training.messages import Study

_BEYOND = {-1: "  (▾ too small to draw)", 0: "", 1: "  (▴ too large to draw)"}


@dataclass(frozen=True, eq=False)
class SweepCurve:
    """The losses of networks that differ in one value, all trained equally long so far.

    Attributes
    ----------
    values
        The trained values, rising; P of them.
    train, valid
        Losses [P]; NaN where training diverged, or is not as far as elsewhere.
    valley
        Index of the smallest validation loss; None while the curve is incomplete.
    is_finished
        Whether all members are trained to the end.
    progress
        How much of the training is done, 0 … 1.
    is_there
        At which values training is as far as anywhere [P]; no line is broken by the others. None
        for all.
    """

    values: tuple[float, ...]
    train: Floats
    valid: Floats
    valley: int | None
    is_finished: bool
    progress: float
    is_there: Flags | None = None

    @property
    def joined(self) -> Flags | slice:
        """Which of the values a line passes through."""
        return slice(None) if self.is_there is None else self.is_there

    def reading(self, index: int, sides: tuple[int, int] = (0, 0)) -> str:
        """The losses at a trained value in words.

        Parameters
        ----------
        sides
            For the training and the validation loss: −1 where it lies below what is drawn, 1 above.
        """
        when = "" if self.is_finished else ", so far"
        missing = "diverged" if self.is_finished else "not there yet"
        train, valid = (
            f"{number(losses[index], 3)}{_BEYOND[side]}" if np.isfinite(losses[index]) else missing
            for losses, side in zip((self.train, self.valid), sides, strict=True)
        )
        value = exact(self.values[index])
        return f"At {value}{when}\nTraining loss: {train}\nValidation loss: {valid}"

    def valley_reading(self) -> str:
        """What a click on the valley takes; empty without one."""
        if self.valley is None:
            return ""
        loss, value = self.valid[self.valley], exact(self.values[self.valley])
        return f"Smallest validation loss, {number(loss, 3)} at {value}: click to take it"


def sweep_along(experiment: Experiment, path: str) -> Sweep | None:
    """The sweep that a slider shows; None where no two of its positions are possible."""
    values = sweep_axis(path).values
    if path == "data.n_train":  # without the numbers of points that a table hasn't got
        # A file may have other rows the next time.
        loads = _loads.__wrapped__ if experiment.data.file else _loads

        def is_impossible(n: float) -> bool:
            return not loads(replace(experiment, {path: n}).data)

        # Edits may delete the first rows, and a table ends; what lies between need not be read.
        enough = tuple(dropwhile(is_impossible, values))
        values = tuple(dropwhile(is_impossible, enough[::-1]))[::-1]
    if len(values) < 2:
        return None
    # Whichever value the slider stands at, it is the same sweep.
    return Sweep(replace(experiment, {path: values[0]}), (NumberAxis(path, values),))


@lru_cache(maxsize=16)  # it is asked for again with each change
def seconds_of(sweep: Sweep) -> float:
    """Expected time on one thread of training a sweep along one axis, not of a person's file.

    Infinite where there are no such data.
    """
    try:
        dataset = load(sweep.experiment.data)
    except DatasetError:
        return math.inf
    is_along = any(axis.path == "data.n_train" for axis in sweep.axes)
    return sum(
        training_seconds(one, dataset, one.data.n_train if is_along else None)
        for one in sweep.experiments
    )


@lru_cache(maxsize=64)  # it is asked for with each change, and making the data takes milliseconds
def _loads(data: DataSettings) -> bool:
    try:
        load(data)
    except DatasetError:
        return False
    return True


def curve_of(study: Study, epoch: int | None) -> SweepCurve | None:
    """The curve of a sweep along one axis; None where nothing is trained."""
    history = study.history
    if history is None or not isinstance(study.sweep, Sweep):
        return None
    finished = history.finished  # before the losses: the thread may be about to end
    progress = history.progress_of
    is_there = progress == progress.max()
    lost = history.diverged | ~is_there
    train = np.where(lost, np.nan, history.values("train_loss", epoch))
    valid = np.where(lost, np.nan, history.values("valid_loss", epoch))
    has_valley = finished and bool(np.isfinite(valid).any())
    return SweepCurve(
        values=tuple(float(value) for value in study.sweep.axes[0].values),
        train=train,
        valid=valid,
        valley=int(np.nanargmin(valid)) if has_valley else None,
        is_finished=finished,
        progress=history.progress,
        is_there=is_there,
    )
