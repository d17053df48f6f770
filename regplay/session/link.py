"""An experiment as one line of text, to be sent in a message: `regplay:1eJw…`.

After the word comes a digit for the version, then, as URL-safe base64, the compressed JSON of what
differs from the default experiment, by field path. So a link is short, and what later versions add
does not make it longer.

A link names no file. One that is made of an experiment that reads a file is refused, since whoever
opens it has another disk; and one that names a file all the same is refused when it is opened, so
that nothing is read that a stranger has chosen.
"""

import base64
import binascii
import json
import zlib

from regplay.core.errors import UserError
from regplay.core.experiment import Experiment
from regplay.core.fields import ExperimentError
from regplay.session.changes import changed, changes
from regplay.session.document import reads_file

SCHEME = "regplay:"
_VERSION = "1"
_LONGEST = 1 << 18  # characters; a link is to fit in a message
_LARGEST = 1 << 20  # bytes of JSON in it
_AROUND = "<>\"'`.,;()[]"  # what a sentence puts around a link
_PADDING = "="


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
