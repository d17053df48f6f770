"""From the text of a file to a session, trusting nothing in it.

Whoever wrote the file, reading it takes bounded time and memory, follows no path in it, and leads
to a session that can be worked on, or to a `DocumentError`.
"""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import Meta

from regplay.core.datasets import DatasetError, load
from regplay.core.experiment import DataSettings, Experiment
from regplay.core.fields import ExperimentError, from_dict
from regplay.core.history import MEASURES, History, Snapshot
from regplay.session.document import (
    MOST_PINS,
    VIEW,
    Document,
    StoredPin,
    StoredRun,
    ViewValue,
)
from regplay.session.document_text import EARLIER, FORMAT, taken_apart
from regplay.session.earlier_states import earlier_layouts, updated
from regplay.session.experiment_text import changed, reads_file
from regplay.session.stored_arrays import ArrayReader, DocumentError
from regplay.session.stored_states import (
    MOST_CHANGES,
    MOST_STATES,
    StoredStates,
    are_measured,
    check_sizes,
    layouts,
)
from regplay.session.validation import validated

_MOST_MEMORY = 512 << 20  # bytes of all arrays
_MOST_RECORDS = 20_000  # in a million epochs fall fewer than 2,000
_MOST_EPOCHS = 1_000_000
_MOST_STEPS = 20_000  # in an epoch
_LONGEST_NAME = 200  # characters
_LONGEST_VALUE = 2000  # characters of a text in the view
_Epoch = Annotated[int, Meta(ge=0, le=_MOST_EPOCHS)]


class _RunTable(msgspec.Struct, frozen=True, kw_only=True):
    """A run as it stands in a file, but for its arrays."""

    steps_per_epoch: Annotated[int, Meta(ge=1, le=_MOST_STEPS)]
    records: Annotated[int, Meta(ge=0, le=_MOST_RECORDS)]
    stopped_at: Annotated[int, Meta(ge=-1, le=_MOST_EPOCHS)]
    diverged: bool
    changed_at: Annotated[tuple[_Epoch, ...], Meta(max_length=MOST_CHANGES)]
    placement: Annotated[str, Meta(max_length=_LONGEST_NAME)]
    changes: dict[str, Any] = {}
    states: Annotated[int, Meta(ge=1, le=MOST_STATES)] | None = None
    sizes: Annotated[tuple[Annotated[int, Meta(ge=1, le=10_000)], ...], Meta(max_length=12)] = ()
    streams: Annotated[int, Meta(ge=0, le=3 * MOST_STATES)] = 0  # of an earlier format


class _PinTable(_RunTable, frozen=True, kw_only=True):
    name: Annotated[
        str,
        Meta(
            pattern=r"\S",
            max_length=_LONGEST_NAME,
            description=f"a text of 1 to {_LONGEST_NAME} characters, not all of them blanks",
        ),
    ]
    color: Annotated[int, Meta(ge=0, le=MOST_PINS - 1)]
    is_hidden: bool


class _Head(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in a file before the arrays; what is more is passed over."""

    format: Annotated[int, Meta(ge=EARLIER, le=FORMAT)]
    experiment: dict[str, Any]
    run: _RunTable | None = None
    pins: Annotated[tuple[_PinTable, ...], Meta(max_length=MOST_PINS)] = ()
    lesson: Annotated[
        str,
        Meta(
            pattern=r"^([A-Za-z0-9._-]{1,100})?\Z",
            description="the name of a lesson: letters, digits and . _ -",
        ),
    ] = ""
    page: Annotated[int, Meta(ge=0, le=999)] = 0
    view: dict[str, Any] = {}


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
    head, reader = validated(values, _Head, DocumentError), ArrayReader(arrays, _MOST_MEMORY)
    try:
        experiment = from_dict(head.experiment)
    except ExperimentError as error:
        raise DocumentError(f"its experiment is refused: {error}") from None
    is_earlier, run = head.format == EARLIER, None
    if head.run is not None:
        run = _run(head.run, "run", "run", experiment, reader, is_earlier)
    pins = tuple(
        StoredPin(
            name=" ".join(table.name.split()),
            color=table.color,
            is_hidden=table.is_hidden,
            run=_run(table, f"pins[{number}]", f"pin{number}", experiment, reader, is_earlier),
        )
        for number, table in enumerate(head.pins, 1)
    )
    if len({pin.color for pin in pins}) < len(pins):
        raise DocumentError("pins: two have the same colour")
    page = head.page if head.lesson else 0
    document = Document(experiment, run, pins, head.lesson, page, _view(head.view))
    _check_data(document)
    return document


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
    table: _RunTable,
    place: str,
    owner: str,
    base: Experiment,
    reader: ArrayReader,
    is_earlier: bool,
) -> StoredRun:
    """A run of a file, by its place there; `owner` is what its arrays are called by."""
    try:
        experiment = changed(base, table.changes)
    except ExperimentError as error:
        raise DocumentError(f"{place}.changes is refused: {error}") from None
    history = _history(table, place, owner, reader)
    states = None
    if table.states is not None:
        try:
            check_sizes(table.sizes, experiment)
        except DocumentError as error:
            raise DocumentError(f"{place}.sizes: {error}") from None
        if table.streams > 3 * table.states:
            raise DocumentError(
                f"{place}.streams = {table.streams}: must be at most {3 * table.states}"
            )
        wanted = today = layouts(table.states, table.sizes, experiment.optimizer.name)
        if is_earlier:
            wanted = earlier_layouts(today, table.streams)
        arrays = {name: reader.read(f"{owner}_{name}", layout) for name, layout in wanted.items()}
        # What no file of an earlier format has is 0.
        missing = {name: layout for name, layout in today.items() if name not in wanted}
        arrays |= {name: reader.zeros(layout) for name, layout in missing.items()}
        states = StoredStates(table.sizes, table.steps_per_epoch, arrays)
        try:
            if is_earlier:
                states = updated(states, history)
            states.check(history.epochs)
        except DocumentError as error:
            raise DocumentError(f"{owner}: {error}") from None
    return StoredRun(experiment, history, table.changed_at, table.placement, states)


def _history(table: _RunTable, place: str, owner: str, reader: ArrayReader) -> History:
    records = table.records
    epochs = reader.read(f"{owner}_epochs", ("<i8", (records,)))
    values = reader.read(f"{owner}_values", ("<f8", (records, len(MEASURES))))
    if not are_measured(values):
        raise DocumentError(f"arrays.{owner}_values holds numbers that no training leads to")
    is_within = ((epochs >= 0) & (epochs <= _MOST_EPOCHS)).all()
    if not (is_within and (np.diff(epochs) > 0).all()):
        raise DocumentError(f"arrays.{owner}_epochs: epochs must rise, from 0 to {_MOST_EPOCHS:,}")
    last, stopped_at = int(epochs[-1]) if records else 0, table.stopped_at
    if stopped_at > last:
        raise DocumentError(f"{place}.stopped_at = {stopped_at}: must be at most {last}")
    ends = np.array([stopped_at]), np.array([table.diverged and stopped_at >= 0])
    trains = np.array([-1]), np.array([False])
    history = History()
    for epoch, row in zip(epochs.tolist(), values, strict=True):
        ending = ends if epoch == last else trains
        history.append(Snapshot(epoch, epoch * table.steps_per_epoch, row[:, None], *ending))
    return history


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
