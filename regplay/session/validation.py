"""Files that somebody else may have written: read, and refused in words that a person can act on.

What a file may hold stands in the annotations of a `msgspec.Struct`; what a pattern asks for, the
description beside it says. Whatever is otherwise is told by its place, its value and what it must
be, such as `run.records = -1: must be a whole number from 0 to 20,000`.

The time that Python's parser of TOML takes for a key grows with the square of the key's parts, and
for all else by up to a tenth of a millisecond a value. So these are counted first, in what is left
of the text without its strings and comments: a few megabytes of points in a string take no time at
all.
"""

import re
import stat
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from regplay.core import UserError
from regplay.core.fields import bounds_in_words, hint_at

Form = TypeVar("Form", bound=msgspec.Struct)
KeyPath = Sequence[str | int]  # keys, and indices from 0, that lead from the whole to a value

OneLine = Annotated[
    str, Meta(min_length=1, max_length=300, pattern=r"^[^\n]*$", description="in a single line")
]
EpochNumber = Annotated[int, Meta(ge=0, le=1_000_000)]

_PLACE = re.compile(r" - at `(?:key` in `)?\$")
_STEP = re.compile(r"\.([\w-]+)|\[(\d+)\]")
_SHOWN = 40  # characters of a wrong value

_DEEPEST = 12  # parts of a dotted key
_MOST_KEYS = 5000  # keys and tables together
_MOST_VALUES = 400_000  # in lists, and lists
_MOST_LINES = 400_000  # but for those in strings
_MOST_ESCAPES = 1_000_000  # such as \n in a string
_MOST_PLAIN = 6 << 20  # characters outside of strings and comments

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
_HEADER = re.compile(r"^[ \t]*+\[[^\n]*\]", re.MULTILINE)  # of a table; some lists look like one
_PART_OF_KEY = re.compile(r"[ \t]*+[A-Za-z0-9_-]++[ \t]*+")


def read_text(
    path: Path, most: int, what: str, refusal: type[UserError], *, may_be_pipe: bool = False
) -> str:
    """The text of a file.

    Parameters
    ----------
    most
        Bytes that it may have.
    what
        It should be, such as `lesson`.
    may_be_pipe
        Whether to wait for what is written at the other end of a pipe.

    Raises
    ------
    refusal
        If it can't be read, is larger, or is no text; the message begins with its name.
    """
    if "\0" in str(path):
        raise refusal(f"{str(path)!r}: no file can have this name")
    try:
        found = path.stat()
        if not (stat.S_ISREG(found.st_mode) or may_be_pipe):
            raise refusal(f"{path}: this is no file")
        content = b""
        if found.st_size <= most:
            with path.open("rb") as file:
                content = file.read(most + 1)  # of a pipe, or a file that has grown meanwhile
        if max(found.st_size, len(content)) > most:
            limit = f"{most >> 20} MiB" if most >> 20 else f"{most >> 10} KiB"
            raise refusal(f"{path}: larger than {limit}, so it is no {what}")
        return content.decode("utf-8-sig")  # some editors begin a text with a mark
    except OSError as error:
        raise refusal(f"{path}: can't be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise refusal(
            f"{path}: this is no {what}: it is no text in UTF-8; save it as UTF-8"
        ) from None


def parse_toml(text: str, what: str, refusal: type[UserError]) -> dict[str, Any]:
    """The tables in a TOML text that should be a `what`, such as `lesson`.

    Raises
    ------
    refusal
        If it is no TOML, with line and column; or has more, or deeper, keys and values than any
        file of this program.
    """
    too_much = f"This is no {what}: its values are far too many, or nested too deeply"
    if takes_long(text):
        raise refusal(too_much)
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise refusal(too_much) from None
    except ValueError as error:  # such as a number of thousands of digits
        raise refusal(f"This is not TOML: {error}") from None


def takes_long(text: str) -> bool:
    """Whether it could take seconds to parse a TOML text."""
    plain = _STRINGS_AND_COMMENTS.sub(_stand_in, text)
    counted = (
        (len(plain), _MOST_PLAIN),
        (plain.count("=") + plain.count("{") + len(_HEADER.findall(plain)), _MOST_KEYS),
        (plain.count(",") + plain.count("["), _MOST_VALUES),
        (plain.count("\n"), _MOST_LINES),
        (text.count("\\"), _MOST_ESCAPES),
    )
    if any(count > most for count, most in counted):
        return True
    depth = 0
    for part in plain.split("."):
        depth = depth + 1 if _PART_OF_KEY.fullmatch(part) else 0
        if depth > _DEEPEST:
            return True
    return False


def _stand_in(found: re.Match[str]) -> str:
    """A short word for a string, which may be part of a key; nothing for a comment."""
    return "" if found[0].startswith("#") else "s"


def dotted(steps: KeyPath, _: object) -> str:
    """A place in a file, such as `pins[1].color`; items of a list are counted from 1."""
    return "".join(f"[{s + 1}]" if isinstance(s, int) else f".{s}" for s in steps).lstrip(".")


def validated(
    raw: Mapping[str, Any],
    form: type[Form],
    refusal: type[UserError],
    place: Callable[[KeyPath, Any], str] = dotted,
) -> Form:
    """Parsed values as a struct, if they are what its annotations ask for.

    Parameters
    ----------
    place
        What a message calls a place, given its steps and `raw`.

    Raises
    ------
    refusal
        With the first thing that is wrong.
    """
    try:
        return msgspec.convert(raw, form)
    except msgspec.ValidationError as error:
        problem, *at = _PLACE.split(str(error), maxsplit=1)
    path = "".join(at).partition("[...]")[0]  # a table whose keys are free, and no further
    steps = [int(index) if index else name for name, index in _STEP.findall(path)]
    name = (re.findall(r"`([^`]*)`", problem) or [""])[0]
    if problem.startswith("Object contains unknown"):
        kind = _only(_kind_at(form, steps))
        known = [field.encode_name for field in getattr(kind, "fields", ())]
        hint = hint_at(name, known, lists=True)
        raise refusal(f"{place([*steps, name], raw)}: no such key{hint}")
    if problem.startswith("Object missing"):
        steps.append(name)
        bounds, _ = bounds_in_words(_kind_at(form, steps))
        raise refusal(f"{place(steps, raw)} is missing: it must be {bounds}")
    value: Any = raw
    for step in steps:
        value = value[step]
    # Not `repr` of a whole table, which may be as long as the file.
    shown = repr(value)[:_SHOWN] if isinstance(value, str | int | float) else "…"
    bounds, _ = bounds_in_words(_kind_at(form, steps))
    raise refusal(f"{place(steps, raw)} = {shown}: must be {bounds}")


def _kind_at(form: type[msgspec.Struct], steps: KeyPath) -> msgspec.inspect.Type:
    """What a value may be at a place of a form."""
    found: msgspec.inspect.Type = msgspec.inspect.type_info(form)
    for step in steps:
        kind: Any = _only(found)
        if isinstance(kind, msgspec.inspect.StructType):
            found = next(field.type for field in kind.fields if field.encode_name == step)
        elif isinstance(kind, msgspec.inspect.TupleType):
            found = kind.item_types[int(step)]
        else:
            found = kind.item_type
    return found


def _only(kind: msgspec.inspect.Type) -> msgspec.inspect.Type:
    """What a value that may be left out is where it is there; the first of what it may be."""
    if isinstance(kind, msgspec.inspect.UnionType):
        return next(each for each in kind.types if not isinstance(each, msgspec.inspect.NoneType))
    return kind.type if isinstance(kind, msgspec.inspect.Metadata) else kind


def has_key(path: Path, key: str, most: int) -> bool:
    """Whether a file of at most `most` bytes is TOML with this key at its top."""
    if path.suffix.lower() != ".toml":
        return False
    try:
        return key in parse_toml(read_text(path, most, "file", UserError), "file", UserError)
    except UserError:
        return False  # who opens it as something else says what is wrong
