"""What a sweep came to: a row for each network, means over seeds, and the best combination."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regplay.core.experiment import Experiment
from regplay.core.fields import Value, get
from regplay.core.history import Floats, History, Snapshot
from regplay.core.sweep import Sweep
from regplay.session.results import FINAL, csv_bytes, finite

_MEASURES = ("train_loss", "valid_loss", "train_accuracy", "valid_accuracy")


@dataclass(frozen=True, eq=False)
class Outcome:
    """One network of a sweep that has trained to its end.

    Attributes
    ----------
    final
        Measurements at the end; where it diverged, the last ones that were finite.
    best
        `_MEASURES` at the epoch of the smallest validation loss; NaN if there is none.
    best_epoch
        That epoch, or None.
    """

    experiment: Experiment
    final: Snapshot
    best: dict[str, float]
    best_epoch: int | None

    @property
    def diverged(self) -> bool:
        """Whether a loss or a weight was no longer finite."""
        return bool(self.final.diverged[0])


def outcome_of(experiment: Experiment, history: History) -> Outcome:
    """What one network came to, from its own records."""
    assert history.last is not None
    record = history.best()
    if record is None:
        return Outcome(experiment, history.last, dict.fromkeys(_MEASURES, float("nan")), None)
    best = {measure: float(history.column(measure)[record]) for measure in _MEASURES}
    return Outcome(experiment, history.last, best, int(history.epochs[record]))


@dataclass(frozen=True, eq=False)
class SweepResult:
    """A sweep that has ended.

    Attributes
    ----------
    outcomes
        Of all members in order; None for those that had not finished when it was stopped.
    seconds
        Time it trained for, measuring included.
    engine
        What computed; where parts of the sweep were placed on other devices, all that did. None if
        nothing was trained.
    """

    sweep: Sweep
    outcomes: Sequence[Outcome | None]
    seconds: float
    engine: str | None = None

    @property
    def finished(self) -> list[Outcome]:
        """The networks that trained to their end, in order."""
        return [outcome for outcome in self.outcomes if outcome is not None]

    @property
    def task(self) -> str:
        """`regression`, `classification`, or `mixed` where datasets of both kinds are varied."""
        has_accuracy = {
            bool(np.isfinite(outcome.final.value("train_accuracy"))) for outcome in self.finished
        }
        if len(has_accuracy) > 1:
            return "mixed"
        return "classification" if True in has_accuracy else "regression"

    def values(self, measure: str) -> Floats:
        """A final measurement [*axes, seeds]; NaN where a network diverged or had not finished."""
        numbers = [
            float("nan") if outcome is None or outcome.diverged else outcome.final.value(measure)
            for outcome in self.outcomes
        ]
        return self.sweep.shaped(np.array(numbers, dtype=np.float64))

    def means(self, measure: str) -> Floats:
        """The mean over seeds [*axes] of a final measurement, as far as there are any."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # of means over nothing, which are NaN
            means: Floats = np.nanmean(self.values(measure), axis=-1)
        return means

    @property
    def diverged(self) -> NDArray[np.int64]:
        """How many of the seeds diverged [*axes]."""
        flags = [float(outcome is not None and outcome.diverged) for outcome in self.outcomes]
        counts: NDArray[np.int64] = self.sweep.shaped(np.array(flags)).sum(axis=-1).astype(np.int64)
        return counts

    def ranking(self) -> list[tuple[int, ...]]:
        """Positions along the axes, the smallest mean validation loss first.

        Those where a seed diverged come after all others; those without any loss are left out.
        """
        losses, diverged = self.means("valid_loss"), self.diverged
        places = [place for place in np.ndindex(losses.shape) if np.isfinite(losses[place])]
        return sorted(places, key=lambda place: (diverged[place], losses[place]))

    def combination(self, position: Sequence[int]) -> dict[str, Value]:
        """The varied values at a position along the axes."""
        pairs = zip(self.sweep.axes, position, strict=True)
        return {axis.path: axis.values[index] for axis, index in pairs}

    def summary(self) -> dict[str, Any]:
        """The outcome as plain values for JSON; None for what doesn't exist or is not finite.

        Only members that have finished are in it.
        """
        paths = [axis.path for axis in self.sweep.axes]
        return {
            "axes": [{"path": axis.path, "values": axis.values} for axis in self.sweep.axes],
            "seeds": self.sweep.seeds,
            "members": [
                {
                    "values": {path: get(outcome.experiment, path) for path in paths},
                    "seed": outcome.experiment.seed,
                    "final": {m: finite(outcome.final.value(m)) for m in FINAL},
                    "best": {"epoch": outcome.best_epoch}
                    | {m: finite(value) for m, value in outcome.best.items()},
                    "epochs": outcome.final.epoch,
                    "diverged": outcome.diverged,
                }
                for outcome in self.finished
            ],
            "seconds": self.seconds,
            "engine": self.engine,
            "finished": len(self.finished),
        }


def sweep_csv(result: SweepResult) -> bytes:
    """One row a finished network; accuracies are empty in regression.

    The varied values, the seed, the final losses and accuracies, the epoch of the smallest
    validation loss and what was measured there, the epochs trained, and whether it diverged.
    """
    paths = [axis.path for axis in result.sweep.axes]
    if "seed" not in paths:
        paths.append("seed")
    best = [f"best_{measure}" for measure in _MEASURES]
    rows = [
        [
            *(_cell(get(outcome.experiment, path)) for path in paths),
            *(outcome.final.value(measure) for measure in _MEASURES),
            outcome.best_epoch,
            *outcome.best.values(),
            outcome.final.epoch,
            _cell(outcome.diverged),
        ]
        for outcome in result.finished
    ]
    header = [*paths, *_MEASURES, "best_epoch", *best, "epochs", "diverged"]
    return csv_bytes(header, rows)


def _cell(value: Value) -> Value:
    """Switches as `--set` and TOML write them."""
    return str(value).lower() if isinstance(value, bool) else value
