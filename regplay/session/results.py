"""What a run came to: its summary in numbers, and the files that it leaves in a folder."""

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regplay.core.datasets import Dataset
from regplay.core.errors import UserError
from regplay.core.experiment import Experiment
from regplay.core.fit import Fit
from regplay.core.history import History, Snapshot
from regplay.core.toml import dumps
from regplay.session.atomic import temporary_beside, write_atomically

if TYPE_CHECKING:  # torch takes a second to import, and only `model.pt` needs it
    from torch import Tensor

FINAL = (
    "train_loss",
    "valid_loss",
    "train_accuracy",
    "valid_accuracy",
    "penalty",
    "weight_norm",
)


class OutputError(UserError):
    """A folder or a file in it can't be written; the message says which one and why."""


@dataclass(frozen=True, eq=False)
class Result:
    """A run that has ended.

    Attributes
    ----------
    final
        Measurements of the network as it is now; the last record of `history`, unless training was
        stopped in the middle of an epoch.
    fit
        What that network predicts for all points.
    layers
        Its weights [out, in] and biases [out], first layer first.
    seconds
        Time it trained for, measuring included.
    engine
        What computed.
    """

    experiment: Experiment
    dataset: Dataset
    history: History
    final: Snapshot
    fit: Fit
    layers: Sequence[tuple["Tensor", "Tensor"]]
    seconds: float
    engine: str

    def summary(self) -> dict[str, Any]:
        """The outcome as plain values for JSON.

        `epochs` is how many were trained. Accuracies are None in regression, and so is every number
        that is not finite.
        """
        best = self.history.best()
        return {
            "final": {measure: finite(self.final.value(measure)) for measure in FINAL},
            "best": {
                "epoch": None if best is None else int(self.history.epochs[best]),
                "valid_loss": None
                if best is None
                else float(self.history.column("valid_loss")[best]),
            },
            "epochs": self.final.epoch,
            "diverged": bool(self.final.diverged[0]),
            "seconds": self.seconds,
            "engine": self.engine,
        }


def finite(value: float) -> float | None:
    """`value`, or None where it is not finite, which JSON has no word for."""
    return value if math.isfinite(value) else None


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """CSV in UTF-8, numbers with all digits that tell them apart; what is not finite is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([finite(cell) if isinstance(cell, float) else cell for cell in row])
    return text.getvalue().encode()


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
        y_true: list[object] = split.y.tolist()
        y_pred: list[object] = predicted.tolist()
        if dataset.task == "classification":
            y_true = [dataset.class_names[i] for i in split.y]
            y_pred = [dataset.class_names[i] for i in predicted.argmax(axis=1)]
        for x, true, pred in zip(split.x.tolist(), y_true, y_pred, strict=True):
            rows.append((name, *x, true, pred))
    return csv_bytes(("split", *dataset.input_names, "y_true", "y_pred"), rows)


def state_dict(
    experiment: Experiment, layers: Sequence[tuple["Tensor", "Tensor"]]
) -> dict[str, "Tensor"]:
    """The weights as the equivalent `nn.Sequential` names them, on the CPU.

    That module is, for each hidden layer, `nn.Linear`, the activation and, only if the experiment
    has dropout, `nn.Dropout`; then the last `nn.Linear`. So the keys are `0.weight`, `0.bias`,
    `2.weight`, … without dropout and `0.weight`, `0.bias`, `3.weight`, … with it.

    The network takes `dataset.inputs(x)` and its outputs are in the network's units: for tables,
    which are standardised, these are not the measured ones.
    """
    stride = 3 if experiment.regularization.dropout > 0 else 2
    state: dict[str, Tensor] = {}
    for i, (weight, bias) in enumerate(layers):
        state[f"{stride * i}.weight"] = weight.detach().cpu()
        state[f"{stride * i}.bias"] = bias.detach().cpu()
    return state


def _model(result: Result) -> bytes:
    import torch

    buffer = io.BytesIO()
    torch.save(state_dict(result.experiment, result.layers), buffer)
    return buffer.getvalue()


def prepare_folder(folder: Path) -> None:
    """Make sure that results can be written into `folder`, before time is spent on them.

    Raises
    ------
    OutputError
        If it can't be created or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = temporary_beside(folder / "experiment.toml")
        probe.touch()
        probe.unlink()
    except FileExistsError:
        raise OutputError(f"{folder}: this is a file; results need a folder") from None
    except OSError as error:
        raise OutputError(f"{folder}: can't write there: {error.strerror or error}") from None


def write_results(folder: Path, result: Result) -> None:
    """Write `experiment.toml`, `history.csv`, `predictions.csv` and `model.pt` into `folder`.

    Each file appears whole or not at all, and replaces one of the same name.

    Raises
    ------
    OutputError
        If a file can't be written.
    """
    files: dict[str, bytes | str] = {
        "experiment.toml": dumps(result.experiment),
        "history.csv": history_csv(result.history),
        "predictions.csv": predictions_csv(result.dataset, result.fit),
        "model.pt": _model(result),
    }
    prepare_folder(folder)
    for name, content in files.items():
        write_file(folder / name, content)


def write_file(path: Path, content: bytes | str) -> None:
    """Write a file as `write_atomically` does.

    Raises
    ------
    OutputError
        If it can't be written.
    """
    try:
        write_atomically(path, content)
    except OSError as error:
        raise OutputError(f"{path}: can't be written: {error.strerror or error}") from None
    except UnicodeEncodeError:
        problem = "a name in it, such as that of a file, is no text"
        raise OutputError(f"{path}: can't be written: {problem}") from None
