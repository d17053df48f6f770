"""Code of a person's own points, all of them written out."""

import numpy as np

from regplay.core.datasets import Dataset, Split
from regplay.core.datasets.points import format_points
from regplay.core.experiment import DataSettings
from regplay.session.export.data_code import DataCode, standardised
from regplay.session.export.python_text import table


def points_code(settings: DataSettings, dataset: Dataset) -> DataCode:
    """Training and validation points as they are split already."""
    d = dataset.n_inputs
    names = " ".join([*(["x"] if d == 1 else ["x0", "x1"]), dataset.target_name])
    held_back = "" if settings.valid_points.split() else "; those to validate on were held back"
    lines = [
        f"# Data: own points, {names} of each{held_back}.",
        table("TRAIN", _rows(dataset.train)),
        table("VALID", _rows(dataset.valid)),
    ]
    numbers = "" if dataset.task == "regression" else ".astype(int)"
    for split in ("train", "valid"):
        text = split.upper()
        lines.append(f"{split} = np.array({text}.split(), dtype=float).reshape(-1, {d + 1})")
    lines += [
        f"x_{split}, y_{split} = {split}[:, :-1], {split}[:, -1]{numbers}"
        for split in ("train", "valid")
    ]
    if settings.standardize:
        lines += standardised(dataset)
    return DataCode("\n".join(lines))


def _rows(split: Split) -> list[list[str]]:
    """The numbers of each point, as short as they come back exactly."""
    text = format_points(np.column_stack([split.x, split.y]))
    return [line.split() for line in text.splitlines()]
