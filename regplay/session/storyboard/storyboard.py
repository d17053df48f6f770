"""Storyboards: films of the window before they are made.

`EXAMPLE` is one, as a file. Everything in a file is checked when it is read; whether what it
requires holds, training shows when it is rendered.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from regplay.core.experiment import Experiment
from regplay.core.fields import hint_at
from regplay.session.storyboard.steps import (
    LONGEST,
    BeginSection,
    Caption,
    Hide,
    Language,
    PinRun,
    Step,
    StepsTogether,
    StoryboardError,
    end_of_all,
    with_inner,
)
from regplay.session.validation import OneLine

SIZES = ("1280x720", "1920x1080", "2560x1440", "1080x1080", "1080x1920")  # px
EXAMPLE = """\
title = "What weight decay does"
lesson = "weight-decay-sine"
steps = [
  { caption = "A network learns thirty points by heart." },
  { train = "end", seconds = 4 },
  { caption = "Weight decay makes large weights costly." },
  { sweep = "regularization.weight_decay", to = 0.01, seconds = 5 },
  { require = "valid_loss < 0.6 * valid_loss(weight_decay=0)" },
  { caption = "The same points, and a smoother curve." },
]
"""


Percent = Literal[100, 125, 150, 175, 200]  # percent


class FilmSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a film has beside its steps, its sizes and what is worked on.

    Attributes
    ----------
    fps
        Frames a second.
    lesson
        The id of the lesson whose experiment it begins with; empty for none.
    theme, scale
        Of the window; the scale in percent.
    language
        Of the captions, as BCP 47 names it.
    controls
        Field paths of up to three controls that stay in sight; empty for the whole panel.
    """

    title: OneLine
    fps: Literal[10, 15, 20, 25, 30, 50, 60] = 30
    lesson: Annotated[str, Meta(max_length=60)] = ""
    theme: Literal["light", "dark"] = "light"
    scale: Percent = 100
    language: Language = "en"
    controls: Annotated[tuple[str, ...], Meta(max_length=3)] = ()


class Storyboard(FilmSettings, frozen=True, kw_only=True):
    """A film before it is made.

    Attributes
    ----------
    sizes
        Width and height of its frames, px; a film each.
    experiment
        What is worked on when it begins, from its initial weights.
    """

    sizes: tuple[tuple[int, int], ...]
    experiment: Experiment
    steps: tuple[Step, ...]

    @property
    def seconds(self) -> float:
        """How long it is, s; what is trained until a claim holds may take less."""
        return end_of_all(self.steps, 0.0)

    def begin_of(self, index: int) -> float:
        """When a step begins, s; what is trained until a claim holds may take less."""
        begin, at = end_of_all(self.steps[:index], 0.0), self.steps[index].at
        return max(begin, at) if isinstance(at, int | float) else begin

    @property
    def has_captions(self) -> bool:
        """Whether there are captions to be seen."""
        return any(isinstance(step, Caption) for step in with_inner(self.steps))

    @property
    def pin_names(self) -> frozenset[str]:
        """What the runs that it pins are called."""
        steps = with_inner(self.steps)
        return frozenset(step.pin for step in steps if isinstance(step, PinRun))


def of_length(storyboard: Storyboard) -> Storyboard:
    """The film itself, if it is not too long.

    Raises
    ------
    StoryboardError
        With its length.
    """
    if storyboard.seconds > LONGEST:
        raise StoryboardError(
            f"it is {storyboard.seconds:,.0f} s long: a film has at most {LONGEST:,} s"
        )
    return storyboard


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

    def at_mark(step: Step) -> float | str | None:
        text = step.name if step.name in marks else step.at
        if not isinstance(text, str):
            return text
        if text not in marks:
            hint = hint_at(text, [*marks], lists=True)
            raise StoryboardError(f"at = {text}: no such mark{hint}")
        moved.add(text)
        return marks[text]

    steps = tuple(_beginning(step, at_mark) for step in storyboard.steps)
    found = msgspec.structs.replace(storyboard, steps=steps)
    if not moved:
        raise StoryboardError(
            f"no step has the name of a mark, or begins at one; the marks are {', '.join(marks)}"
        )
    return of_length(found)


def unused_marks(storyboard: Storyboard, marks: Iterable[str]) -> list[str]:
    """The marks that are no step's name or `at`."""
    used = {text for step in with_inner(storyboard.steps) for text in (step.name, step.at)}
    return [mark for mark in marks if mark not in used]


def begun_at(storyboard: Storyboard, title: str) -> Storyboard:
    """The film from one of its chapters on, in its own time; what is before happens off camera.

    Raises
    ------
    StoryboardError
        If there is no such chapter, with those that there are, or more than one.
    """
    titles: dict[str, list[int]] = {}
    for number, step in enumerate(storyboard.steps):
        if isinstance(step, BeginSection):
            titles.setdefault(step.section, []).append(number)
    if title not in titles:
        raise StoryboardError(f"{title}: no such chapter; there are {', '.join(titles) or 'none'}")
    index, *others = titles[title]
    if others:
        steps = ", ".join(str(number + 1) for number in titles[title])
        raise StoryboardError(
            f"{title}: {len(titles[title])} chapters are called so (steps {steps}); "
            "give each a name of its own"
        )
    begin = storyboard.begin_of(index)

    def in_its_time(step: Step) -> float | str | None:
        return max(step.at - begin, 0.0) if isinstance(step.at, int | float) else step.at

    before = storyboard.steps[:index]
    rest = tuple(_beginning(step, in_its_time) for step in storyboard.steps[index:])
    return msgspec.structs.replace(storyboard, steps=(Hide(hide=before), *rest) if before else rest)


def _beginning(step: Step, at: Callable[[Step], float | str | None]) -> Step:
    """A step, and those beside one another in it, with what each is to begin at."""
    changes: dict[str, Any] = {"at": at(step)}
    if isinstance(step, StepsTogether):
        tracks = step.together
        changes["together"] = tuple(tuple(_beginning(each, at) for each in it) for it in tracks)
    return msgspec.structs.replace(step, **changes)


def in_language(storyboard: Storyboard, language: str) -> Storyboard:
    """The film with its captions in one of their languages.

    Raises
    ------
    StoryboardError
        If some caption is not given in that language, or none is.
    """
    given = [
        (number, step.texts.keys())
        for number, top in enumerate(storyboard.steps, 1)
        for step in with_inner([top])
        if isinstance(step, Caption) and not isinstance(step.caption, str)
    ]
    if not given and language != storyboard.language:
        raise StoryboardError(f"{language}: all captions are in one language alone")
    for number, languages in given:
        if language not in languages:
            known = ", ".join(languages)
            raise StoryboardError(
                f"step {number} (caption): not given in {language}, but in {known}"
            )
    return msgspec.structs.replace(storyboard, language=language)


def parsed_size(text: str) -> tuple[int, int]:
    """Width and height, such as of 1280x720.

    Raises
    ------
    StoryboardError
        If they are odd, which films can't have, or too small or large.
    """
    found = re.fullmatch(r"([0-9]{1,9})x([0-9]{1,9})", text)
    if found is None:
        raise StoryboardError(f"{text}: a size is written as 1280x720")
    width, height = int(found[1]), int(found[2])
    if width % 2 or height % 2 or not (320 <= width <= 3840 and 320 <= height <= 3840):
        raise StoryboardError(f"{text}: both must be even numbers from 320 to 3,840")
    return width, height
