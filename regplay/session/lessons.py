"""Lessons: guided tours of the program, a TOML file each, that prove what they say.

Everything in a file is checked when it is read: fields exist, values are allowed, claims can be
read, a question has one right option. Whether the claims hold, `regplay.session.lesson_check` finds
out by training.
"""

import difflib
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from regplay.core.errors import UserError
from regplay.core.fields import ExperimentError, Value, field
from regplay.core.toml_text import TooMuchError, parse
from regplay.resources import resource
from regplay.session.lesson import (
    Changes,
    Claim,
    Lesson,
    Option,
    Page,
    PinSpec,
    Question,
    View,
)
from regplay.session.lesson_problems import in_words, page_name, problems_of

__all__ = [
    "Changes",
    "Claim",
    "Lesson",
    "LessonError",
    "Option",
    "Page",
    "PinSpec",
    "Question",
    "View",
    "find_lesson",
    "lessons",
    "load_lesson",
    "loads_lesson",
]

LARGEST = 1 << 20  # bytes of a file


class LessonError(UserError):
    """A lesson can't be used; the message says which, on which page, what and what to do."""


def lessons() -> list[Lesson]:
    """The lessons that ship with the program, in order.

    Raises
    ------
    LessonError
        If one of them is damaged, or two have the same id.
    """
    found = [load_lesson(path) for path in sorted(resource("lessons").glob("*.toml"))]
    ids = [lesson.id for lesson in found]
    twice = [lesson_id for lesson_id in dict.fromkeys(ids) if ids.count(lesson_id) > 1]
    if twice:
        raise LessonError(f"{', '.join(twice)}: more than one lesson has this id")
    return found


def find_lesson(name: str) -> Lesson:
    """The lesson of this id among those that ship with the program, or in this `.toml` file.

    Raises
    ------
    LessonError
        If there is none, with the nearest id and all of them; or as `load_lesson`.
    """
    if name.endswith(".toml"):
        return load_lesson(Path(name))
    known = {lesson.id: lesson for lesson in lessons()}
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise LessonError(
        f"{name}: no such lesson{hint}\n"
        f"There are {', '.join(known)}; another one is named by its file, such as my/lesson.toml"
    )


def load_lesson(path: Path) -> Lesson:
    """The lesson in a file; a relative `data.file` in it is meant from the file's own folder.

    Raises
    ------
    LessonError
        If the file can't be read, or as `loads_lesson`; the message begins with the path.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):  # to open a pipe would wait for its other end
            raise LessonError(f"{path}: this is no file")
        if found.st_size > LARGEST:
            raise LessonError(f"{path}: larger than 1 MiB, so it is no lesson")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise LessonError(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise LessonError(f"{path}: not a text file in UTF-8") from None
    try:
        return loads_lesson(text, path.parent)
    except LessonError as error:
        raise LessonError(f"{path}:\n{error}") from None


def loads_lesson(text: str, folder: Path | None = None) -> Lesson:
    """The lesson in a TOML text.

    Parameters
    ----------
    folder
        From where a relative `data.file` is meant; None is the current one.

    Raises
    ------
    LessonError
        If the text is no TOML (with line and column), or something in it is refused: one line for
        each problem, with the page and the key.
    """
    try:
        raw = parse(text)
    except TooMuchError as error:
        raise LessonError(f"This is no lesson: {error}") from None
    except ValueError as error:  # such as a number of thousands of digits
        raise LessonError(f"This is not TOML: {error}") from None
    problems: list[str] = []
    _flatten_all(raw, (folder or Path()).absolute(), problems)
    if problems:
        raise LessonError("\n".join(problems))
    try:
        lesson = msgspec.convert(raw, Lesson)
    except msgspec.ValidationError as error:
        raise LessonError(in_words(str(error), raw)) from None
    for index, page in enumerate(lesson.pages):
        problems += [f"{page_name(index, page.title)}, {line}" for line in problems_of(page)]
    if problems:
        raise LessonError("\n".join(problems))
    return lesson


# changes to an experiment


def _flatten_all(raw: dict[str, Any], folder: Path, problems: list[str]) -> None:
    """Replace each table of changes by one of field paths and checked values."""
    for index, page in enumerate(_tables(raw.get("pages"))):
        name = page_name(index, page.get("title"))
        holders = [(page, "experiment", "experiment")]
        pins = enumerate(_tables(page.get("pins")), 1)
        holders += [(pin, "set", f"pins {number}, set") for number, pin in pins]
        question = page.get("question")
        if isinstance(question, dict):
            holders.append((question, "try", "question, try"))
        for table, key, place in holders:
            if isinstance(table.get(key), dict):
                found: list[str] = []
                table[key] = _flat(table[key], folder, found)
                problems += [f"{name}, {place}: {line}" for line in found]


def _tables(value: object) -> list[dict[str, Any]]:
    """The tables of an array; what is none of either is refused later."""
    return [table for table in value if isinstance(table, dict)] if isinstance(value, list) else []


def _flat(changes: Mapping[str, Any], folder: Path, problems: list[str]) -> dict[str, Value]:
    """Field paths and values of `{model = {depth = 1}}` as of `{"model.depth" = 1}`."""
    found: dict[str, Value] = {}
    for key, value in changes.items():
        leaves = {key: value}
        if isinstance(value, dict):
            leaves = {f"{key}.{name}": inner for name, inner in value.items()}
        for path, leaf in leaves.items():
            try:
                found[path] = field(path).check(leaf)
            except ExperimentError as error:
                problems.append(str(error))
    file = str(found.get("data.file", "")).strip()
    if file:
        found["data.file"] = os.path.abspath(folder / os.path.expanduser(file))
    return found
