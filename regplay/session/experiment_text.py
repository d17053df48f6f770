"""Experiments as text: a file with changes on top, what differs from another one, and a link.

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
import os
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from regplay.core.datasets import REGISTRY
from regplay.core.errors import UserError
from regplay.core.experiment import Experiment
from regplay.core.fields import ExperimentError, Value, differences, field, get, replace
from regplay.core.toml import load

_DATASET = "data.name"

SCHEME = "regplay:"
_VERSION = "1"
_LONGEST = 1 << 18  # characters; a link is to fit in a message
_LARGEST = 1 << 20  # bytes of JSON in it
_AROUND = "<>\"'`.,;()[]"  # what a sentence puts around a link
_PADDING = "="


def open_experiment(path: Path, assignments: Sequence[str] = ()) -> Experiment:
    """The experiment in a TOML file, with some values set otherwise.

    A relative `data.file` is meant from the folder of the TOML file; in an assignment, from the
    current one. It is absolute in what is returned.

    Parameters
    ----------
    assignments
        Texts such as `model.depth=3`. All are applied at once, so that `data.name`, which sets
        other values too, doesn't undo any of them; of several for one field the last one counts.

    Raises
    ------
    ExperimentError
        If the file can't be read, or something in it or in an assignment is refused.
    """
    experiment = load(path)
    if experiment.data.file.strip():
        file = absolute(experiment.data.file, path.parent)
        experiment = replace(experiment, {"data.file": file})
    values: dict[str, Value] = {}
    problems: list[str] = []
    for assignment in assignments:
        try:
            name, value = _parse(assignment)
            values[name] = value
        except ExperimentError as error:
            problems.append(str(error))
    if problems:
        raise ExperimentError("\n".join(problems))
    return replace(experiment, values)


def _parse(assignment: str) -> tuple[str, Value]:
    name, equals, text = assignment.partition("=")
    name = name.strip()
    if not equals:
        raise ExperimentError(f"{assignment}: must be FIELD=VALUE, such as model.depth=3")
    value = field(name).parse(text)
    if name == "data.file" and value:
        value = absolute(str(value), Path())
    return name, value


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
