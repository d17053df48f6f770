"""Experiments as TOML: lossless, and refused with a reason where they are wrong.

The time that Python's parser takes for a key grows with the square of the key's parts, and for all
else by up to a tenth of a millisecond a value. So these are counted first, in what is left of the
text without its strings and comments: a few megabytes of points in a string take no time at all.
"""

import re
import tomllib
from pathlib import Path
from typing import Any

import tomli_w

from regplay.core.experiment import Experiment
from regplay.core.fields import ExperimentError, from_dict, to_dict

_DEEPEST = 12  # parts of a dotted key
_MOST_KEYS = 5000  # keys, tables and lists together
_MOST_VALUES = 200_000  # in lists
_MOST_LINES = 200_000  # but for those in strings
_MOST_ESCAPES = 1_000_000  # such as \n in a string
_MOST_PLAIN = 4 << 20  # characters outside of strings and comments
_TOO_MUCH = "its values are far too many, or nested too deeply"

# One that is not closed goes on to the end of its line, or of the text, where the parser gives up.
_STRINGS_AND_COMMENTS = re.compile(
    r"""
    \"{3} (?: [^"\\]++ | \\.? | "(?!"") )*+ (?: \"{3,5} | \Z )
  | '{3} (?: [^']++ | '(?!'') )*+ (?: '{3,5} | \Z )
  | " (?: [^"\\\n]++ | \\[^\n]? )*+ "?
  | ' [^'\n]*+ '?
  | \# [^\n]*+
    """,
    re.VERBOSE | re.DOTALL,
)
_PART_OF_KEY = re.compile(r"[ \t]*+[A-Za-z0-9_-]++[ \t]*+")


class TooMuchError(ValueError):
    """A text has more, or deeper, keys and values than any file of this program."""


def parse(text: str) -> dict[str, Any]:
    """The tables in a TOML text.

    Raises
    ------
    TooMuchError
        If it is not parsed since that could take seconds.
    ValueError
        If it is no TOML, with line and column, or has a number of thousands of digits.
    """
    check_effort(text)
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise TooMuchError(_TOO_MUCH) from None


def check_effort(text: str) -> None:
    """Refuse a TOML text that could take seconds to parse.

    Raises
    ------
    TooMuchError
        As `parse`.
    """
    plain = _STRINGS_AND_COMMENTS.sub(_stand_in, text)
    counted = (
        (len(plain), _MOST_PLAIN),
        (sum(plain.count(sign) for sign in "=[{"), _MOST_KEYS),
        (plain.count(","), _MOST_VALUES),
        (plain.count("\n"), _MOST_LINES),
        (text.count("\\"), _MOST_ESCAPES),
    )
    if any(count > most for count, most in counted):
        raise TooMuchError(_TOO_MUCH)
    depth = 0
    for part in plain.split("."):
        depth = depth + 1 if _PART_OF_KEY.fullmatch(part) else 0
        if depth > _DEEPEST:
            raise TooMuchError(_TOO_MUCH)


def _stand_in(found: re.Match[str]) -> str:
    """A short word for a string, which may be part of a key; nothing for a comment."""
    return "" if found[0].startswith("#") else "s"


_LARGEST_FILE = 4 << 20  # bytes; under two thousand, but for a person's own points


def dumps(experiment: Experiment) -> str:
    """The experiment as TOML text, every value written out.

    Texts of several lines, such as points, are written as such.
    """
    plain = to_dict(experiment)
    # In a text of several lines the writer makes \r\n a mere \n, which would not be lossless.
    texts = (
        value for values in plain.values() if isinstance(values, dict) for value in values.values()
    )
    has_returns = any(isinstance(text, str) and "\r\n" in text for text in texts)
    return tomli_w.dumps(plain, multiline_strings=not has_returns)


def loads(text: str) -> Experiment:
    """The experiment in a TOML text.

    Raises
    ------
    ExperimentError
        If the text is no TOML (with line and column), or a value or key is refused.
    """
    try:
        raw = parse(text)
    except TooMuchError as error:
        raise ExperimentError(f"This is no experiment: {error}") from None
    except ValueError as error:  # such as a number of thousands of digits
        raise ExperimentError(f"This is not TOML: {error}") from None
    return from_dict(raw)


def load(path: Path) -> Experiment:
    """The experiment in a file.

    Raises
    ------
    ExperimentError
        As `loads`, or if the file can't be read; the message begins with the path.
    """
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise ExperimentError(
                f"{path}: larger than {_LARGEST_FILE >> 20} MiB, so it is no experiment"
            )
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ExperimentError(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise ExperimentError(f"{path}: not a text file in UTF-8") from None
    try:
        return loads(text)
    except ExperimentError as error:
        raise ExperimentError(f"{path}:\n{error}") from None
