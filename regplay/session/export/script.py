"""The whole script: data, model, training and the final losses."""

import textwrap
from collections.abc import Callable, Mapping

from regplay.core.datasets import REGISTRY, Dataset, load
from regplay.core.experiment import DataSettings, Experiment
from regplay.core.fields import replace
from regplay.core.measurements import Schedule
from regplay.session.export.data_code import (
    CURVES,
    PLANES,
    DataCode,
    curve_code,
    linear_code,
    plane_code,
    xor_code,
)
from regplay.session.export.measured_data import (
    FROM_SKLEARN,
    WRITTEN_OUT,
    csv_code,
    points_code,
    sklearn_code,
    written_code,
)
from regplay.session.export.python_text import WIDTH, joined
from regplay.session.export.training_code import (
    RANDOM,
    added,
    loop_code,
    loss_code,
    network_code,
    optimizer_code,
    report_code,
    terms,
)
from regplay.session.number_text import counted

_GENERATED: Mapping[str, Callable[[DataSettings], DataCode]] = {
    **dict.fromkeys(CURVES, curve_code),
    **dict.fromkeys(PLANES, plane_code),
    "linear": linear_code,
    "xor": xor_code,
}
_MEASURED: Mapping[str, Callable[[DataSettings, Dataset], DataCode]] = {
    **dict.fromkeys(WRITTEN_OUT, written_code),
    **dict.fromkeys(FROM_SKLEARN, sklearn_code),
    "points": points_code,
    "csv": csv_code,
}


def to_pytorch(experiment: Experiment) -> str:
    """The experiment as a short script of plain PyTorch, as text that ends in a line break.

    It trains the same network on the same data from the same initial weights with the same batches,
    and prints final losses that equal regplay's up to rounding. Dropout and input noise come from
    torch's own generator: the same distribution, other draws.

    It needs numpy and torch; for two of the measured tables scikit-learn; for `csv` the file. Where
    training diverges it ends in nan, and regplay at its last finite record.

    Raises
    ------
    DatasetError
        If the data can't be made.
    """
    dataset = load(experiment.data)
    name = experiment.data.name
    if name in _GENERATED:
        data = _GENERATED[name](experiment.data)
    else:
        data = _MEASURED[name](experiment.data, dataset)
    n_inputs, n_outputs = dataset.n_inputs, dataset.n_outputs
    hidden = added(experiment, "hidden")
    # Whether numbers or classes are predicted decides what has an effect.
    known = replace(experiment, {"data.task": dataset.task})
    loss = "MSELoss" if dataset.task == "regression" else "CrossEntropyLoss"
    sections = [
        [_docstring(experiment, dataset)],
        _imports(data.imports),
        [data.text],
        _tensors(dataset.task),
        network_code(experiment.model, n_inputs, n_outputs, hidden, experiment.seed),
        ["# Training", *loss_code(known, loss), *optimizer_code(known)],
        loop_code(known, len(dataset.train.y), Schedule.of(experiment, dataset)),
        report_code(known, dataset.task),
    ]
    return "\n\n".join("\n".join(section) for section in sections) + "\n"


def _docstring(experiment: Experiment, dataset: Dataset) -> str:
    model = experiment.model
    title = REGISTRY[experiment.data.name].title
    network = "a linear model"
    if model.depth:
        network = f"{counted(model.depth, 'hidden layer')} of {counted(model.width, 'unit')}"
    points = counted(len(dataset.train.y), "training point")
    same = "Written by regplay: same data, initial weights and batches"
    text = (
        f"{same}, so the same losses up to rounding, which long training of a network that "
        "overfits can magnify to a percent."
    )
    drawn = terms(experiment, *RANDOM)
    if drawn:
        verb = "is" if len(drawn) == 1 else "are"
        text = (
            f"{same}. {joined(drawn).capitalize()} {verb} drawn otherwise than there, so that the "
            "losses agree only on average over seeds."
        )
    body = "\n".join(textwrap.wrap(text, WIDTH))
    return f'"""{title}, {points}: {network}, in plain PyTorch.\n\n{body}\n"""'


def _imports(more: tuple[str, ...]) -> list[str]:
    """The import statements, sorted: of the standard library, then of packages."""
    standard = [line for line in more if line == "import csv"]
    packages = ["import numpy as np", "import torch", "from torch import nn"]
    packages += [line for line in more if line not in standard]
    packages.sort(key=lambda line: (line.startswith("from"), line))
    return [*standard, *([""] if standard else []), *packages]


def _tensors(task: str) -> list[str]:
    column = "; the targets in a column, as the outputs are" if task == "regression" else ""
    lines = [f"# As tensors{column}"]
    for split in ("train", "valid"):
        lines.append(f"x_{split} = torch.tensor(x_{split}, dtype=torch.float32)")
        if task == "regression":
            lines.append(f"y_{split} = torch.tensor(y_{split}, dtype=torch.float32)[:, None]")
        else:
            lines.append(f"y_{split} = torch.tensor(y_{split})")
    return lines
