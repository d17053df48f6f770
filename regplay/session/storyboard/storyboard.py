"""Storyboards: films of the window as TOML files, which say what is done, seen and proved.

`EXAMPLE` is one. A step is a table with one verb, such as `sweep`, and what belongs to it; a list
within `together` is of steps one after another. Everything in a file is checked when it is read;
whether what it requires holds, training shows when it is rendered.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from regplay.core import UserError
from regplay.core.experiment import Experiment
from regplay.core.fields import ExperimentError, Value, field, from_dict, hint_at
from regplay.session.claims import ClaimError, ClaimText, parse_claim
from regplay.session.lessons import LessonError, find_lesson
from regplay.session.session import Annotation, AnnotationPoints, AnnotationText, PlotName
from regplay.session.storyboard.slides import Ease
from regplay.session.validation import (
    EpochNumber,
    OneLine,
    dotted,
    has_key,
    parse_toml,
    read_text,
    validated,
)

SIZES = ("1280x720", "1920x1080", "2560x1440", "1080x1080", "1080x1920")  # px
EXAMPLE = """\
title = "What weight decay does"
lesson = "weight-decay-sine"
steps = [
  { caption = "Thirty points, and a network that learns them by heart." },
  { train = "end", seconds = 4 },
  { caption = "Weight decay makes large weights costly." },
  { sweep = "regularization.weight_decay", to = 0.01, seconds = 5 },
  { require = "valid_loss < 0.6 * valid_loss(weight_decay=0)" },
  { caption = "The same points, and a smoother curve." },
]
"""
PLACES = ("fit", "losses", "verdict", "timeline")  # what a step may focus on, beside controls
# Tabs, and what they show beside the usual: passes with dropout over the fit, remedies compared.
ViewName = Literal["fit", "landscape", "seeds", "network", "split", "band", "thinned", "compare"]

_LARGEST = 1 << 18  # bytes of a file
_MOST_STEPS = 500  # with those of the files that it includes
_DEEPEST = 5  # files within files, and steps within steps
_LONGEST = 1800  # s, of one film
# A caption is found, and read at 15 characters a second, as subtitles are made; none is shorter.
_FOUND_SECONDS, _READ_A_SECOND, _LEAST_SECONDS = 0.5, 15, 1.5

_Seconds = Annotated[float, Meta(ge=0.0, le=600.0)]
_Size = Annotated[str, Meta(pattern=r"^[0-9]{2,4}x[0-9]{2,4}$", description="such as 1280x720")]
_File = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=100,
        pattern=r"^[^/\\:\x00]*$",
        description="the name of a file beside this one",
    ),
]


class StoryboardError(UserError):
    """A storyboard can't be used; the message says which, where, what and what to do."""


class Step(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True
):
    """One step; its verb is the first of its own keys.

    Attributes
    ----------
    name
        By which a mark of a voice-over finds it.
    at
        When it begins, s from the beginning of the film; or the text of a mark, which without marks
        says nothing. None is after the one before.
    """

    name: OneLine | None = None
    at: Annotated[float, Meta(ge=0.0, le=_LONGEST)] | OneLine | None = None


class SetValues(Step, frozen=True):
    """Set fields at once, then wait."""

    set: Mapping[str, Value]
    seconds: _Seconds = 1.0


class SweepField(Step, frozen=True):
    """Drag the slider of a field to a value; without `from`, from where it stands."""

    sweep: str
    to: float
    start: float | None = msgspec.field(default=None, name="from")
    seconds: _Seconds = 4.0
    ease: Ease = "smooth"


class Train(Step, frozen=True):
    """Train so many epochs further, or to the end, in this time; 0 goes back to the beginning.

    A run that is at its end is trained once more from there.
    """

    train: EpochNumber | Literal["end"]
    seconds: _Seconds = 4.0


class Scrub(Step, frozen=True):
    """Drag the handle of the epochs."""

    scrub: EpochNumber | Literal["end", "best"]
    seconds: _Seconds = 3.0
    ease: Ease = "smooth"


class PinRun(Step, frozen=True):
    """Keep the run beside the ones to come, by this name."""

    pin: OneLine
    seconds: _Seconds = 0.5


class ShowTab(Step, frozen=True):
    """Bring a tab to the front, then wait."""

    show: ViewName
    seconds: _Seconds = 1.0


class Caption(Step, frozen=True):
    """Write a sentence below the picture, until the next; usually as long as it takes to read."""

    caption: Annotated[str, Meta(max_length=300)]
    seconds: _Seconds | None = None


class Focus(Step, frozen=True):
    """Give a plot or a control room, and dim the rest; an empty text ends it."""

    focus: str
    seconds: _Seconds = 0.5


class Draw(Step, frozen=True):
    """Draw on a plot, in its own coordinates; `erase` takes away all that was drawn."""

    draw: Literal["line", "arrow", "text", "erase"]
    on: PlotName = "fit"
    points: AnnotationPoints = ()
    text: AnnotationText = ""
    seconds: _Seconds = 1.0

    def annotation(self) -> Annotation:
        """What is there once it is drawn."""
        assert self.draw != "erase"
        return Annotation(draw=self.draw, on=self.on, points=self.points, text=self.text)


class Wait(Step, frozen=True):
    """Do nothing."""

    wait: _Seconds


class WaitUntil(Step, frozen=True):
    """Train until a claim about the run holds; a film in which it does not by `limit` fails."""

    until: ClaimText = msgspec.field(name="wait-until")
    limit: Annotated[float, Meta(ge=0.1, le=120.0)] = 20.0
    epochs: Annotated[int, Meta(ge=1, le=100_000)] = 100  # a second


class Require(Step, frozen=True):
    """A claim that has to hold; else there is no film."""

    require: ClaimText


class Still(Step, frozen=True):
    """Write what is to be seen as a PNG file."""

    still: _File


class BeginSection(Step, frozen=True):
    """Begin a chapter."""

    section: OneLine


class Hide(Step, frozen=True):
    """What happens off camera."""

    hide: tuple[Any, ...]


class StepsTogether(Step, frozen=True):
    """Steps that begin at one time; the longest says how long it takes."""

    together: tuple[Any, ...]


class StepsInTurn(Step, frozen=True):
    """Steps one after another beside others; in a file, a list within `together`."""

    in_turn: tuple[Step, ...]


class Include(Step, frozen=True):
    """The steps of another storyboard."""

    include: _File


_FORMS: Mapping[str, type[Step]] = {
    form.__struct_encode_fields__[0]: form
    for form in (
        *(SetValues, SweepField, Train, Scrub, PinRun, ShowTab, Caption, Focus, Draw, Wait),
        *(WaitUntil, Require, Still, BeginSection, Hide, StepsTogether, Include),
    )
}
# What steps do, each in a sentence.
VERBS: Mapping[str, str] = {
    verb: (form.__doc__ or "").partition("\n")[0] for verb, form in _FORMS.items()
}


class _Whole(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What a file may hold beside its experiment; the steps are read one by one."""

    title: OneLine
    sizes: Annotated[tuple[_Size, ...], Meta(min_length=1, max_length=6)] = (SIZES[0],)
    fps: Literal[10, 15, 20, 25, 30, 50, 60] = 30
    lesson: Annotated[str, Meta(max_length=60)] = ""
    page: Annotated[int, Meta(ge=1, le=60)] = 1
    theme: Literal["light", "dark"] = "light"
    scale: Literal[100, 125, 150, 175, 200] = 100
    language: Annotated[
        str, Meta(max_length=20, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$", description="such as en")
    ] = "en"
    controls: Annotated[tuple[str, ...], Meta(max_length=3)] = ()
    values: dict[str, Value] = {}
    steps: Annotated[tuple[dict[str, Any], ...], Meta(min_length=1, max_length=_MOST_STEPS)]


@dataclass(frozen=True)
class Storyboard:
    """A film before it is made.

    Attributes
    ----------
    sizes
        Width and height of its frames, px; a film each.
    fps
        Frames a second.
    experiment
        What is worked on when it begins, from its initial weights.
    lesson
        The id of the lesson whose experiment that is; empty for none.
    theme, scale
        Of the window; the scale in percent.
    language
        Of the captions, as BCP 47 names it.
    controls
        Field paths of up to three controls that stay in sight; empty for the whole panel.
    """

    title: str
    sizes: tuple[tuple[int, int], ...]
    fps: int
    experiment: Experiment
    lesson: str
    theme: Literal["light", "dark"]
    scale: int
    language: str
    controls: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def seconds(self) -> float:
        """How long it is, s; what is trained until a claim holds may take less."""
        return _end_of_all(self.steps, 0.0)


def verb(step: Step) -> str:
    """What a step does, in the word of the file."""
    return str(step.__struct_encode_fields__[0])


def duration(step: Step) -> float:
    """How long a step takes at most, s."""
    match step:
        case Caption(seconds=None, caption=text):
            read = _FOUND_SECONDS + len(text) / _READ_A_SECOND
            return max(read, _LEAST_SECONDS) if text else 0.0
        case Wait(wait=seconds) | WaitUntil(limit=seconds):
            return seconds
    return float(getattr(step, "seconds", 0.0))


def _end_of(step: Step, begin: float) -> float:
    """When a step is over that may begin at some second, s."""
    if isinstance(step.at, int | float):
        begin = max(begin, step.at)
    match step:
        case StepsTogether(together=steps):
            return max((_end_of(each, begin) for each in steps), default=begin)
        case StepsInTurn(in_turn=steps):
            return _end_of_all(steps, begin)
    return begin + duration(step)


def _end_of_all(steps: Sequence[Step], begin: float) -> float:
    """When the last of steps is over, one after another, s."""
    for step in steps:
        begin = _end_of(step, begin)
    return begin


# files


def load_storyboard(
    path: Path, may_read: Callable[[Sequence[Path]], bool] = lambda files: True
) -> Storyboard:
    """The storyboard in a file.

    Parameters
    ----------
    may_read
        Asked once whether files beside it that it names may be read: another storyboard, a table.

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
    storyboard = Storyboard(
        whole.title,
        tuple(parsed_size(text) for text in whole.sizes),
        whole.fps,
        begins,
        whole.lesson,
        whole.theme,
        whole.scale,
        whole.language,
        whole.controls,
        reader.steps(whole.steps, "step"),
    )
    return _of_length(storyboard)


def _of_length(storyboard: Storyboard) -> Storyboard:
    """The film itself, if it is not too long."""
    if storyboard.seconds > _LONGEST:
        raise StoryboardError(
            f"it is {storyboard.seconds:,.0f} s long: a film has at most {_LONGEST:,} s"
        )
    return storyboard


def read_step(text: str) -> Step:
    """The step in a TOML text, the keys of one table; it may include no file.

    Raises
    ------
    StoryboardError
        With the first thing that is wrong.
    """
    table = parse_toml(text, "step", StoryboardError)
    return _StepReader(None, lambda files: False, {}).steps([table], "step")[0]


def is_storyboard(path: Path) -> bool:
    """Whether a TOML file holds a storyboard: it has steps."""
    return has_key(path, "steps", _LARGEST)


def at_marks(storyboard: Storyboard, marks: Mapping[str, float]) -> Storyboard:
    """The film with its steps moved to the marks of a voice-over.

    Parameters
    ----------
    marks
        When what is said begins, s; by its text, which is the name of a step, or its `at`.

    Raises
    ------
    StoryboardError
        If there is no step for any of them, no mark for an `at`, or the film gets too long.
    """
    moved = set[str]()

    def placed(step: Step) -> Step:
        changes: dict[str, Any] = {}
        match step:
            case StepsTogether(together=steps):
                changes["together"] = tuple(map(placed, steps))
            case StepsInTurn(in_turn=steps):
                changes["in_turn"] = tuple(map(placed, steps))
        text = step.name if step.name in marks else step.at
        if isinstance(text, str):
            if text not in marks:
                hint = hint_at(text, [*marks], lists=True)
                raise StoryboardError(f"at = {text}: no such mark{hint}")
            moved.add(text)
            changes["at"] = marks[text]
        return msgspec.structs.replace(step, **changes)

    found = replace(storyboard, steps=tuple(map(placed, storyboard.steps)))
    if not moved:
        raise StoryboardError(
            f"no step has the name of a mark, or begins at one; the marks are {', '.join(marks)}"
        )
    return _of_length(found)


def begun_at(storyboard: Storyboard, title: str) -> Storyboard:
    """The film from one of its chapters on; what is before happens off camera.

    Raises
    ------
    StoryboardError
        If there is no such chapter, with those that there are.
    """
    titles = {
        step.section: index
        for index, step in enumerate(storyboard.steps)
        if isinstance(step, BeginSection)
    }
    if title not in titles:
        raise StoryboardError(f"{title}: no such chapter; there are {', '.join(titles) or 'none'}")
    index = titles[title]
    before, rest = storyboard.steps[:index], storyboard.steps[index:]
    return replace(storyboard, steps=(Hide(hide=before), *rest) if before else rest)


def parsed_size(text: str) -> tuple[int, int]:
    """Width and height, such as of 1280x720.

    Raises
    ------
    StoryboardError
        If they are odd, which films can't have, or too small or large.
    """
    found = re.fullmatch(r"([0-9]{2,4})x([0-9]{2,4})", text)
    if found is None:
        raise StoryboardError(f"{text}: a size is written as 1280x720")
    width, height = int(found[1]), int(found[2])
    if width % 2 or height % 2 or not (320 <= width <= 3840 and 320 <= height <= 3840):
        raise StoryboardError(f"{text}: both must be even numbers from 320 to 3,840")
    return width, height


class _StepReader:
    """Reads steps, with those of other files, and counts them."""

    def __init__(
        self,
        folder: Path | None,
        may_read: Callable[[Sequence[Path]], bool],
        values: Mapping[str, Value],
    ) -> None:
        self._folder, self._may_read, self._values = folder, may_read, values
        self._count = 0

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
        if self._folder is None or Path(name).name != name:
            raise StoryboardError(f"{name}: a storyboard names only files that lie beside it")
        path = self._folder / name
        if not self._may_read([path]):
            raise StoryboardError(f"{name}: it may not be read, so there is no film")
        return path

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
                    if any(each.at is not None for each in steps):
                        raise StoryboardError(f"{name}: off camera no time passes; leave out at")
                    found.append(msgspec.structs.replace(step, hide=steps))
                case StepsTogether(together=inner):
                    beside = self._together(inner, f"{name}, step", depth + 1)
                    found.append(msgspec.structs.replace(step, together=beside))
                case _:
                    found.append(step)
        return tuple(found)

    def _together(self, raw: Sequence[Any], where: str, depth: int) -> tuple[Step, ...]:
        """Steps that begin at one time; a list among them is of steps one after another."""
        found: list[Step] = []
        for number, each in enumerate(raw, 1):
            if isinstance(each, list):
                name = f"{where} {number}"
                steps = self.steps(_tables(each, name), f"{name}, step", depth + 1)
                found.append(StepsInTurn(in_turn=steps))
            else:
                found += self.steps(_tables([each], where), where, depth, number)
        return tuple(found)

    def _included(self, file: str, name: str, depth: int) -> tuple[Step, ...]:
        text = read_text(self._beside(file), _LARGEST, "storyboard", StoryboardError)
        raw = parse_toml(text, "storyboard", StoryboardError)
        steps = raw.get("steps")
        if not isinstance(steps, list):
            raise StoryboardError(f"{name}: {file} has no steps")
        return self.steps(_tables(steps, name), f"{file}, step", depth + 1)

    def _step(self, table: Mapping[str, Any], where: str) -> Step:
        verbs = [key for key in table if key in _FORMS]
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
        step = validated(
            raw, _FORMS[verbs[0]], StoryboardError, lambda steps, _: f"{name}, {dotted(steps, _)}"
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


def _tables(raw: Sequence[Any], where: str) -> Sequence[Mapping[str, Any]]:
    if not all(isinstance(table, dict) for table in raw):
        raise StoryboardError(f"{where}: must be a list of steps, such as {{ wait = 1 }}")
    return raw


def _check(step: Step) -> None:
    """Refuse what has the right form, but names or asks for what there is not."""
    match step:
        case SetValues(set=values):
            for path, value in values.items():
                field(path).check(value)
        case SweepField(sweep=path, start=start, to=to):
            found = field(path)
            if found.kind not in ("number", "integer"):
                raise StoryboardError(f"{path} has no slider")
            for end in (to, to if start is None else start):
                found.check(int(end) if found.kind == "integer" else end)
        case Focus(focus=place) if place and place not in PLACES:
            field(place)
        case WaitUntil(until=claim) | Require(require=claim):
            if not parse_claim(claim).terms:
                raise StoryboardError("nothing is measured in it")
        case Draw(draw="text", text="") | Draw(draw="text", points=()):
            raise StoryboardError("give the text, and one point where it stands")
        case Draw(draw="line" | "arrow", points=points) if len(points) < 2:
            raise StoryboardError("give at least two points")
        case Still(still=file) if not file.endswith(".png"):
            raise StoryboardError(f"{file}: the name of a still ends with .png")
