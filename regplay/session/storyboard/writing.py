"""Storyboards and their steps as text, which reads the same again; and as a file."""

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import tomli_w

from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, ExperimentError, from_dict, replace, to_dict
from regplay.session.experiment_text import changes
from regplay.session.files import write_files
from regplay.session.lessons import LessonError, find_lesson
from regplay.session.storyboard.steps import (
    Hide,
    SetValues,
    Step,
    StepsTogether,
    StoryboardError,
    SweepField,
    table_files,
    verb,
)
from regplay.session.storyboard.storyboard import FilmSettings, Storyboard

StepTable = dict[str, Any]


def step_table(step: Step) -> StepTable:
    """A step as a table, its verb first, then what is not as ever, its name and time last.

    A table that it takes up is named as one beside the file.
    """
    table: StepTable = msgspec.to_builtins(step)
    match step:
        case SetValues(set={"data.file": str(file)}):
            table["set"]["data.file"] = _name_of(file)
        case SweepField(sweep=path) if FIELDS[path].kind == "integer":
            table |= {end: int(table[end]) for end in ("from", "to") if end in table}
        case Hide(hide=steps):
            table["hide"] = [*map(step_table, steps)]
        case StepsTogether(together=tracks):
            lists = [[*map(step_table, steps)] for steps in tracks]
            table["together"] = [each[0] if len(each) == 1 else each for each in lists]
    first, last = verb(step), ("name", "at", "keys")
    rest = {key: value for key, value in table.items() if key not in (first, *last)}
    end = {key: table[key] for key in last if table.get(key) is not None}
    return {first: table[first], **rest, **end}


def step_toml(step: Step) -> str:
    """A step as TOML, without the heading of its table."""
    return tomli_w.dumps(step_table(step))


def storyboard_toml(storyboard: Storyboard) -> str:
    """A storyboard as TOML. A table that it learns from is named as one beside the file.

    Named values and included files are not kept: their steps stand in the text themselves.
    """
    head: StepTable = {"title": storyboard.title}
    head |= _lesson(storyboard)
    head["sizes"] = [f"{width}x{height}" for width, height in storyboard.sizes]
    for key in msgspec.structs.fields(FilmSettings):
        value = getattr(storyboard, key.name)
        if key.name not in ("title", "lesson") and value != key.default:
            head[key.name] = [*value] if isinstance(value, tuple) else value
    if "lesson" not in head:
        head["experiment"] = _experiment(storyboard.experiment)
    steps = "".join(f"\n[[steps]]\n{_inline(step_table(step))}" for step in storyboard.steps)
    return tomli_w.dumps(head) + steps


def write_storyboard(path: Path, storyboard: Storyboard) -> tuple[str, ...]:
    """Write a storyboard, and copies of its tables beside it, where alone it will look for them.

    Returns
    -------
    The names of the tables that were copied: those that are not there yet. One that can't be read
    is left out, which training says.

    Raises
    ------
    StoryboardError
        If another file of the name of a table is there; nothing is written then.
    OutputError
        If a file can't be written.
    """
    copies: dict[str, bytes] = {}
    for file in dict.fromkeys((storyboard.experiment.data.file, *table_files(storyboard.steps))):
        table = _content(Path(file.strip()).expanduser())
        if table is None:
            continue
        name = _name_of(file.strip())
        there = path.with_name(name)
        if name not in copies and not there.exists():
            copies[name] = table
        elif table != copies.get(name, _content(there)):
            raise StoryboardError(
                f"This storyboard learns from {file}, of which a copy has to lie beside it, but "
                f"another {name} is in {path.parent}: save it in another folder."
            )
    write_files(path.parent, {**copies, path.name: storyboard_toml(storyboard)})
    return tuple(copies)


def _content(path: Path) -> bytes | None:
    """What is in a file; None if it can't be read, or is a pipe or the like."""
    with contextlib.suppress(OSError):
        return path.read_bytes() if path.is_file() else None
    return None


def _lesson(storyboard: Storyboard) -> StepTable:
    """The lesson and the page that the experiment is of, if there is such a page."""
    try:
        lesson = find_lesson(storyboard.lesson) if storyboard.lesson else None
    except LessonError:
        return {}
    for index in range(0 if lesson is None else len(lesson.pages)):
        if lesson is not None and lesson.experiment(index) == storyboard.experiment:
            return {"lesson": storyboard.lesson} | ({"page": index + 1} if index else {})
    return {}


def _experiment(experiment: Experiment) -> StepTable:
    """What of it is not as ever, in nested tables."""
    experiment = replace(experiment, {"data.file": _name_of(experiment.data.file)})
    table: StepTable = {}
    for path, value in changes(Experiment(), experiment).items():
        *groups, name = path.split(".")
        inner = table
        for group in groups:
            inner = inner.setdefault(group, {})
        inner[name] = value
    try:
        is_same = from_dict(table) == experiment
    except ExperimentError:
        is_same = False
    return table if is_same else dict(to_dict(experiment))


def _name_of(file: str) -> str:
    """The name of a table, since only files beside a storyboard may be named."""
    return file.replace("\\", "/").rpartition("/")[2]


def _inline(table: Mapping[str, Any]) -> str:
    """Key and value a line; tables within stand in braces, as in a step that is written by hand."""
    return "".join(f"{_key(key)} = {_value(value)}\n" for key, value in table.items())


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {_value(each)}" for k, each in value.items()) + " }"
    if isinstance(value, list | tuple):
        if _holds_steps(value):
            return "[\n" + "".join(f"  {_value(each)},\n" for each in value) + "]"
        return "[" + ", ".join(map(_value, value)) + "]"
    return tomli_w.dumps({"x": value}).removeprefix("x = ").rstrip("\n")


def _holds_steps(values: Any) -> bool:
    """Whether there are tables in a list, or in lists within it; else it is of points."""
    if isinstance(values, list | tuple):
        return any(map(_holds_steps, values))
    return isinstance(values, Mapping)


def _key(key: str) -> str:
    return key if key.replace("-", "").replace("_", "").isalnum() else f'"{key}"'
