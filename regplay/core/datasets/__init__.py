"""The registry of datasets: one name, one signature each."""

from collections.abc import Iterable, Mapping
from functools import cache

from regplay.core.datasets import classification, edits, points, regression, tables
from regplay.core.datasets.dataset import (
    Dataset,
    DatasetError,
    DatasetSpec,
    Split,
    Table,
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
from regplay.core.datasets.tables import own_dataset, split_of
from regplay.core.experiment import DataSettings

_SPECS = (
    *(*regression.CURVES, *classification.SPECS, *regression.CLASSICS),
    *(*tables.SPECS, *points.SPECS, tables.OWN),
)
REGISTRY: Mapping[str, DatasetSpec] = {spec.name: spec for spec in _SPECS}


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


def load_all(each: Iterable[DataSettings]) -> list[Dataset]:
    """The points that each of these describes; equal settings are loaded once, and share them.

    Raises
    ------
    DatasetError
        As `load`.
    """
    loaded = cache(load)
    return [loaded(settings) for settings in each]


def remarks(
    settings: DataSettings, dataset: Dataset | None = None, *, names_fields: bool = True
) -> list[str]:
    """What is to be known about the table that `settings` read, a line each.

    How it was taken comes first, then what was left out and what is odd. Of other datasets nothing.

    Parameters
    ----------
    dataset
        What `load` makes of these settings, if it is at hand.
    names_fields
        Whether to say which fields take a table otherwise, as a terminal needs it.

    Raises
    ------
    DatasetError
        As `load`.
    """
    if "file" not in REGISTRY[settings.name].uses:
        return []
    from regplay.core.datasets.own_table import how_to_say, read_table, remarks_on  # needs pandas

    _, check = read_table(settings)
    assert check.raw is not None
    words = check.raw.format.words
    found = [*check.remarks, *remarks_on(dataset or load(settings))]
    if not names_fields:
        return [words, *map(str, found)]
    return [words, *(f"{remark}{how_to_say(remark, settings)}" for remark in found)]


def problem_of(settings: DataSettings) -> tuple[object, ...]:
    """The problem that settings pose: fits of the same one can be drawn in one plot.

    Their data may be drawn otherwise: of another seed, with more noise or other points.
    """
    if settings.name != "points":
        read = ("file", "target", "inputs", "task", "format", "columns")
        fields = ("name", *read, "n_inputs", "n_classes", "n_arms")
        return tuple(getattr(settings, field) for field in fields)
    try:
        return settings.name, *points.shape_of(settings)
    except DatasetError:
        return (settings.name,)
