"""The registry of datasets: one name, one signature each."""

from collections.abc import Mapping

from regplay.core.datasets import classification, csv_table, edits, points, regression, tables
from regplay.core.datasets.csv_reader import (
    Problem,
    ReadingStoppedError,
    Source,
    TableReader,
    open_table,
)
from regplay.core.datasets.csv_table import Check, Choice, columns_of, likely, names_of, written
from regplay.core.datasets.dataset import (
    Dataset,
    DatasetError,
    DatasetSpec,
    Split,
    Task,
    parse_number,
)
from regplay.core.datasets.edits import (
    Edit,
    counted_edits,
    edited_rows,
    format_edits,
    parse_edits,
    waiting_edits,
)
from regplay.core.datasets.points import (
    MAX_CLASSES,
    MAX_POINTS,
    format_number,
    format_points,
    points_in,
    points_settings,
)
from regplay.core.datasets.tables import Table
from regplay.core.datasets.tables import dataset as table_dataset
from regplay.core.experiment import DataSettings

__all__ = [
    "MAX_CLASSES",
    "MAX_POINTS",
    "REGISTRY",
    "Check",
    "Choice",
    "Dataset",
    "DatasetError",
    "DatasetSpec",
    "Edit",
    "Floats",
    "Problem",
    "ReadingStoppedError",
    "Source",
    "Split",
    "Table",
    "TableReader",
    "Task",
    "columns_of",
    "counted_edits",
    "edited_rows",
    "format_edits",
    "format_number",
    "format_points",
    "likely",
    "load",
    "names_of",
    "open_table",
    "parse_edits",
    "parse_number",
    "points_in",
    "points_settings",
    "problem_of",
    "table_dataset",
    "waiting_edits",
    "written",
]


REGISTRY: Mapping[str, DatasetSpec] = {
    spec.name: spec
    for specs in (
        regression.CURVES,
        classification.SPECS,
        regression.CLASSICS,
        tables.SPECS,
        points.SPECS,
        csv_table.SPECS,
    )
    for spec in specs
}


def load(settings: DataSettings) -> Dataset:
    """The points that `settings` describe; the same settings give the same points.

    Raises
    ------
    DatasetError
        If they can't be made: a file that can't be read, or more points than there are.
    """
    spec = REGISTRY[settings.name]
    made = spec.make(settings)
    if "edits" not in spec.uses or not settings.edits:
        return made
    return edits.edited(made, edits.parse_edits(settings.edits))


def problem_of(settings: DataSettings) -> tuple[object, ...]:
    """The problem that settings pose: fits of the same one can be drawn in one plot.

    Their data may be drawn otherwise: of another seed, with more noise or other points.
    """
    if settings.name != "points":
        fields = ("name", "file", "target", "inputs", "task", "n_inputs", "n_classes")
        return tuple(getattr(settings, field) for field in fields)
    try:
        return settings.name, *points.shape_of(settings)
    except DatasetError:
        return (settings.name,)
