"""The registry of datasets: one name, one signature each."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache, lru_cache
from weakref import WeakValueDictionary

from regplay.core.datasets import classification, edits, points, regression, tables
from regplay.core.datasets.dataset import (
    RNGS,
    Dataset,
    DatasetError,
    DatasetSpec,
    Split,
    Table,
    Task,
    arguments,
    flip_labels,
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
from regplay.core.experiment import DataSettings, Experiment, ModelSettings

_SPECS = (
    *(*regression.CURVES, *classification.SPECS, *regression.CLASSICS),
    *(*tables.SPECS, *points.SPECS, tables.OWN),
)
REGISTRY: Mapping[str, DatasetSpec] = {spec.name: spec for spec in _SPECS}
_in_use: WeakValueDictionary[tuple[DataSettings, object], Dataset] = WeakValueDictionary()


def load(settings: DataSettings) -> Dataset:
    """The points that `settings` describe; the same settings give the same points.

    What somebody still works on is not made again, which takes seconds at 20,000 points of 1,000
    inputs, unless it is of a file that has changed.

    Raises
    ------
    DatasetError
        If they can't be made: a file that can't be read, or more points than there are.
    """
    spec = REGISTRY[settings.name]
    key = settings, tables.version_of_file(settings) if "file" in spec.uses else None
    if (known := _in_use.get(key)) is not None:
        return known
    made = spec.make(settings)
    if "edits" in spec.uses and settings.edits:
        made = edits.edited(made, edits.parse_edits(settings.edits))
    for array in (made.train.x, made.train.y, made.valid.x, made.valid.y):
        array.flags.writeable = False
    _in_use[key] = made
    return made


def load_all(each: Iterable[Experiment]) -> list[Dataset]:
    """The points of each of these, as its model sees them; what is the same is loaded once.

    Raises
    ------
    DatasetError
        As `load` and `seen_by`.
    """
    loaded = cache(load)
    seen = cache(lambda data, model: seen_by(model, loaded(data)))
    models = {"network": ModelSettings()}  # all networks see the same
    return [seen(one.data, models.get(one.model.kind, one.model)) for one in each]


def seen_by(model: ModelSettings, dataset: Dataset) -> Dataset:
    """The same points as a model sees them: for a polynomial, by its degree.

    Raises
    ------
    DatasetError
        If it is a polynomial, and they have several inputs or classes.
    """
    degree = model.degree if model.kind == "polynomial" else 0
    if degree == dataset.degree:
        return dataset
    if why := why_unseen(model, dataset):
        raise DatasetError(why)
    return replace(dataset, degree=degree)


def why_unseen(model: ModelSettings, dataset: Dataset) -> str:
    """Why a model can't learn these points, and what to do; empty if it can."""
    if model.kind == "network" or _is_of_one_number(dataset):
        return ""
    found = "classes" if dataset.task == "classification" else f"{dataset.n_inputs} inputs"
    return (
        "model.kind = polynomial: a polynomial predicts a number from one input, and here are "
        f"{found}; choose model.kind = network, or other data"
    )


def _is_of_one_number(dataset: Dataset) -> bool:
    return dataset.task == "regression" and dataset.n_inputs == 1


@lru_cache(maxsize=64)  # it is asked for with each change, and points have to be read
def may_be_polynomial(settings: DataSettings) -> bool:
    """Whether a polynomial can be fitted; of a file that nobody has read yet, whether it may be."""
    spec = REGISTRY[settings.name]
    if "task" not in spec.uses and spec.task == "classification":
        return False
    if "n_inputs" in spec.uses and settings.n_inputs > 1:  # of which there may be many to draw
        return False
    try:
        return "file" in spec.uses or _is_of_one_number(load(settings))
    except DatasetError:
        return True


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

    dataset = dataset or load(settings)  # which says so if no file is named
    _, check = read_table(settings)
    assert check.raw is not None
    words = check.raw.format.words
    found = [*check.remarks, *remarks_on(dataset)]
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
