"""Storyboards out of TOML files, with those that they include: checked whole, or refused.

A step is a table with one verb, such as `sweep`, and what belongs to it; a list within `together`
is of steps one after another.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, ExperimentError, Value, field, from_dict, hint_at
from regplay.session.claims import ClaimError, parse_claim
from regplay.session.lessons import LessonError, find_lesson
from regplay.session.storyboard.steps import (
    FORMS,
    LANGUAGE,
    VERBS,
    Caption,
    Draw,
    Focus,
    Hide,
    Include,
    Require,
    SetValues,
    Step,
    StepsTogether,
    Still,
    StoryboardError,
    SweepField,
    WaitUntil,
    table_files,
    verb,
    with_inner,
)
from regplay.session.storyboard.storyboard import (
    SIZES,
    FilmSettings,
    Storyboard,
    in_language,
    of_length,
    parsed_size,
)
from regplay.session.storyboard.writing import storyboard_toml
from regplay.session.validation import dotted, has_key, parse_toml, read_text, validated

PLACES = ("fit", "losses", "verdict", "timeline")  # what a step may focus on, beside controls
_LARGEST = 1 << 22  # bytes of a file; a line that is drawn has up to 200 points
_MOST_STEPS = 1000  # with those of the files that it includes
_DEEPEST = 5  # files within files, and steps within steps

_Size = Annotated[str, Meta(pattern=r"^[0-9]{1,9}x[0-9]{1,9}$", description="such as 1280x720")]


class _Whole(FilmSettings, frozen=True, kw_only=True):
    """What a file may hold beside its experiment; the steps are read one by one."""

    sizes: Annotated[tuple[_Size, ...], Meta(min_length=1, max_length=6)] = (SIZES[0],)
    page: Annotated[int, Meta(ge=1, le=60)] = 1
    values: dict[str, Value] = msgspec.field(default_factory=dict)
    steps: Annotated[
        tuple[dict[str, Any], ...],
        Meta(min_length=1, max_length=_MOST_STEPS, description="such as [{ wait = 1 }]"),
    ]


# What a file may hold beside its steps.
HEAD = (*(key for key in _Whole.__struct_encode_fields__ if key != "steps"), "experiment")


def load_storyboard(
    path: Path, may_read: Callable[[Sequence[Path]], bool] = lambda files: True
) -> Storyboard:
    """The storyboard in a file.

    Parameters
    ----------
    may_read
        Asked once for each file beside it that it names, whether it may be read: another
        storyboard, a table.

    Raises
    ------
    StoryboardError
        With the file and, where it is a step, its number and verb; or if a file may not be read.
    """
    text = read_text(path, _LARGEST, "storyboard", StoryboardError)
    try:
        return loads_storyboard(text, path.absolute().parent, may_read)
    except StoryboardError as error:
        raise StoryboardError(f"{path}: {error}") from None


def loads_storyboard(
    text: str,
    folder: Path | None = None,
    may_read: Callable[[Sequence[Path]], bool] = lambda files: True,
) -> Storyboard:
    """The storyboard in a TOML text.

    Parameters
    ----------
    folder
        Where the files are that it names; None if it may name none.
    may_read
        As for `load_storyboard`.

    Raises
    ------
    StoryboardError
        With the first thing that is wrong.
    """
    raw = parse_toml(text, "storyboard", StoryboardError)
    experiment = raw.pop("experiment", None)
    if not isinstance(experiment, dict | None):
        raise StoryboardError("experiment must be a table of values, such as { epochs = 300 }")
    whole = validated(raw, _Whole, StoryboardError)
    if experiment is not None and whole.lesson:
        raise StoryboardError("lesson, experiment: give one of both")
    reader = _StepReader(folder, may_read, whole.values)
    try:
        begins = reader.experiment(experiment or {}, whole.lesson, whole.page)
        for path in whole.controls:
            field(path)
    except (ExperimentError, LessonError) as error:
        raise StoryboardError(str(error)) from None
    head = {name: getattr(whole, name) for name in FilmSettings.__struct_fields__}
    sizes, steps = tuple(map(parsed_size, whole.sizes)), reader.steps(whole.steps, "step")
    storyboard = Storyboard(**head, sizes=sizes, experiment=begins, steps=steps)
    return of_length(in_language(storyboard, storyboard.language))


def check_readable(storyboard: Storyboard, folder: Path) -> None:
    """Refuse one whose text, as a file in this folder, could not be read again.

    Raises
    ------
    StoryboardError
        With the limit that it passes.
    """
    text = storyboard_toml(storyboard)
    if (size := len(text.encode())) > _LARGEST:
        raise StoryboardError(f"it is {size >> 10:,} KiB long: there may be {_LARGEST >> 10:,}")
    loads_storyboard(text, folder)


def read_step(text: str, before: Step | None = None) -> Step:
    """The step in a TOML text, the keys of one table; it may include no file.

    Parameters
    ----------
    before
        In whose place it comes; it may take up the tables that this one does, by their names.

    Raises
    ------
    StoryboardError
        With the first thing that is wrong.
    """
    table = parse_toml(text, "step", StoryboardError)
    reader = _StepReader(None, lambda files: False, {})
    for file in table_files(() if before is None else [before]):
        reader.allowed[Path(file).name] = Path(file)
    return reader.steps([table], "step")[0]


def is_storyboard(path: Path) -> bool:
    """Whether a TOML file holds a storyboard: it has steps."""
    return has_key(path, "steps", _LARGEST)


class _StepReader:
    """Reads steps, with those of other files, and counts them.

    Attributes
    ----------
    allowed
        The files that may be read, by the names that a storyboard has for them.
    """

    def __init__(
        self,
        folder: Path | None,
        may_read: Callable[[Sequence[Path]], bool],
        values: Mapping[str, Value],
    ) -> None:
        self._folder, self._may_read, self._values = folder, may_read, values
        self.allowed: dict[str, Path] = {}
        self._stills: dict[str, str] = {}  # which step writes each file; many systems ignore case
        self._count = 0
        self._open: list[str] = []  # the files that are being included, each by the one before

    def experiment(self, raw: dict[str, Any], lesson: str, page: int) -> Experiment:
        """What is worked on at the beginning."""
        if lesson:
            found = find_lesson(lesson) if not lesson.endswith(".toml") else None
            if found is None:
                raise StoryboardError(f"lesson = {lesson}: give the id of a lesson of the program")
            if page > len(found.pages):
                raise StoryboardError(f"page = {page}: {lesson} has {len(found.pages)} pages")
            return found.experiment(page - 1)
        file = raw.get("data", {}).get("file", "") if isinstance(raw.get("data"), dict) else ""
        if file:
            raw = {**raw, "data": {**raw["data"], "file": str(self._beside(str(file)))}}
        return from_dict(raw)

    def _beside(self, name: str) -> Path:
        """A file beside the storyboard, if it may be read."""
        if name not in self.allowed:
            if self._folder is None or Path(name).name != name:
                raise StoryboardError(f"{name}: a storyboard names only files that lie beside it")
            path = self._folder / name
            if not self._may_read([path]):
                raise StoryboardError(f"{name}: it may not be read, so there is no film")
            self.allowed[name] = path
        return self.allowed[name]

    def steps(
        self, raw: Sequence[Mapping[str, Any]], where: str, depth: int = 0, first: int = 1
    ) -> tuple[Step, ...]:
        """Steps in a list of tables; `where` is what a message calls one, before its number."""
        if depth > _DEEPEST:
            raise StoryboardError(f"{where}: nested more than {_DEEPEST} deep")
        found: list[Step] = []
        for number, table in enumerate(raw, first):
            self._count += 1
            if self._count > _MOST_STEPS:
                raise StoryboardError(f"there are more than {_MOST_STEPS} steps")
            step = self._step(table, f"{where} {number}")
            name = f"{where} {number} ({verb(step)})"
            match step:
                case Include(include=file):
                    found += self._included(file, name, depth)
                case Hide(hide=inner):
                    steps = self.steps(_tables(inner, name), f"{name}, step", depth + 1)
                    if any(each.at is not None for each in with_inner(steps)):
                        raise StoryboardError(f"{name}: off camera no time passes; leave out at")
                    if any(isinstance(each, Still) for each in with_inner(steps)):
                        raise StoryboardError(
                            f"{name}: off camera there is no picture; put still after it"
                        )
                    found.append(msgspec.structs.replace(step, hide=steps))
                case StepsTogether(together=inner):
                    beside = self._together(inner, f"{name}, step", depth + 1)
                    if any(isinstance(each, Hide) for each in with_inner(chain(*beside))):
                        raise StoryboardError(
                            f"{name}: hide is off camera, and so would be all beside it; "
                            "make it a step of its own, before this one"
                        )
                    found.append(msgspec.structs.replace(step, together=beside))
                case Still(still=file):
                    other = self._stills.setdefault(file.casefold(), name)
                    if other is not name:
                        raise StoryboardError(
                            f"{name}: {file} is what {other} writes too; give it another name"
                        )
                    found.append(step)
                case SetValues(set={"data.file": str(file)} as values) if file.strip():
                    table_file = str(self._beside(file))
                    values = {**values, "data.file": table_file}
                    found.append(msgspec.structs.replace(step, set=values))
                case _:
                    found.append(step)
        return tuple(found)

    def _together(self, raw: Sequence[Any], where: str, depth: int) -> tuple[tuple[Step, ...], ...]:
        """Steps that begin at one time; a list among them is of steps one after another."""
        found: list[tuple[Step, ...]] = []
        for number, each in enumerate(raw, 1):
            if isinstance(each, list):
                name = f"{where} {number}"
                found.append(self.steps(_tables(each, name), f"{name}, step", depth + 1))
            else:
                steps = self.steps(_tables([each], where), where, depth, number)
                found += [(step,) for step in steps]
        return tuple(found)

    def _included(self, file: str, name: str, depth: int) -> tuple[Step, ...]:
        if file in self._open:
            ways = self._open[self._open.index(file) + 1 :]
            by = f" by way of {', '.join(ways)}" if ways else ""
            raise StoryboardError(f"{name}: {file} includes itself{by}; leave that step out")
        text = read_text(self._beside(file), _LARGEST, "storyboard", StoryboardError)
        raw = parse_toml(text, "storyboard", StoryboardError)
        steps = raw.get("steps")
        if not isinstance(steps, list):
            raise StoryboardError(f"{name}: {file} has no steps")
        self._open.append(file)
        found = self.steps(_tables(steps, name), f"{file}, step", depth + 1)
        self._open.pop()
        return found

    def _step(self, table: Mapping[str, Any], where: str) -> Step:
        verbs = [key for key in table if key in FORMS]
        if len(verbs) > 1:
            raise StoryboardError(
                f"{where}: {' and '.join(verbs)}: make a step of each, or put them into together"
            )
        if not verbs:
            hints = (hint_at(key, VERBS) for key in table)
            hint = next(filter(None, hints), f"; there are {', '.join(VERBS)}")
            raise StoryboardError(f"{where}: no verb is in it{hint}")
        name = f"{where} ({verbs[0]})"
        raw = {key: self._named(value, f"{name}, {key}") for key, value in table.items()}
        if isinstance(values := raw.get("set"), dict):
            raw["set"] = dict(_by_path(values))
        step = validated(
            raw, FORMS[verbs[0]], StoryboardError, lambda steps, _: f"{name}, {dotted(steps, _)}"
        )
        try:
            _check(step)
        except (ExperimentError, ClaimError, StoryboardError) as error:
            raise StoryboardError(f"{name}: {error}") from None
        return step

    def _named(self, value: Any, where: str) -> Any:
        """A value in which names such as `$valley` stand for what the file calls so."""
        if isinstance(value, str) and value.startswith("$"):
            if value[1:] not in self._values:
                known = ", ".join(f"${name}" for name in self._values) or "none"
                raise StoryboardError(f"{where}: {value} is in no values; there are {known}")
            return self._values[value[1:]]
        if isinstance(value, dict):
            return {key: self._named(each, where) for key, each in value.items()}
        return value


def _by_path(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Values by field paths; TOML makes tables of the paths that stand without quotes."""
    for key, value in values.items():
        if isinstance(value, dict):
            yield from ((f"{key}.{path}", each) for path, each in _by_path(value))
        else:
            yield key, value


def _tables(raw: Sequence[Any], where: str) -> Sequence[Mapping[str, Any]]:
    if not all(isinstance(table, dict) for table in raw):
        raise StoryboardError(f"{where}: must be a list of steps, such as {{ wait = 1 }}")
    return raw


def _check(step: Step) -> None:
    """Refuse what has the right form, but names or asks for what there is not."""
    match step:
        case Caption():
            for language in step.texts.keys() - {""}:
                if not re.match(LANGUAGE, language):
                    raise StoryboardError(f"{language}: a language is written as en or pt-BR")
        case SetValues(set=values):
            if not values:
                raise StoryboardError("give a field and its value, such as { epochs = 300 }")
            for path, value in values.items():
                field(path).check(value)
        case SweepField(sweep=path, start=start, to=to):
            found = field(path)
            if found.kind not in ("number", "integer"):
                raise StoryboardError(f"{path} has no slider")
            for end in (to, to if start is None else start):
                is_whole = found.kind == "integer" and end.is_integer()
                found.check(int(end) if is_whole else end)
        case Focus(focus=place) if place and place not in (*PLACES, *FIELDS):
            known = f"; there are {', '.join(PLACES)}, and each control, such as model.depth"
            hint = hint_at(place, [*PLACES, *FIELDS]) or known
            raise StoryboardError(f"{place}: nothing is called so{hint}")
        case WaitUntil(until=claim) | Require(require=claim):
            if not parse_claim(claim).terms:
                raise StoryboardError("nothing is measured in it")
        case Draw(draw="text", text="") | Draw(draw="text", points=()):
            raise StoryboardError("give the text, and one point where it stands")
        case Draw(draw="line" | "arrow", points=points) if len(points) < 2:
            raise StoryboardError("give at least two points")
        case Still(still=file) if not file.endswith(".png"):
            raise StoryboardError(f"{file}: the name of a still ends with .png")
