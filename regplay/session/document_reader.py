"""From the text of a file to a session, trusting nothing in it.

Whoever wrote the file, reading it takes bounded time and memory, follows no path in it, and leads
to a session that can be worked on, or to a `DocumentError`.
"""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regplay.core.datasets import DatasetError, load
from regplay.core.experiment import DataSettings, Experiment
from regplay.core.fields import ExperimentError, from_dict
from regplay.core.history import MEASURES, History, Snapshot
from regplay.session.changes import changed
from regplay.session.checked_table import CheckedTable
from regplay.session.document import (
    MOST_PINS,
    VIEW,
    Document,
    StoredPin,
    StoredRun,
    ViewValue,
    reads_file,
)
from regplay.session.document_text import EARLIER, FORMAT, taken_apart
from regplay.session.earlier_states import earlier_layouts, updated
from regplay.session.stored_arrays import ArrayReader, DocumentError
from regplay.session.stored_states import (
    MOST_CHANGES,
    MOST_STATES,
    StoredStates,
    are_measured,
    check_sizes,
    layouts,
)

_MOST_MEMORY = 512 << 20  # bytes of all arrays
_MOST_RECORDS = 20_000  # in a million epochs fall fewer than 2,000
_MOST_EPOCHS = 1_000_000
_MOST_STEPS = 20_000  # in an epoch
_LONGEST_NAME = 200  # characters
_LONGEST_VALUE = 2000  # characters of a text in the view
_LESSON = re.compile(r"[A-Za-z0-9._-]{1,100}")


def loads(text: str) -> Document:
    """The session in the text of a file.

    Experiments whose data come from a file keep its name, but it is not read: whether runs of them
    fit is known only then (`StoredRun.fits`). All others are held against their data.

    Raises
    ------
    DocumentError
        If it is no session, is of a newer format, is not complete, or holds something that no
        session holds; the message says what and where.
    """
    values, arrays = taken_apart(text)
    head, reader = CheckedTable(values), ArrayReader(arrays, _MOST_MEMORY)
    experiment = _experiment(head)
    is_earlier = head.integer("format", EARLIER, FORMAT) == EARLIER
    run = None
    if "run" in head:
        run = _run(head.table("run"), "run", experiment, reader, is_earlier)
    pins = tuple(
        StoredPin(
            name=_name(table),
            color=table.integer("color", 0, MOST_PINS - 1),
            is_hidden=table.flag("is_hidden"),
            run=_run(table, f"pin{number}", experiment, reader, is_earlier),
        )
        for number, table in enumerate(head.tables("pins", MOST_PINS), 1)
    )
    if len({pin.color for pin in pins}) < len(pins):
        raise DocumentError("pins: two have the same colour")
    lesson, page = _place(head)
    document = Document(experiment, run, pins, lesson, page, _view(head.raw("view")))
    _check_data(document)
    return document


def _experiment(head: CheckedTable) -> Experiment:
    if "experiment" not in head:
        raise DocumentError("the experiment is missing")
    try:
        return from_dict(head.raw("experiment"))
    except ExperimentError as error:
        raise DocumentError(f"its experiment is refused: {error}") from None


def _name(table: CheckedTable) -> str:
    name = " ".join(table.text("name", _LONGEST_NAME).split())
    if not name:
        raise DocumentError(f"{table.place('name')}: must not be empty")
    return name


def _place(head: CheckedTable) -> tuple[str, int]:
    if "lesson" not in head:
        return "", 0
    lesson = head.text("lesson", _LONGEST_NAME)
    if _LESSON.fullmatch(lesson) is None:
        raise DocumentError(f"lesson = {lesson[:40]!r}: this is no name of a lesson")
    return lesson, head.integer("page", 0, 999)


def _view(raw: Mapping[str, object]) -> dict[str, ViewValue]:
    """What is known of it: another regplay may look at other things."""
    found: dict[str, ViewValue] = {}
    for key, type_ in VIEW.items():
        value = raw.get(key)
        if type(value) is type_ and isinstance(value, str | int | float):
            is_short = not isinstance(value, str) or len(value) <= _LONGEST_VALUE
            if is_short and (isinstance(value, str) or abs(value) < 1e9):
                found[key] = value
    return found


def _run(
    table: CheckedTable, owner: str, base: Experiment, reader: ArrayReader, is_earlier: bool
) -> StoredRun:
    try:
        experiment = changed(base, table.raw("changes"))
    except ExperimentError as error:
        raise DocumentError(f"{table.place('changes')} is refused: {error}") from None
    steps_per_epoch = table.integer("steps_per_epoch", 1, _MOST_STEPS)
    history = _history(table, owner, steps_per_epoch, reader)
    states = None
    if "states" in table:
        arrays = _states(table, owner, experiment, reader, is_earlier)
        states = StoredStates(_sizes(table, experiment), steps_per_epoch, arrays)
        try:
            if is_earlier:
                states = updated(states, history)
            states.check(history.epochs)
        except DocumentError as error:
            raise DocumentError(f"{owner}: {error}") from None
    return StoredRun(
        experiment,
        history,
        table.integers("changed_at", 0, _MOST_EPOCHS, MOST_CHANGES),
        table.text("placement", _LONGEST_NAME),
        states,
    )


def _history(table: CheckedTable, owner: str, steps_per_epoch: int, reader: ArrayReader) -> History:
    records = table.integer("records", 0, _MOST_RECORDS)
    epochs = reader.read(f"{owner}_epochs", ("<i8", (records,)))
    values = reader.read(f"{owner}_values", ("<f8", (records, len(MEASURES))))
    if not are_measured(values):
        raise DocumentError(f"arrays.{owner}_values holds numbers that no training leads to")
    is_within = ((epochs >= 0) & (epochs <= _MOST_EPOCHS)).all()
    if not (is_within and (np.diff(epochs) > 0).all()):
        raise DocumentError(f"arrays.{owner}_epochs: epochs must rise, from 0 to {_MOST_EPOCHS:,}")
    last = int(epochs[-1]) if records else 0
    stopped_at = table.integer("stopped_at", -1, last)
    ends = np.array([stopped_at]), np.array([table.flag("diverged") and stopped_at >= 0])
    trains = np.array([-1]), np.array([False])
    history = History()
    for epoch, row in zip(epochs.tolist(), values, strict=True):
        ending = ends if epoch == last else trains
        history.append(Snapshot(epoch, epoch * steps_per_epoch, row[:, None], *ending))
    return history


def _states(
    table: CheckedTable, owner: str, experiment: Experiment, reader: ArrayReader, is_earlier: bool
) -> dict[str, NDArray[Any]]:
    """The arrays of its states; what no file of an earlier format has is 0."""
    states = table.integer("states", 1, MOST_STATES)
    wanted = today = layouts(states, _sizes(table, experiment), experiment.optimizer.name)
    if is_earlier:
        wanted = earlier_layouts(today, table.integer("streams", 0, 3 * states))
    arrays = {name: reader.read(f"{owner}_{name}", layout) for name, layout in wanted.items()}
    missing = {name: layout for name, layout in today.items() if name not in wanted}
    return arrays | {name: reader.zeros(layout) for name, layout in missing.items()}


def _sizes(table: CheckedTable, experiment: Experiment) -> tuple[int, ...]:
    sizes = table.integers("sizes", 1, 10_000, 12)
    try:
        check_sizes(sizes, experiment)
    except DocumentError as error:
        raise DocumentError(f"{table.place('sizes')}: {error}") from None
    return sizes


def _check_data(document: Document) -> None:
    """Refuse runs that can't have been trained on their data, where these need no file."""
    runs = {} if document.run is None else {"run": document.run}
    runs |= {f"pins[{number}]": pin.run for number, pin in enumerate(document.pins, 1)}
    belonging: dict[DataSettings, list[str]] = {}
    for place, run in runs.items():
        if not reads_file(run.experiment):
            belonging.setdefault(run.experiment.data, []).append(place)
    for settings, places in belonging.items():
        try:
            dataset = load(settings)
        except DatasetError as error:
            raise DocumentError(f"{places[0]}: its data can't be made: {error}") from None
        for place in places:
            if not runs[place].fits(dataset):
                raise DocumentError(f"{place} does not belong to the data of its experiment")
