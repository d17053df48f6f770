"""The numbers behind a plot, as one table in the long form.

A plot has several series of different lengths: points, curves, bands. The table has a row for each
point of each of them; its first column, `series`, says of which. The other columns have the names
of the axes or of what was measured, and a cell is empty where a series has no such number. Numbers
are as they are, with all their digits, whatever the scale of an axis; what is no number is `nan`.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

SERIES = "series"


@dataclass(frozen=True, eq=False)
class Series:
    """Points of one kind: its name, and columns of equal length by their names.

    Columns are numbers, whole numbers, truth values (0 and 1 in the table) or texts.
    """

    name: str
    columns: Mapping[str, ArrayLike]

    def cells(self) -> dict[str, list[Any]]:
        """The columns as plain values."""
        found = {_column(name): _plain(values) for name, values in self.columns.items()}
        lengths = {len(values) for values in found.values()}
        if len(lengths) > 1:
            raise ValueError(f"columns of {self.name} have {sorted(lengths)} rows: must be as many")
        return found


def to_text(series: Sequence[Series], separator: str = ",") -> str:
    """The table as CSV, or, separated by tabs, as a spreadsheet takes it from the clipboard."""
    tables = [(one.name, one.cells()) for one in series]
    names = list(dict.fromkeys(name for _, cells in tables for name in cells))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\n")
    writer.writerow([SERIES, *names])
    for series_name, cells in tables:
        rows = max((len(values) for values in cells.values()), default=0)
        empty = [""] * rows
        columns = [cells.get(name, empty) for name in names]
        writer.writerows(zip([series_name] * rows, *columns, strict=True))
    return out.getvalue()


def by_class(name: str, class_names: Iterable[str], values: ArrayLike) -> dict[str, ArrayLike]:
    """A column for each class from values [n, classes]: `P(A)`, `P(B)` if `name` is `P`."""
    table = np.asarray(values)
    return {f"{name}({one})": table[:, index] for index, one in enumerate(class_names)}


def _column(name: str) -> str:
    return f"{name}_" if name == SERIES else name  # a column of a file may be called so


def _plain(values: ArrayLike) -> list[Any]:
    if isinstance(values, list | tuple) and any(isinstance(value, str) for value in values):
        return list(values)
    array = np.asarray(values)
    plain: list[Any] = (array.astype(int) if array.dtype == np.bool_ else array).tolist()
    return plain
