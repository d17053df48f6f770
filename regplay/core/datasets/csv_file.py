"""A person's own table, as a dataset."""

from regplay.core.datasets import rows
from regplay.core.datasets.csv_columns import Choice
from regplay.core.datasets.csv_table import read_table
from regplay.core.datasets.dataset import Dataset, DatasetSpec
from regplay.core.experiment import DataSettings

VALID_SHARE = 0.3


def _csv(settings: DataSettings) -> Dataset:
    """The rows of `settings.file`; `csv_table` says what a file may hold and when it is classes.

    `n_valid = 0` validates on 30 % of the rows, `n_train = 0` trains on all others. Inputs and
    numeric targets are standardised by the training rows unless `standardize` is off.
    """
    choice = Choice(settings.target.strip(), settings.inputs.strip(), settings.task)
    table = read_table(settings.file, choice)
    n = len(table.x)
    n_valid = settings.n_valid or max(1, round(VALID_SHARE * n))
    return rows.dataset(
        table,
        settings,
        settings.n_train or n - n_valid,
        n_valid,
        standardizes=settings.standardize,
    )


_DEFAULTS = {
    "n_train": 0,
    "n_valid": 0,
    "file": "",
    "target": "",
    "inputs": "",
    "task": "auto",
    "standardize": True,
}

SPECS = (
    DatasetSpec(
        "csv",
        "CSV file",
        "Your own table: numbers in columns and the target in the last one or the one you name; "
        "a target of text, or of whole numbers 0, 1, 2 …, is a class.",
        "regression",  # the file decides; its dataset says which
        _csv,
        frozenset(_DEFAULTS),
        _DEFAULTS,
    ),
)
