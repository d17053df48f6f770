"""Code of the measured tables: from scikit-learn where it has them, else written out."""

import csv
import itertools

from regplay.core.datasets import Dataset
from regplay.core.experiment import DataSettings
from regplay.resources import resource
from regplay.session.export.data_code import (
    DataCode,
    flips,
    generators,
    split_rows,
    standardised,
)
from regplay.session.export.python_text import comment, table

WRITTEN_OUT = ("motorcycle", "penguins", "cars")
FROM_SKLEARN = ("breast-cancer", "digits")


def written_code(settings: DataSettings, dataset: Dataset) -> DataCode:
    """A small table, all of its rows in the script, so that another seed can be tried there."""
    with resource("datasets", f"{settings.name}.csv").open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    about = f"Data: {', '.join(header[:-1])}; to be predicted: {header[-1]}. {len(rows)} rows."
    if dataset.task == "regression":
        lines = [
            comment(about),
            table("TABLE", rows),
            f"table = np.array(TABLE.split(), dtype=float).reshape({len(rows)}, {len(header)})",
            "x, y = table[:, :-1], table[:, -1]",
        ]
    else:
        # The rows lie class after class.
        runs = [(name, len(list(run))) for name, run in itertools.groupby(r[-1] for r in rows)]
        classes = [dataset.class_names.index(name) for name, _ in runs]
        names = ", ".join(name for name, _ in runs)
        counts = [count for _, count in runs]
        lines = [
            comment(about),
            table("TABLE", (row[:-1] for row in rows)),
            f"x = np.array(TABLE.split(), dtype=float).reshape({len(rows)}, {len(header) - 1})",
            f"y = np.repeat({classes}, {counts})  # {names}",
        ]
    return _code(settings, dataset, lines)


def sklearn_code(settings: DataSettings, dataset: Dataset) -> DataCode:
    """A table that scikit-learn brings along, with the same rows in the same order."""
    is_digits = settings.name == "digits"
    function = "load_digits" if is_digits else "load_breast_cancer"
    if is_digits:
        lines = ["# Data: handwritten digits, pictures of 8 x 8 pixels, from scikit-learn."]
    else:
        lines = ["# Data: thirty measurements of cell nuclei of each patient, from scikit-learn."]
    lines.append(f"x, y = {function}(return_X_y=True)")
    if not is_digits:
        lines.append(
            "y = 1 - y  # 0 benign, 1 malignant; scikit-learn has them the other way round"
        )
    return _code(settings, dataset, lines, (f"from sklearn.datasets import {function}",))


def _code(
    settings: DataSettings, dataset: Dataset, rows: list[str], imports: tuple[str, ...] = ()
) -> DataCode:
    lines = [*rows, *split_rows(settings.seed, dataset)]
    if dataset.task == "classification" and settings.label_noise > 0:
        share = settings.label_noise
        about = f"{100 * share:g} % of the labels become those of another class"
        where = ", of the training rows alone" if settings.clean_valid else ""
        n_classes = len(dataset.class_names)
        lines += [
            "",
            comment(f"{about}{where}."),
            generators(settings.seed, "flipped labels"),
            flips(share, n_classes, clean_valid=settings.clean_valid),
        ]
    one_scale = settings.name == "digits"
    return DataCode("\n".join([*lines, *standardised(dataset, one_scale=one_scale)]), imports)
