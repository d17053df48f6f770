"""What a run or a sweep came to: its summary in numbers, and its files."""

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from regplay.core.advice import Tried
from regplay.core.arrays import Floats, Integers
from regplay.core.datasets import Dataset
from regplay.core.experiment import Experiment
from regplay.core.fields import Value, get
from regplay.core.fit import Fit
from regplay.core.history import History, Snapshot
from regplay.core.layers import dropouts
from regplay.core.sweep import Sweep
from regplay.core.verdict import PointLosses, Verdict
from regplay.session.experiment_text import to_toml
from regplay.session.files import csv_bytes, finite, write_files

if TYPE_CHECKING:  # torch takes a second to import, and the window shows before that
    from torch import Tensor

_MEASURES = ("train_loss", "valid_loss", "train_accuracy", "valid_accuracy")
FINAL = (*_MEASURES, "penalty", "weight_norm")

SPLIT = "split"


@dataclass(frozen=True, eq=False)
class Result:
    """A run that has ended."""

    experiment: Experiment
    dataset: Dataset
    history: History
    final: Snapshot  # as it is now; `history` lacks it if training was stopped within an epoch
    fit: Fit  # what that network predicts for all points
    points: PointLosses  # the loss of each of them
    layers: Sequence[tuple["Tensor", "Tensor"]]  # weights [out, in] and biases [out]
    seconds: float  # it trained for, measuring included
    engine: str  # what computed

    def summary(self) -> dict[str, Any]:
        """The outcome as plain values for JSON.

        `epochs` is how many were trained. Accuracies are None in regression, and so is every number
        that is not finite.
        """
        history = self.history
        return {
            "final": {measure: finite(self.final.value(measure)) for measure in FINAL},
            "best": {
                "epoch": _best_epoch(history),
                "valid_loss": finite(history.at_best("valid_loss")),
            },
            "epochs": self.final.epoch,
            "diverged": bool(self.final.diverged[0]),
            "seconds": self.seconds,
            "engine": self.engine,
        }


def verdict_summary(verdict: Verdict, tried: Tried | None) -> dict[str, Any]:
    """A verdict and the advice that was tried, as plain values for JSON.

    `advice` is None where nothing was tried; its `changes` are field paths and values, empty where
    no neighbour is better. Losses that are not finite are None.
    """
    plain: dict[str, Any] = {
        "kind": verdict.kind,
        "since": verdict.since,
        "text": f"{verdict.headline}. {verdict.reason}".rstrip(),
    }
    if tried is None:
        return {"verdict": plain, "advice": None}
    best = tried.best
    changes = () if best is None else best.changes
    advice: dict[str, Any] = {
        "text": tried.text,
        "cause": tried.cause,
        "changes": {change.path: change.value for change in changes},
        "tried": tried.count,
        "seeds": tried.seeds,
    }
    for name in ("before", "after", "mean_before", "mean_after"):
        advice[name] = None if best is None else finite(getattr(best, name))
    return {"verdict": plain, "advice": advice}


def history_csv(history: History) -> bytes:
    """One row a record: the epoch and `FINAL`; accuracies are empty in regression."""
    columns = [history.column(measure).tolist() for measure in FINAL]
    rows = zip(history.epochs.tolist(), *columns, strict=True)
    return csv_bytes(("epoch", *FINAL), rows)


def predictions_csv(dataset: Dataset, fit: Fit) -> bytes:
    """One row a point, in measured units: split, inputs, target, prediction; classes by name."""
    rows: list[tuple[object, ...]] = []
    for name, split, predicted in (
        ("train", dataset.train, fit.train),
        ("valid", dataset.valid, fit.valid),
    ):
        is_class = dataset.task == "classification"
        y_true = _by_name(dataset, split.y)
        y_pred = _by_name(dataset, predicted.argmax(axis=1) if is_class else predicted)
        for x, true, pred in zip(split.x.tolist(), y_true, y_pred, strict=True):
            rows.append((name, *x, true, pred))
    return csv_bytes(("split", *dataset.input_names, "y_true", "y_pred"), rows)


def _by_name(dataset: Dataset, y: NDArray[Any]) -> list[object]:
    """Targets [n] as a file holds them: numbers, or the names of classes."""
    if dataset.task == "classification":
        return [dataset.class_names[i] for i in y]
    return list(y.tolist())


def state_dict(
    experiment: Experiment, layers: Sequence[tuple["Tensor", "Tensor"]]
) -> dict[str, "Tensor"]:
    """The weights as the equivalent `nn.Sequential` names them, on the CPU.

    That module is, for each hidden layer, `nn.Linear`, the activation and, only where the layer
    has dropout, `nn.Dropout`; then the last `nn.Linear`; before all, only if inputs are dropped,
    `nn.Dropout`. So the keys are `0.weight`, `0.bias`, `2.weight`, … without dropout and
    `0.weight`, `0.bias`, `3.weight`, … with that of hidden units.

    The network takes `dataset.inputs(x)`, of a polynomial P₁(x) … P_d(x), and its outputs are in
    the network's units: for tables, which are standardised, these are not the measured ones.
    """
    state: dict[str, Tensor] = {}
    place = -2
    for p, (weight, bias) in zip(dropouts(experiment), layers, strict=False):
        place += 2 + (p > 0)  # after the last layer, its activation and perhaps nn.Dropout
        state[f"{place}.weight"] = weight.detach().cpu()
        state[f"{place}.bias"] = bias.detach().cpu()
    return state


def _model(result: Result) -> bytes:
    import torch

    buffer = io.BytesIO()
    torch.save(state_dict(result.experiment, result.layers), buffer)
    return buffer.getvalue()


RESULTS = ("experiment.toml", "history.csv", "predictions.csv", "model.pt")


def write_results(folder: Path, result: Result) -> None:
    """Write `experiment.toml`, `history.csv`, `predictions.csv` and `model.pt` into `folder`.

    All of them appear, each whole, or none; each replaces one of the same name.

    Raises
    ------
    OutputError
        If a file can't be written.
    """
    contents: tuple[bytes | str, ...] = (
        to_toml(result.experiment),
        history_csv(result.history),
        predictions_csv(result.dataset, result.fit),
        _model(result),
    )
    write_files(folder, dict(zip(RESULTS, contents, strict=True)))


# sweeps


@dataclass(frozen=True, eq=False)
class Outcome:
    """One network of a sweep that has trained to its end."""

    experiment: Experiment
    final: Snapshot  # measurements at the end; where it diverged, the last that were finite
    best: dict[str, float]  # `_MEASURES` at the epoch of the smallest validation loss, or NaN
    best_epoch: int | None  # that epoch, if there is one

    @property
    def diverged(self) -> bool:
        """Whether a loss or a weight was no longer finite."""
        return bool(self.final.diverged[0])


def outcome_of(experiment: Experiment, history: History) -> Outcome:
    """What one network came to, from its own records."""
    assert history.last is not None
    best = {measure: history.at_best(measure) for measure in _MEASURES}
    return Outcome(experiment, history.last, best, _best_epoch(history))


def _best_epoch(history: History) -> int | None:
    return None if history.best_epoch < 0 else history.best_epoch


@dataclass(frozen=True, eq=False)
class SweepResult:
    """A sweep that has ended."""

    sweep: Sweep
    outcomes: Sequence[Outcome | None]  # in order; None for who had not finished
    seconds: float  # it trained for, measuring included
    engine: str | None = None  # what computed, all that did; None if nothing was trained

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
    def diverged(self) -> Integers:
        """How many of the seeds diverged [*axes]."""
        flags = [float(outcome is not None and outcome.diverged) for outcome in self.outcomes]
        counts: Integers = self.sweep.shaped(np.array(flags)).sum(axis=-1).astype(np.int64)
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


# datasets


def dataset_csv(dataset: Dataset) -> bytes:
    """One row a point, in measured units: inputs, target, and `train` or `valid`; classes by name.

    Read again with the target as `data.target`, the inputs as `data.inputs` and the task as
    `data.task`, it has the same points; which of them validate is then drawn anew. Without the
    task, a target of few distinct numbers, such as that of `xor`, is taken for classes.
    """
    rows: list[tuple[object, ...]] = []
    for name, split in (("train", dataset.train), ("valid", dataset.valid)):
        y = _by_name(dataset, split.y)
        rows += [(*x, target, name) for x, target in zip(split.x.tolist(), y, strict=True)]
    header = (*dataset.input_names, dataset.target_name, SPLIT)
    return csv_bytes(header, rows)
