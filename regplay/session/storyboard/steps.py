"""The steps of a storyboard: what each does, and how long that takes."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from regplay.core import UserError
from regplay.core.fields import Value
from regplay.session.claims import ClaimText
from regplay.session.session import Annotation, AnnotationPoints, AnnotationText, PlotName
from regplay.session.validation import EpochNumber, OneLine

# Tabs, and what they show beside the usual: passes with dropout over the fit, remedies compared.
ViewName = Literal["fit", "landscape", "seeds", "network", "split", "band", "thinned", "compare"]
Ease = Literal["linear", "smooth"]
LONGEST = 1800  # s, of one film
LONGEST_STEP = 600.0  # s
# A caption is found, and read at 15 characters a second, as subtitles are made; none is shorter.
_FOUND_SECONDS, _READ_A_SECOND, _LEAST_SECONDS = 0.5, 15, 1.5

_Seconds = Annotated[float, Meta(ge=0.0, le=LONGEST_STEP)]
_File = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=100,
        pattern=r"^[^/\\:\x00]*$",
        description="the name of a file beside this one",
    ),
]
LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$"
Language = Annotated[str, Meta(max_length=20, pattern=LANGUAGE, description="such as en")]
LONGEST_CAPTION = 300  # letters
_CaptionText = Annotated[str, Meta(max_length=LONGEST_CAPTION)]


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
    keys
        Shown as pressed when it begins, such as `Ctrl+R`.
    """

    name: OneLine | None = None
    at: Annotated[float, Meta(ge=0.0, le=LONGEST)] | OneLine | None = None
    keys: Annotated[str, Meta(min_length=1, max_length=30)] | None = None


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
    """Write a sentence below the picture, until the next; usually as long as it takes to read.

    In several languages, it takes as long in each as the longest of them takes to read.
    """

    caption: _CaptionText | Annotated[Mapping[str, _CaptionText], Meta(min_length=1)]
    seconds: _Seconds | None = None

    def text(self, language: str) -> str:
        """What it says in a language, or in the first that there is."""
        texts = self.texts
        return texts[language] if language in texts else next(iter(texts.values()))

    @property
    def texts(self) -> Mapping[str, str]:
        """What it says, by language; one that says the same in all has none."""
        return {"": self.caption} if isinstance(self.caption, str) else self.caption


class Focus(Step, frozen=True):
    """Give a plot or a control room, and dim the rest; an empty text ends it."""

    focus: str
    seconds: _Seconds = 0.5


class Draw(Step, frozen=True):
    """Draw on a plot, in its own coordinates; `erase` takes away all, or what begins at points."""

    draw: Literal["line", "arrow", "text", "erase"]
    on: PlotName = "fit"
    points: AnnotationPoints = ()
    text: AnnotationText = ""
    seconds: _Seconds = 1.0

    def annotation(self) -> Annotation:
        """What is there once it is drawn."""
        assert self.draw != "erase"
        return Annotation(draw=self.draw, on=self.on, points=self.points, text=self.text)

    def leaves(self, drawn: Iterable[Annotation]) -> tuple[Annotation, ...]:
        """What is left of what was drawn once it is erased."""
        assert self.draw == "erase"
        if not self.points:
            return ()
        gone = {(self.on, point) for point in self.points}
        return tuple(each for each in drawn if not {(each.on, p) for p in each.points[:1]} & gone)


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
    """Steps that begin at one time; the longest says how long it takes.

    Each is a tuple of steps one after another, of one alone where a file has no list.
    """

    together: tuple[Any, ...]


class Include(Step, frozen=True):
    """The steps of another storyboard."""

    include: _File


FORMS: Mapping[str, type[Step]] = {
    form.__struct_encode_fields__[0]: form
    for form in (
        *(SetValues, SweepField, Train, Scrub, PinRun, ShowTab, Caption, Focus, Draw, Wait),
        *(WaitUntil, Require, Still, BeginSection, Hide, StepsTogether, Include),
    )
}
# What steps do, each in a sentence.
VERBS: Mapping[str, str] = {
    verb: (form.__doc__ or "").partition("\n")[0] for verb, form in FORMS.items()
}
# The keys that each may have beside its verb and those that all steps have.
KEYS: Mapping[str, tuple[str, ...]] = {
    verb: form.__struct_encode_fields__[1 : -len(Step.__struct_fields__)]
    for verb, form in FORMS.items()
}


def verb(step: Step) -> str:
    """What a step does, in the word of the file."""
    return str(step.__struct_encode_fields__[0])


def with_inner(steps: Iterable[Step]) -> Iterator[Step]:
    """Steps, each before those within it."""
    for step in steps:
        yield step
        match step:
            case Hide(hide=inner):
                yield from with_inner(inner)
            case StepsTogether(together=tracks):
                yield from with_inner(chain.from_iterable(tracks))


def table_files(steps: Iterable[Step]) -> Iterator[str]:
    """The paths of the tables that steps take up, as often as they do."""
    for step in with_inner(steps):
        match step:
            case SetValues(set={"data.file": str(file)}) if file.strip():
                yield file


def duration(step: Step) -> float:
    """How long a step takes at most, s."""
    match step:
        case Caption(seconds=None):
            longest = max(map(len, step.texts.values()))
            read = _FOUND_SECONDS + longest / _READ_A_SECOND
            return max(read, _LEAST_SECONDS) if longest else 0.0
        case Wait(wait=seconds) | WaitUntil(limit=seconds):
            return seconds
    return float(getattr(step, "seconds", 0.0))


def _end_of(step: Step, begin: float) -> float:
    """When a step is over that may begin at some second, s."""
    if isinstance(step.at, int | float):
        begin = max(begin, step.at)
    if isinstance(step, StepsTogether):
        return max((end_of_all(each, begin) for each in step.together), default=begin)
    return begin + duration(step)


def end_of_all(steps: Sequence[Step], begin: float) -> float:
    """When the last of steps is over, one after another, s."""
    for step in steps:
        begin = _end_of(step, begin)
    return begin


def eased(share: float, ease: Ease) -> float:
    """How far a hand is, 0–1, after a share of the time; `smooth` starts and stops gently."""
    return share if ease == "linear" else share * share * (3.0 - 2.0 * share)


def between_epochs(start: int, to: int, share: float) -> int:
    """The epoch at a share of the way, 0–1: early epochs, in which the most happens, take longer.

    Equal ways are equal factors of the epoch + 1, as on the axes of the losses.
    """
    low, high = math.log1p(start), math.log1p(to)
    return to if share >= 1.0 else round(math.expm1(low + share * (high - low)))
