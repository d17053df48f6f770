"""Any dataset as a CSV file that `data.name = "csv"` can read again."""

from pathlib import Path

from regplay.core.datasets import Dataset
from regplay.session.results import csv_bytes, write_file

SPLIT = "split"


def dataset_csv(dataset: Dataset) -> bytes:
    """One row a point, in measured units: inputs, target, and `train` or `valid`; classes by name.

    Read again with the target as `data.target`, the inputs as `data.inputs` and the task as
    `data.task`, it has the same points; which of them validate is then drawn anew. Without the
    task, a target of few distinct numbers, such as that of `xor`, is taken for classes.
    """
    rows: list[tuple[object, ...]] = []
    for name, split in (("train", dataset.train), ("valid", dataset.valid)):
        y: list[object] = split.y.tolist()
        if dataset.task == "classification":
            y = [dataset.class_names[i] for i in split.y]
        rows += [(*x, target, name) for x, target in zip(split.x.tolist(), y, strict=True)]
    header = (*dataset.input_names, dataset.target_name, SPLIT)
    return csv_bytes(header, rows)


def write_dataset(path: Path, dataset: Dataset) -> None:
    """Write a dataset as CSV, whole or not at all; it replaces a file of the same name.

    Raises
    ------
    OutputError
        If it can't be written.
    """
    write_file(path, dataset_csv(dataset))
