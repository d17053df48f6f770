"""From a session to the text of a file, and back, trusting nothing in it.

The text is TOML for people, then arrays, one a line, then a last line, all of it TOML. Arrays are
written more strictly than TOML asks, so that they are read line by line, and only what stands
before them is parsed: that takes a second for some megabytes, and a stranger may have written it.
As text, an array is little-endian numbers, compressed by zlib, in base64.

Whoever wrote the file, reading it takes bounded time and memory, follows no path in it, and leads
to a session that can be worked on, or to a `DocumentError`.
"""

import base64
import binascii
import math
import re
import weakref
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from regplay import __version__
from regplay.core.datasets import DatasetError, load
from regplay.core.experiment import DataSettings, Experiment
from regplay.core.fields import ExperimentError, from_dict, to_dict
from regplay.core.history import MEASURES, History, Snapshot
from regplay.core.state import State
from regplay.session.document.document import (
    VIEW,
    Document,
    DocumentError,
    Layout,
    StoredPin,
    StoredRun,
    StoredStates,
    are_measured,
    check_sizes,
    earlier_layouts,
    layouts,
    updated,
)
from regplay.session.experiment_text import changed, changes, reads_file, toml_of
from regplay.session.pins import MOST as MOST_PINS
from regplay.session.pins import name_of
from regplay.session.session import MOST_SCENES, Annotations, PlotName, Run, Scene, ViewValue
from regplay.session.validation import EpochNumber, parse_toml, takes_long, validated

FORMAT = 2
EARLIER = 1  # `regplay.session.document.document` says in what it differs
LARGEST = 256 << 20  # bytes of a file
_LARGEST_HEAD = 16 << 20  # characters before the arrays; points that were drawn may be many
_FIRST = re.compile(r"format *= *(\d{1,9})\s*$", re.MULTILINE)
_ARRAYS = "\n[arrays]\n"
_ARRAY = re.compile(r"([a-z0-9_]{1,60}) = '([A-Za-z0-9+/=]*)'")
_END = "# The end of the session."

# The first, the last and the best state stay, unless they take so many budgets: then the last.
_ROOM = 8

# Bytes of all arrays. A state of 8 × 512 units under Adam takes 28 MiB, and of no run is more
# written than `_ROOM` budgets or one state.
_MOST_MEMORY = 384 << 20
_MOST_RECORDS = 20_000  # in a million epochs fall fewer than 2,000
_MOST_EPOCHS = 1_000_000
_MOST_STATES = 512
_MOST_CHANGES = 10_000  # of settings while a run trained
_LEVEL = 1  # of compression: weights hardly get smaller by more work
_PIECE = 1 << 12  # bytes that are unpacked together, so that an array is there once and not twice
_MOST_STEPS = 100_000  # in an epoch; a person's table may have so many rows
_LONGEST_PLACEMENT = 200  # characters
_FARTHEST = 1e120  # of the ends of an axis; data reach 1e100, and a wheel goes beyond
_LONGEST_VALUE = 2000  # characters of a text in the view
_Units = Annotated[int, Meta(ge=1, le=2000)]  # in a layer; no dataset has more inputs or outputs


def joined(head: Mapping[str, Any], arrays: Mapping[str, str]) -> str:
    """The text of a file with these values and arrays.

    Raises
    ------
    DocumentError
        If it is too long to be read again.
    """
    values = {"format": FORMAT, "regplay": __version__, **head}
    begin = toml_of(values)
    if len(begin) > _LARGEST_HEAD:
        raise DocumentError("the points of its experiments take more than 16 MiB: delete some pins")
    if takes_long(begin):
        raise DocumentError("its drawings are far too many: erase some of them")
    lines = [f"{name} = '{text}'\n" for name, text in arrays.items()]
    end = "".join([_ARRAYS, *lines, _END, "\n"])
    if len(begin.encode(errors="replace")) + len(end) > LARGEST:
        raise DocumentError("its networks take more than 256 MiB: delete some pins")
    return begin + end


def taken_apart(text: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The values and the arrays in the text of a file.

    Raises
    ------
    DocumentError
        If it is no session, is of a newer format, or is not complete.
    """
    if not text.strip():
        raise DocumentError("the file is empty")
    first = _FIRST.match(text)
    if first is None:
        raise DocumentError("this is no session of regplay: it does not begin with its format")
    if not EARLIER <= int(first[1]) <= FORMAT:
        raise DocumentError(
            f"it is of format {first[1]}, and this regplay ({__version__}) reads formats up to "
            f"{FORMAT}: open it with a newer one"
        )
    begin, mark, end = text.rpartition(_ARRAYS)
    if not mark or end.rstrip()[-len(_END) :] != _END:
        raise DocumentError("the file is not complete: its end is missing")
    if len(begin) > _LARGEST_HEAD:
        raise DocumentError("it has more than 16 MiB of values, so it is no session of regplay")
    return parse_toml(begin, "session of regplay", DocumentError), _arrays(end)


def _arrays(text: str) -> dict[str, str]:
    lines = text.rstrip().split("\n")[:-1]
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        match = _ARRAY.fullmatch(line.rstrip("\r"))
        if match is None or match[1] in found:
            raise DocumentError(f"the file is damaged: line {number} of its arrays can't be read")
        found[match[1]] = match[2]
    return found


# arrays


def encoded(array: NDArray[Any]) -> str:
    """An array as text; its type and shape are not in it."""
    little = array.astype(array.dtype.newbyteorder("<"), order="C", copy=False)
    return base64.b64encode(zlib.compress(little.tobytes(), _LEVEL)).decode("ascii")


class ArrayReader:
    """Takes arrays out of the texts of a file, `most` bytes of them altogether."""

    def __init__(self, texts: Mapping[str, str], most: int) -> None:
        self._texts = texts
        self._left = most

    def read(self, name: str, layout: Layout) -> NDArray[Any]:
        """An array of this type and shape, which may be written to.

        Raises
        ------
        DocumentError
            If it is not there, or is not exactly of this size. Nothing is unpacked beyond it.
        """
        type_, shape = layout
        if name not in self._texts:
            raise DocumentError(f"arrays.{name} is missing; the file is not complete")
        size = self._taken(layout)
        data, unpacker = bytearray(), zlib.decompressobj()
        try:
            packed = binascii.a2b_base64(self._texts[name].encode("ascii"), strict_mode=True)
            for start in range(0, len(packed), _PIECE):
                # One more than there should be: 0 would mean that there is no limit.
                most = size + 1 - len(data)
                data += unpacker.decompress(packed[start : start + _PIECE], most)
                if len(data) > size:
                    break
        except (ValueError, zlib.error):
            raise DocumentError(f"arrays.{name} is damaged") from None
        if len(data) != size or not unpacker.eof or unpacker.unused_data:
            wanted = " × ".join(str(length) for length in shape)
            raise DocumentError(f"arrays.{name} is damaged: it does not hold {wanted} numbers")
        return np.frombuffer(data, dtype=type_).reshape(shape)

    def zeros(self, layout: Layout) -> NDArray[Any]:
        """An array of this type and shape that no text holds; it takes of the memory too."""
        self._taken(layout)
        return np.zeros(layout[1], dtype=layout[0])

    def _taken(self, layout: Layout) -> int:
        """Bytes for an array, no longer left for others."""
        type_, shape = layout
        size = math.prod(shape) * np.dtype(type_).itemsize
        self._left -= size
        if self._left < 0:
            raise DocumentError("its arrays would take more memory than a session may")
        return size


# writing


@dataclass(frozen=True)
class Budget:
    """Bytes that the states of the present run, and of each pin, may take in a file.

    A network of the usual size, two layers of 64 units, takes 67 KB a state.
    """

    run: int = 4 << 20
    pin: int = 1 << 20


BRIEF = Budget(run=1 << 20, pin=1 << 18)  # for what is written every few seconds


_Texts = tuple[Mapping[str, Any], Mapping[str, str]]  # a run's values, and its arrays as text


class DocumentWriter:
    """Writes sessions, and remembers the texts of runs that stay as they are.

    It belongs to one thread.
    """

    def __init__(self, budget: Budget | None = None) -> None:
        self._budget = budget or Budget()
        self._written: weakref.WeakKeyDictionary[Run, tuple[Any, _Texts]] = (
            weakref.WeakKeyDictionary()
        )

    def text(self, document: Document) -> str:
        """The text of a session.

        Raises
        ------
        DocumentError
            If it is too long, or holds something that would not be read again.
        """
        base = document.experiment
        arrays: dict[str, str] = {}
        scenes = [
            _SceneTable(
                number=number,
                trained=scene.trained,
                epoch=scene.epoch,
                changes=changes(base, scene.experiment),
                view=dict(scene.view),
                ranges=dict(scene.ranges),
            )
            for number, scene in document.scenes.items()
        ]
        run, pins = {}, []
        if document.run is not None:
            run = self._table("run", document.run, self._budget.run, base, arrays)
        for number, pin in enumerate(document.pins, 1):
            table = self._table(f"pin{number}", pin.run, self._budget.pin, base, arrays)
            names = {"name": pin.name, "color": pin.color, "is_hidden": pin.is_hidden}
            pins.append(names | table)
        head = {
            "lesson": document.lesson,
            "page": document.page if document.lesson else 0,
            "experiment": to_dict(base),
            "view": dict(document.view),
            "annotations": msgspec.to_builtins(document.annotations),
            "scenes": msgspec.to_builtins(scenes),
            "run": run,
            "pins": pins,
        }
        told = {key: value for key, value in head.items() if value}
        # Whoever finds that a file can't be read again has lost what it was written over.
        validated({"format": FORMAT, **told}, _Head, DocumentError)
        return joined(told, arrays)

    def _table(
        self, owner: str, run: StoredRun, budget: int, base: Experiment, arrays: dict[str, str]
    ) -> dict[str, Any]:
        # States are the same objects, or none of them is.
        key = budget, len(run.history), run.changed_at, run.states
        known = None if run.source is None else self._written.get(run.source)
        if known is None or known[0] != key:
            known = key, _write(run, budget)
        if run.source is not None:
            self._written[run.source] = known
        table, texts = known[1]
        arrays |= {f"{owner}_{name}": text for name, text in texts.items()}
        return {**table, "changes": changes(base, run.experiment)}


def _write(run: StoredRun, budget: int) -> _Texts:
    """A run as text, apart from its experiment, which is told by what differs."""
    history = run.history.until(run.epoch)  # whose last record is of the last epoch
    last = history.last
    steps_per_epoch = last.step // last.epoch if last is not None and last.epoch else 1
    table: dict[str, Any] = {
        "placement": run.placement[:_LONGEST_PLACEMENT],
        "changed_at": list(run.changed_at[-_MOST_CHANGES:]),
        "records": len(history),
        "steps_per_epoch": steps_per_epoch,
        "stopped_at": -1 if last is None else int(last.stopped_at[0]),
        "diverged": last is not None and bool(last.diverged[0]),
    }
    columns = [history.column(measure) for measure in MEASURES]
    arrays = {"epochs": history.epochs, "values": np.stack(columns, axis=1)}
    states = run.states
    if isinstance(states, tuple) and len(history):
        states = StoredStates.of(_thinned(states, budget, history), steps_per_epoch)
    if isinstance(states, StoredStates):
        table |= {"sizes": list(states.sizes), "states": len(states)}
        arrays |= states.arrays
    return table, {name: encoded(array) for name, array in arrays.items()}


def _thinned(states: Sequence[State], budget: int, history: History) -> Sequence[State]:
    """As many states as a budget allows, the first, the last and the best among them.

    About the same as `Checkpoints.within` keeps, but chosen at one go: that holds up no painting.
    """
    states = [state for state in states if state.epoch <= history.epochs[-1]]
    best_epoch = history.best_epoch
    most = max(3, budget // max(states[-1].size, 1))
    if len(states) > most:
        times = np.log1p([state.epoch for state in states])
        wanted = np.linspace(times[0], times[-1], most - 1)
        nearest = np.abs(times[:, None] - wanted).argmin(axis=0)
        places = {*nearest.tolist(), *(i for i, s in enumerate(states) if s.epoch == best_epoch)}
        states = [states[place] for place in sorted(places)]
    is_much = sum(state.size for state in states) > _ROOM * budget
    return states[-1:] if is_much else states


# reading


class _RunTable(msgspec.Struct, frozen=True, kw_only=True):
    """A run as it stands in a file, but for its arrays."""

    steps_per_epoch: Annotated[int, Meta(ge=1, le=_MOST_STEPS)]
    records: Annotated[int, Meta(ge=0, le=_MOST_RECORDS)]
    stopped_at: Annotated[int, Meta(ge=-1, le=_MOST_EPOCHS)]
    diverged: bool
    changed_at: Annotated[tuple[EpochNumber, ...], Meta(max_length=_MOST_CHANGES)]
    placement: Annotated[str, Meta(max_length=_LONGEST_PLACEMENT)]
    changes: dict[str, Any] = {}
    states: Annotated[int, Meta(ge=1, le=_MOST_STATES)] | None = None
    sizes: Annotated[tuple[_Units, ...], Meta(max_length=12)] = ()
    streams: Annotated[int, Meta(ge=0, le=3 * _MOST_STATES)] = 0  # of an earlier format


class _PinTable(_RunTable, frozen=True, kw_only=True):
    name: Annotated[str, Meta(pattern=r"\S", description="not all of it blanks")]
    color: Annotated[int, Meta(ge=0, le=MOST_PINS - 1)]
    is_hidden: bool


_Ends = tuple[float, float]


class _SceneTable(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    number: Annotated[int, Meta(ge=1, le=MOST_SCENES)]
    trained: EpochNumber
    epoch: EpochNumber | None = None
    changes: dict[str, Any] = {}
    view: dict[str, Any] = {}
    ranges: Annotated[
        dict[PlotName, tuple[_Ends, _Ends]],
        Meta(description="such as fit = [[0.0, 1.0], [-2.0, 2.0]]"),
    ] = {}


class _Head(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in a file before the arrays; what is more is passed over."""

    format: Annotated[int, Meta(ge=EARLIER, le=FORMAT)]
    experiment: dict[str, Any]
    run: _RunTable | None = None
    pins: Annotated[tuple[_PinTable, ...], Meta(max_length=MOST_PINS)] = ()
    lesson: Annotated[
        str,
        Meta(
            max_length=100,
            pattern=r"^[A-Za-z0-9._-]*\Z",
            description="as the name of a lesson has: letters, digits and . _ -",
        ),
    ] = ""
    page: Annotated[int, Meta(ge=0, le=999)] = 0
    view: dict[str, Any] = {}
    annotations: Annotations = ()
    scenes: Annotated[tuple[_SceneTable, ...], Meta(max_length=MOST_SCENES)] = ()


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
            name=name_of(table.name),
            color=table.color,
            is_hidden=table.is_hidden,
            run=_run(table, f"pins[{number}]", f"pin{number}", experiment, reader, is_earlier),
        )
        for number, table in enumerate(head.pins, 1)
    )
    if len({pin.color for pin in pins}) < len(pins):
        raise DocumentError("pins: two have the same colour")
    page = head.page if head.lesson else 0
    scenes = {table.number: _scene(table, experiment) for table in head.scenes}
    view = _view(head.view)
    document = Document(experiment, run, pins, head.lesson, page, view, head.annotations, scenes)
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


def _changed(base: Experiment, values: Mapping[str, object], place: str) -> Experiment:
    try:
        return changed(base, values)
    except ExperimentError as error:
        raise DocumentError(f"{place}: its changes are refused: {error}") from None


def _scene(table: _SceneTable, base: Experiment) -> Scene:
    experiment = _changed(base, table.changes, f"scenes, number = {table.number}")
    # What no plot can show is left out: it follows its data then.
    ranges = {
        name: ends
        for name, ends in table.ranges.items()
        if all(-_FARTHEST < low < high < _FARTHEST for low, high in ends)
    }
    return Scene(experiment, table.trained, table.epoch, _view(table.view), ranges)


def _run(
    table: _RunTable,
    place: str,
    owner: str,
    base: Experiment,
    reader: ArrayReader,
    is_earlier: bool,
) -> StoredRun:
    """A run of a file, by its place there; `owner` is what its arrays are called by."""
    experiment = _changed(base, table.changes, place)
    history = _history(table, place, owner, reader)
    states = None
    if table.states is not None:
        check_sizes(table.sizes, experiment, f"{place}.sizes")
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
        if is_earlier:
            states = updated(states, history, owner)
        states.check(history.epochs, owner)
        if not states.are_finite:  # as of a polynomial through the largest numbers
            states = None
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
    learned: dict[DataSettings, dict[str, StoredRun]] = {}
    for place, run in runs.items():
        if not reads_file(run.experiment):
            learned.setdefault(run.experiment.data, {})[place] = run
    for settings, same in learned.items():
        _check_fit(settings, same)


def _check_fit(settings: DataSettings, runs: Mapping[str, StoredRun]) -> None:
    """The same for runs of one dataset, by their places; it is gone afterwards."""
    try:
        dataset = load(settings)
    except DatasetError as error:
        raise DocumentError(f"{next(iter(runs))}: its data can't be made: {error}") from None
    for place, run in runs.items():
        if not run.fits(dataset):
            raise DocumentError(f"{place} does not belong to the data of its experiment")
