"""The dataset `csv`: a person's own table, read by `own_table` once it is asked for."""

from regplay.core.datasets.dataset import Dataset, DatasetSpec
from regplay.core.datasets.tables import Table, dataset
from regplay.core.experiment import DataSettings

VALID_SHARE = 0.3


def split_of(table: Table, settings: DataSettings) -> str:
    """How the rows of a person's table are split: by time where the first input is a date."""
    if settings.split != "auto":
        return settings.split
    return "last" if table.is_series else "random"


def own_dataset(table: Table, settings: DataSettings) -> Dataset:
    """The rows of a person's table; classes where its target is so.

    `n_valid = 0` validates on 30 % of the rows, `n_train = 0` trains on all others. Inputs and
    numeric targets are standardised by the training rows unless `standardize` is off.

    Raises
    ------
    DatasetError
        As `dataset`.
    """
    n = len(table.x)
    n_valid = settings.n_valid or max(1, round(VALID_SHARE * n))
    return dataset(
        table,
        settings,
        settings.n_train or n - n_valid,
        n_valid,
        standardizes=settings.standardize,
        split=split_of(table, settings),
    )


def _csv(settings: DataSettings) -> Dataset:
    from regplay.core.datasets.own_table import read_table  # needs pandas

    return own_dataset(read_table(settings)[0], settings)


OWN = DatasetSpec(
    "csv",
    "Your own table",
    "A table of yours: CSV or Excel. The target is the last column or the one you name; a target "
    "of text, or of whole numbers 0, 1, 2 …, is a class.",
    "regression",  # the file decides; its dataset says which
    _csv,
    {
        "n_train": 0,
        "n_valid": 0,
        "file": "",
        "target": "",
        "inputs": "",
        "task": "auto",
        "standardize": True,
        "format": "",
        "columns": "",
        "missing": "leave-out",
        "split": "auto",
        "sample": 0,
        "edits": "",
    },
)
