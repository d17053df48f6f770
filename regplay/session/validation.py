"""Files that somebody else may have written: read, and refused in words that a person can act on.

What a file may hold stands in the annotations of a `msgspec.Struct`; what a pattern asks for, the
description beside it says. Whatever is otherwise is told by its place, its value and what it must
be, such as `run.records = -1: must be a whole number from 0 to 20,000`.
"""

import re
import stat
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from regplay.core.errors import UserError
from regplay.core.fields import nearest

Form = TypeVar("Form", bound=msgspec.Struct)
Steps = Sequence[str | int]  # keys, and indices from 0, that lead from the whole to a value

_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_SHOWN = 40  # characters of a wrong value


def read_text(path: Path, most: int, what: str, refusal: type[UserError]) -> str:
    """The text of a file.

    Parameters
    ----------
    most
        Bytes that it may have.
    what
        It should be, such as `lesson`.

    Raises
    ------
    refusal
        If it can't be read, is larger, or is no text; the message begins with its name.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):  # to open a pipe would wait for its other end
            raise refusal(f"{path}: this is no file")
        if found.st_size > most:
            raise refusal(f"{path}: larger than {most >> 20} MiB, so it is no {what}")
        with path.open("rb") as file:
            content = file.read(most)  # and no more, should it have grown meanwhile
        return content.decode("utf-8")
    except OSError as error:
        raise refusal(f"{path}: can't be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise refusal(f"{path}: this is no {what}: it is no text in UTF-8") from None


def dotted(steps: Steps, _: object) -> str:
    """A place in a file, such as `pins[1].color`; items of a list are counted from 1."""
    return "".join(f"[{s + 1}]" if isinstance(s, int) else f".{s}" for s in steps).lstrip(".")


def validated(
    raw: Mapping[str, Any],
    form: type[Form],
    refusal: type[UserError],
    place: Callable[[Steps, Any], str] = dotted,
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
        problem, _, path = str(error).partition(" - at `$")
    steps = [int(index) if index else name for name, index in _STEP.findall(path)]
    name = (re.findall(r"`([^`]*)`", problem) or [""])[0]
    if problem.startswith("Object contains unknown"):
        kind = _kind_at(form, steps)
        known = [field.encode_name for field in getattr(kind, "fields", ())]
        near = nearest(name, known)
        hint = f"did you mean {near}?" if near else f"there are {', '.join(known)}"
        raise refusal(f"{place([*steps, name], raw)}: no such key; {hint}")
    if problem.startswith("Object missing"):
        steps.append(name)
        bounds, _ = _bounds(_kind_at(form, steps))
        raise refusal(f"{place(steps, raw)} is missing: it must be {bounds}")
    value: Any = raw
    for step in steps:
        value = value[step]
    # Not `repr` of a whole table, which may be as long as the file.
    shown = repr(value)[:_SHOWN] if isinstance(value, str | int | float) else "…"
    bounds, _ = _bounds(_kind_at(form, steps))
    raise refusal(f"{place(steps, raw)} = {shown}: must be {bounds}")


def _kind_at(form: type[msgspec.Struct], steps: Steps) -> msgspec.inspect.Type:
    """What a value may be at a place of a form."""
    kind: Any = msgspec.inspect.type_info(form)
    for step in steps:
        kind = _only(kind)
        if isinstance(kind, msgspec.inspect.StructType):
            kind = next(field.type for field in kind.fields if field.encode_name == step)
        else:
            kind = kind.item_type
    return _only(kind)


def _only(kind: msgspec.inspect.Type) -> msgspec.inspect.Type:
    """What a value that may be left out is where it is there."""
    if isinstance(kind, msgspec.inspect.UnionType):
        return next(each for each in kind.types if not isinstance(each, msgspec.inspect.NoneType))
    return kind


def _bounds(kind: msgspec.inspect.Type) -> tuple[str, str]:
    """What a value, and what several values, must be, in words."""
    match kind:
        case msgspec.inspect.Metadata(type=inner, extra_json_schema={"description": words}):
            one, several = _bounds(inner)
            return f"{one}, {words}", f"{several}, {words}"
        case msgspec.inspect.IntType(ge=low, le=high):
            within = "" if low is None or high is None else f" from {low:,} to {high:,}"
            return f"a whole number{within}", f"whole numbers{within}"
        case msgspec.inspect.StrType(min_length=least, max_length=most):
            count = f"{least} to" if least else "at most"
            within = "" if most is None else f" of {count} {most:,} characters"
            return f"a text{within}", f"texts{within}"
        case msgspec.inspect.LiteralType(values=values):
            return f"one of {', '.join(map(str, values))}", "choices"
        case msgspec.inspect.BoolType():
            return "true or false", "switches"
        case msgspec.inspect.VarTupleType(item_type=item, min_length=least, max_length=most):
            _, several = _bounds(item)
            count = "a list of" if most is None else f"at most {most:,}"
            return f"{least} to {most} {several}" if least else f"{count} {several}", "lists"
    return "a table of values", "tables of values"
