"""The text of a session file: TOML for people, then arrays, one a line, then a last line.

All of it is TOML. The arrays are written more strictly than TOML asks, so that they are read line
by line, and only what stands before them is parsed: parsing takes a second for some megabytes, and
a stranger may have written it.
"""

import re
from collections.abc import Mapping
from typing import Any

import tomli_w

from regplay import __version__
from regplay.core.toml_text import TooMuchError, check_effort, parse
from regplay.session.stored_arrays import DocumentError

FORMAT = 2
EARLIER = 1  # `regplay.session.earlier_states` says in what it differs
LARGEST = 256 << 20  # bytes of a file
_LARGEST_HEAD = 16 << 20  # characters before the arrays; points that were drawn may be many
_FIRST = re.compile(r"format *= *(\d{1,9})\s*$", re.MULTILINE)
_ARRAYS = "\n[arrays]\n"
_ARRAY = re.compile(r"([a-z0-9_]{1,60}) = '([A-Za-z0-9+/=]*)'")
_END = "# The end of the session."


def joined(head: Mapping[str, Any], arrays: Mapping[str, str]) -> str:
    """The text of a file with these values and arrays.

    Raises
    ------
    DocumentError
        If it is too long to be read again.
    """
    values = {"format": FORMAT, "regplay": __version__, **head}
    # In a text of several lines the writer makes \r\n a mere \n, which would not be lossless.
    begin = tomli_w.dumps(values, multiline_strings=not _has_returns(values))
    if len(begin) > _LARGEST_HEAD:
        raise DocumentError("the points of its experiments take more than 16 MiB: delete some pins")
    try:
        check_effort(begin)
    except TooMuchError as error:
        raise DocumentError(f"it could not be read again: {error}") from None
    lines = [f"{name} = '{text}'\n" for name, text in arrays.items()]
    return "".join([begin, _ARRAYS, *lines, _END, "\n"])


def _has_returns(value: object) -> bool:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        return any(_has_returns(each) for each in value)
    return isinstance(value, str) and "\r" in value


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
    return _parsed(begin), _arrays(end)


def _parsed(begin: str) -> dict[str, Any]:
    if len(begin) > _LARGEST_HEAD:
        raise DocumentError("it has more than 16 MiB of values, so it is no session of regplay")
    try:
        return parse(begin)
    except TooMuchError as error:
        raise DocumentError(f"{error}, so it is no session of regplay") from None
    except ValueError as error:  # bad TOML, or a number of more digits than Python reads
        reason = str(error).partition(";")[0]
        raise DocumentError(f"the file is damaged: {reason[:200]}") from None


def _arrays(text: str) -> dict[str, str]:
    lines = text.rstrip().split("\n")[:-1]
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        match = _ARRAY.fullmatch(line.rstrip("\r"))
        if match is None or match[1] in found:
            raise DocumentError(f"the file is damaged: line {number} of its arrays can't be read")
        found[match[1]] = match[2]
    return found
