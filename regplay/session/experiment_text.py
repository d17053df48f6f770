"""Experiments as text: TOML, `--set` and `--vary`, what differs from another one, and a link.

A link, `regplay:1eJw…`, is one line to be sent in a message. After the word comes a digit for the
version, then, as URL-safe base64, the compressed JSON of what differs from the default experiment,
by field path. So a link is short, and what later versions add does not make it longer.

A link names no file. One that is made of an experiment that reads a file is refused, since whoever
opens it has another disk; and one that names a file all the same is refused when it is opened, so
that nothing is read that a stranger has chosen.
"""

import base64
import binascii
import json
import math
import os
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import tomli_w

from regplay.core import UserError
from regplay.core.datasets import REGISTRY
from regplay.core.experiment import Experiment
from regplay.core.fields import (
    FIELDS,
    ExperimentError,
    Field,
    Value,
    differences,
    field,
    from_dict,
    get,
    replace,
    to_dict,
)
from regplay.core.hyperparameters import why_unused
from regplay.core.sweep import Sweep, SweepAxis
from regplay.session.files import check_table, is_named_as_table, kind_of_file
from regplay.session.validation import parse_toml, read_text

_DATASET = "data.name"
_LARGEST_FILE = 4 << 20  # bytes; under two thousand, but for a person's own points

MOST = 100_000  # networks in one sweep
_DIGITS = 6  # significant ones of a value between two ends, so that it can be typed again
_FORM = "FIELD=V1,V2,... or FIELD=LOW:HIGH:COUNT[:log], such as optimizer.lr=1e-4:1e-1:7:log"

SCHEME = "regplay:"
_VERSION = "1"
_LONGEST = 1 << 18  # characters; a link is to fit in a message
_LARGEST = 1 << 20  # bytes of JSON in it
_AROUND = "<>\"'`.,;()[]"  # what a sentence puts around a link
_PADDING = "="


_Read = TypeVar("_Read")


# TOML


def to_toml(experiment: Experiment) -> str:
    """The experiment as TOML, every value written out; a text of several lines, such as points, so.

    Nothing is lost: `from_toml` gives the same experiment.
    """
    return toml_of(to_dict(experiment))


def toml_of(tables: Mapping[str, object]) -> str:
    """Tables as TOML, texts of several lines as such."""
    # In one the writer makes \r\n a mere \n, which would not be lossless.
    return tomli_w.dumps(tables, multiline_strings=not _has_returns(tables))


def _has_returns(value: object) -> bool:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        return any(_has_returns(each) for each in value)
    return isinstance(value, str) and "\r" in value


def from_toml(text: str) -> Experiment:
    """The experiment in a TOML text; what it doesn't say takes its default.

    Raises
    ------
    ExperimentError
        If the text is no TOML (with line and column), or a value or key is refused.
    """
    return from_dict(parse_toml(text, "experiment", ExperimentError))


def open_experiment(
    path: Path, assignments: Sequence[str] = (), *, may_be_pipe: bool = True
) -> Experiment:
    """The experiment in a TOML file, or that learns from a table, with some values set otherwise.

    A relative `data.file` is meant from the folder of the TOML file; in an assignment, from the
    current one. It is absolute in what is returned.

    Parameters
    ----------
    assignments
        Texts such as `model.depth=3`. All are applied at once, so that `data.name`, which sets
        other values too, doesn't undo any of them; of several for one field the last one counts.
    may_be_pipe
        Whether to wait for what is written at the other end of a pipe, as in a terminal.

    Raises
    ------
    ExperimentError
        If the file can't be read, or something in it or in an assignment is refused.
    """
    kind = kind_of_file(path)
    if kind == "session":
        raise ExperimentError(f"{path}: this is a session: open it, and save its experiment")
    if kind == "table" and (is_named_as_table(path) or _holds_something(path)):
        if not is_named_as_table(path):
            _check_stranger(path)
        table = {"data.name": "csv", "data.file": str(path.absolute())}
        return replace(Experiment(), table | dict(_all_read(assignments, _assigned)))
    text = read_text(path, _LARGEST_FILE, "experiment", ExperimentError, may_be_pipe=may_be_pipe)
    try:
        experiment = from_toml(text)
    except ExperimentError as error:
        raise ExperimentError(f"{path}:\n{error}") from None
    if experiment.data.file.strip():
        file = absolute(experiment.data.file, path.parent)
        experiment = replace(experiment, {"data.file": file})
    return replace(experiment, dict(_all_read(assignments, _assigned)))


def _holds_something(path: Path) -> bool:
    """Whether it is a folder, or a file that is not empty; of a pipe nothing is known."""
    return path.is_dir() or (path.is_file() and path.stat().st_size > 0)


def _check_stranger(path: Path) -> None:
    """Refuse what is neither an experiment nor, by its beginning, a table."""
    try:
        check_table(path)
    except UserError as error:
        raise ExperimentError(f"{error}; an experiment is a TOML file") from None


def _all_read(texts: Sequence[str], read: Callable[[str], _Read]) -> list[_Read]:
    """What `read` makes of each text; all that is refused is told together."""
    found: list[_Read] = []
    problems: list[str] = []
    for text in texts:
        try:
            found.append(read(text))
        except ExperimentError as error:
            problems.append(str(error))
    if problems:
        raise ExperimentError("\n".join(problems))
    return found


def _assigned(assignment: str) -> tuple[str, Value]:
    name, text = _halves(assignment, "FIELD=VALUE, such as model.depth=3")
    return name, _value(field(name), text)


def _halves(assignment: str, form: str) -> tuple[str, str]:
    """What stands before the first `=`, and after it."""
    name, equals, text = assignment.partition("=")
    if not equals or not name.strip():
        missing = "the name before = is missing; it " if equals else ""
        raise ExperimentError(f"{assignment}: {missing}must be {form}")
    return name.strip(), text


def _value(of: Field, text: str) -> Value:
    value = of.parse(text)
    return absolute(str(value), Path()) if of.path == "data.file" and value else value


def absolute(file: str, folder: Path) -> str:
    """The path of a file that is named from a folder, or from a home, such as `~/x.csv`."""
    return os.path.abspath(folder / os.path.expanduser(file.strip()))


def reads_file(experiment: Experiment) -> bool:
    """Whether the data of an experiment come from a file that it names."""
    return "file" in REGISTRY[experiment.data.name].uses


# what differs from another experiment


def changes(base: Experiment, experiment: Experiment) -> dict[str, Value]:
    """The values, by field path, that lead from `base` to `experiment`.

    Another dataset brings its own defaults along: what it has otherwise is told after that.
    """
    found: dict[str, Value] = {}
    if experiment.data.name != base.data.name:
        found[_DATASET] = experiment.data.name
        base = replace(base, found)
    return found | {path: get(experiment, path) for path in differences(base, experiment)}


def changed(base: Experiment, values: Mapping[str, object]) -> Experiment:
    """The experiment that `changes` was given.

    Raises
    ------
    ExperimentError
        If a path is unknown or a value is refused.
    """
    rest = dict(values)
    if _DATASET in rest:
        base = replace(base, {_DATASET: rest.pop(_DATASET)})
    return replace(base, rest)


# sweeps


def read_sweep(
    experiment: Experiment,
    assignments: Sequence[str],
    seeds: int = 1,
    kept: Sequence[str] = (),
) -> Sweep:
    """The sweep of an experiment that these texts ask for.

    Parameters
    ----------
    assignments
        Texts such as `model.width=4,16,64` or `optimizer.lr=1e-4:1e-1:7:log`, one a field.
    seeds
        How many networks to train at each combination, at least 1.
    kept
        Assignments of one value, such as `data.noise=0.1`, which also hold for other datasets.

    Raises
    ------
    ExperimentError
        One line for each text that is refused; or if there is nothing to vary, or too much.
    """
    axes = _all_read(assignments, read_axis)
    paths = [axis.path for axis in axes]
    for path in paths:
        if paths.count(path) > 1:
            raise ExperimentError(f"{path}: varied twice; give all values in one --vary")
    if "seed" in paths and seeds > 1:
        raise ExperimentError("seed: give either --vary seed=... or --seeds, not both")
    if not axes and seeds == 1:
        raise ExperimentError(f"nothing varies; give --vary {_FORM}, or --seeds K above 1")
    sweep = Sweep(experiment, tuple(axes), seeds, kept=tuple(_all_read(kept, _assigned)))
    _refuse_too_many(math.prod(sweep.shape))
    return sweep


def _refuse_too_many(networks: int) -> None:
    if networks > MOST:
        raise ExperimentError(
            f"{networks:,} networks are more than the {MOST:,} of one sweep; "
            "vary fewer values or use fewer seeds"
        )


def read_axis(assignment: str) -> SweepAxis:
    """One field and its values: of a list or a range, or of a list with ranges in it.

    Values that come twice, as where a range is rounded to whole numbers, are kept once.

    Raises
    ------
    ExperimentError
        If there is no such field, a value is refused, or the range makes no sense.
    """
    path, text = _halves(assignment, _FORM)
    varied = field(path)
    values: list[Value] = []
    for piece in text.split(","):
        if ":" in piece and varied.kind in ("integer", "number"):
            values += _range(varied, piece)
        else:
            values.append(_value(varied, piece))
    return SweepAxis(path, tuple(dict.fromkeys(values)))


def _range(varied: Field, text: str) -> list[Value]:
    """The values of LOW:HIGH:COUNT[:log], both ends included."""
    shown = f"{varied.path} = {text.strip()}"
    parts = [part.strip() for part in text.split(":")]
    is_log = len(parts) == 4 and parts[3].lower() == "log"
    if len(parts) != 3 and not is_log:
        raise ExperimentError(f"{shown}: a range must be LOW:HIGH:COUNT or LOW:HIGH:COUNT:log")
    low, high = float(varied.parse(parts[0])), float(varied.parse(parts[1]))
    count = _count(shown, parts[2])
    if low >= high:
        raise ExperimentError(f"{shown}: LOW must be less than HIGH")
    if is_log and low <= 0:
        raise ExperimentError(
            f"{shown}: with log, LOW must be above 0; a 0 can be put before it: "
            f"{varied.path}=0,LOW:HIGH:COUNT:log"
        )
    shares = [index / (count - 1) for index in range(1, count - 1)]
    if is_log:
        between = [low * (high / low) ** share for share in shares]
    else:
        between = [low + (high - low) * share for share in shares]
    if varied.kind == "integer":
        return [varied.check(round(value)) for value in (low, *between, high)]
    return [low, *(varied.check(float(f"{value:.{_DIGITS}g}")) for value in between), high]


def _count(shown: str, text: str) -> int:
    try:
        count = int(text)
    except ValueError:
        count = 0
    if count < 2:
        raise ExperimentError(f"{shown}: COUNT = {text or 'nothing'} must be a whole number from 2")
    _refuse_too_many(count)
    return count


def without_effect(sweep: Sweep, experiments: Sequence[Experiment]) -> list[str]:
    """A line for each varied field that no member of the sweep uses."""
    lines = []
    for axis in sweep.axes:
        reasons = [why_unused(experiment, axis.path) for experiment in experiments]
        if all(reasons):
            label = FIELDS[axis.path].label
            lines.append(f"{axis.path} ({label}) changes nothing here: {reasons[0]}")
    return lines


# links


class LinkError(UserError):
    """A link can't be made or opened; the message says why and what to do."""


def is_link(text: str) -> bool:
    """Whether a text looks like a link, as pasted or as an argument of the command line."""
    return text[:200].lstrip().lstrip(_AROUND).lower().startswith(SCHEME)


def to_link(experiment: Experiment) -> str:
    """The link that leads to an experiment; about 100 characters for three changed values.

    Raises
    ------
    LinkError
        If its data come from a file, or are so many points that no message would hold them.
    """
    if reads_file(experiment):
        raise LinkError(
            "This experiment reads a file, which a link can't carry: "
            "save the session and send it together with the file."
        )
    found = changes(Experiment(), experiment)
    found.pop("data.file", None)  # of no use, and nobody's business
    text = json.dumps(found, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    packed = zlib.compress(text.encode(errors="replace"), 9)
    link = SCHEME + _VERSION + base64.urlsafe_b64encode(packed).decode().rstrip(_PADDING)
    if len(link) > _LONGEST or len(text) > _LARGEST // 4:
        raise LinkError(
            "This experiment has too many points for a link: save the session and send that."
        )
    return link


def from_link(text: str) -> Experiment:
    """The experiment that a link leads to.

    Blanks and line breaks in it and around it are passed over, as mail programs put them there, and
    so are quotes and brackets around it.

    Raises
    ------
    LinkError
        If it is no link, is not complete, is too long, or is of a newer version; if it names a
        file; or if something in it is refused.
    """
    if len(text) > 2 * _LONGEST:
        raise LinkError("This link is too long: open the session it was made from instead.")
    line = "".join(text.split()).strip(_AROUND)
    if not line.lower().startswith(SCHEME):
        raise LinkError(f"This is no link to an experiment: it must begin with {SCHEME}")
    version, body = line[len(SCHEME) : len(SCHEME) + 1], line[len(SCHEME) + 1 :]
    if version != _VERSION and version.isdigit():
        raise LinkError("This link was made by a newer regplay: open it with that.")
    if version != _VERSION or not body:
        raise LinkError("This link is not complete: copy all of it.")
    values = _values(_unpacked(body))
    if values.get("data.file"):
        raise LinkError("This link names a file, which a link may not: ask for the session.")
    try:
        experiment = changed(Experiment(), values)
    except ExperimentError as error:
        raise LinkError(f"This link is refused: {error}") from None
    if reads_file(experiment):
        raise LinkError("This link asks for a file, which a link may not: ask for the session.")
    return experiment


def _unpacked(body: str) -> bytes:
    try:
        plain = body.rstrip(_PADDING).translate(str.maketrans("-_", "+/")).encode("ascii")
        packed = binascii.a2b_base64(plain + b"=" * (-len(plain) % 4), strict_mode=True)
        unpacker = zlib.decompressobj()
        data = unpacker.decompress(packed, _LARGEST)
    except (ValueError, zlib.error):
        raise LinkError("This link is not complete or was changed: copy all of it.") from None
    if unpacker.unconsumed_tail:
        raise LinkError("This link holds more than an experiment may.")
    if not unpacker.eof or unpacker.unused_data:
        raise LinkError("This link is not complete or was changed: copy all of it.")
    return data


def _values(data: bytes) -> dict[str, object]:
    try:
        values = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):  # bad text, bad JSON, a number without end, lists in lists
        values = None
    if not isinstance(values, dict):
        raise LinkError("This link holds no experiment.")
    return values
