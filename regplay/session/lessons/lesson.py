"""Lessons: guided tours of the program, a TOML file each, that prove what they say.

Everything in a file is checked when it is read: fields exist, values are allowed, claims can be
read, a question has one right option. Whether the claims hold, `regplay.session.lessons.check`
finds out by training.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from math import ceil, floor
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from regplay.core import UserError, fields
from regplay.core.experiment import Experiment
from regplay.core.fields import ExperimentError, Value, field, hint_at
from regplay.core.hyperparameters import why_no_curve
from regplay.core.verdict import VerdictKind
from regplay.resources import resource
from regplay.session.claims import ClaimError, ClaimText, Statement, parse_claim
from regplay.session.experiment_text import absolute
from regplay.session.pins import MOST as MOST_PINS
from regplay.session.validation import KeyPath, OneLine, has_key, parse_toml, read_text, validated

ShownTab = Literal["fit", "landscape", "seeds", "network", "split"]
Changes = Mapping[str, Value]  # field paths and values

_Text = Annotated[str, Meta(max_length=20_000)]
_Prose = Annotated[_Text, Meta(min_length=1)]
_Id = Annotated[
    str,
    Meta(
        max_length=60,
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        description="small letters, digits and hyphens, such as weight-decay",
    ),
]
_MOST_SEEDS = 1000
_LARGEST = 1 << 20  # bytes of a file


def page_name(index: int, title: object) -> str:
    """A page, counted from 0, by its number and title."""
    return f"page {index + 1}" + (f" ({title})" if isinstance(title, str) and title else "")


class LessonPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of a lesson file."""


class Option(LessonPart, frozen=True):
    """A possible answer; `because` says why it is right or wrong, unless the page does."""

    text: _Prose
    because: _Text = ""
    right: bool = False


class Handle(LessonPart, frozen=True):
    """A slider to put where the answer is expected: right from `low` to `high`."""

    field: str  # the path of a field that has a slider; its scale is that slider's
    low: float
    high: float


class Question(LessonPart, frozen=True):
    """A question with one right option, or with a handle in their place."""

    text: _Prose
    options: Annotated[tuple[Option, ...], Meta(max_length=4)] = ()
    handle: Handle | None = None

    def is_right(self, answer: float) -> bool:
        """Whether an answer is right: the index of an option, or where the handle was put."""
        if self.handle is not None:
            return self.handle.low <= answer <= self.handle.high
        return answer == self.right

    @property
    def right(self) -> int:
        """The index of the right option."""
        return [option.right for option in self.options].index(True)


class PinSpec(LessonPart, frozen=True):
    """A run that is pinned when the page opens: changes to the experiment of the page."""

    name: OneLine
    set: Changes = {}


class Claim(LessonPart, frozen=True):
    """A statement that training has to show."""

    text: _Prose  # what it says to a person
    claim: ClaimText  # what it says to the program, as `regplay.session.claims` reads it
    # With how many seeds it is checked, and for how many of these it has to hold
    seeds: Annotated[int, Meta(ge=1, le=_MOST_SEEDS)]
    agree: Annotated[int, Meta(ge=1, le=_MOST_SEEDS)]

    @property
    def statement(self) -> Statement:
        """The claim as it is checked."""
        return parse_claim(self.claim)

    def agree_of(self, seeds: int) -> int:
        """For how many of another number of seeds it has to hold: the same share, rounded up."""
        return -(-self.agree * seeds // self.seeds)


class Page(LessonPart, frozen=True):
    """One screen of a lesson: predict, do, see and say why, in this order."""

    title: OneLine
    text: _Text = ""  # what has to be known first
    question: Question | None = None  # what to predict
    do: _Text = ""  # what to do; the claims, which are seen, and `why` come after it
    # Changes to the experiment of the page, `try` in the file, and an epoch to go back to, which do
    # that
    tries: Changes = msgspec.field(name="try", default_factory=dict)
    moment: Annotated[int, Meta(ge=0)] | None = None
    claims: tuple[Claim, ...] = ()
    why: _Text = ""  # why it is so
    # What the text says of the experiment of the page, once it is trained
    verdict: VerdictKind | None = None
    published: bool = False  # whether the settings are those of a published recipe, as it has them
    # Whether `changes` are made to the defaults instead of the experiment of the page before
    fresh: bool = False
    # To that experiment; `experiment` in the file
    changes: Changes = msgspec.field(name="experiment", default_factory=dict)
    # Field paths of controls that are pointed out, left out, or show their curve
    highlights: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()
    view: ShownTab | None = None  # the tab to show; None leaves it as it is
    curves: tuple[str, ...] = ()
    plays: bool = True  # whether training starts when the page opens
    pins: tuple[PinSpec, ...] = ()

    @property
    def words(self) -> int:
        """How many words are read on the way through it, its title and `because` aside."""
        texts = [self.text, self.do, self.why, *(claim.text for claim in self.claims)]
        if self.question is not None:
            texts += [self.question.text, *(option.text for option in self.question.options)]
        return sum(len(re.findall(r"\w[\w.,'’-]*", text)) for text in texts)


class Lesson(LessonPart, frozen=True, dict=True):
    """A guided tour; `summary` is one line, `minutes` what it takes a person."""

    id: _Id
    title: OneLine
    summary: OneLine
    minutes: Annotated[int, Meta(ge=1, le=240)]
    pages: Annotated[tuple[Page, ...], Meta(min_length=1, max_length=60)]
    quiz: bool = False  # whether its answers are counted, and may be given again

    def experiment(self, page: int) -> Experiment:
        """What a page, counted from 0, works on.

        Raises
        ------
        IndexError
            If there is no such page.
        """
        if not 0 <= page < len(self.pages):
            raise IndexError(f"there is no page {page} among {len(self.pages)}")
        return self._experiments[page]

    @cached_property
    def _experiments(self) -> Sequence[Experiment]:
        found = [Experiment()]
        for page in self.pages:
            base = Experiment() if page.fresh else found[-1]
            found.append(fields.replace(base, page.changes))
        return found[1:]

    @property
    def files(self) -> tuple[str, ...]:
        """The files that its pages, pins and questions learn from, each once."""
        changes = [page.changes for page in self.pages]
        changes += [pin.set for page in self.pages for pin in page.pins]
        changes += [page.tries for page in self.pages]
        files = (str(each.get("data.file", "")) for each in changes)
        return tuple(dict.fromkeys(file for file in files if file.strip()))

    @property
    def claims(self) -> list[tuple[int, Claim]]:
        """All claims with the index of their page, in order."""
        return [(index, claim) for index, page in enumerate(self.pages) for claim in page.claims]


# files


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
    raise LessonError(
        f"{name}: no such lesson{hint_at(name, known)}\n"
        f"There are {', '.join(known)}; another one is named by its file, such as my/lesson.toml"
    )


def is_lesson(path: Path) -> bool:
    """Whether a TOML file holds a lesson: it has pages."""
    return has_key(path, "pages", _LARGEST)


def load_lesson(path: Path) -> Lesson:
    """The lesson in a file; a relative `data.file` in it is meant from the file's own folder.

    Raises
    ------
    LessonError
        If the file can't be read, or as `loads_lesson`; the message begins with the path.
    """
    text = read_text(path, _LARGEST, "lesson", LessonError)
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
    raw = parse_toml(text, "lesson", LessonError)
    problems: list[str] = []
    _flatten_all(raw, (folder or Path()).absolute(), problems)
    if problems:
        raise LessonError("\n".join(problems))
    lesson = validated(raw, Lesson, LessonError, _place)
    for index, page in enumerate(lesson.pages):
        problems += [f"{page_name(index, page.title)}, {line}" for line in _problems_of(page)]
    if problems:
        raise LessonError("\n".join(problems))
    return lesson


def _place(steps: KeyPath, raw: Any) -> str:
    """The page and the key, such as `page 2 (Noise), claims 1, seeds`."""
    words: list[str] = []
    for step in steps:
        try:
            raw = raw[step]
        except (KeyError, IndexError, TypeError):
            raw = None
        if isinstance(step, str):
            words.append(step)
        elif words == ["pages"]:
            words = [page_name(step, raw.get("title") if isinstance(raw, dict) else None)]
        else:
            words[-1] += f" {step + 1}"
    return ", ".join(words)


def _problems_of(page: Page) -> list[str]:
    """A line for each thing on a page that is refused although it has the right form."""
    found = []
    for key in ("highlights", "hides", "curves"):
        for path in getattr(page, key):
            try:
                field(path)
            except ExperimentError as error:
                found.append(f"{key}: {error}")
    found += [f"curves: {why}" for path in page.curves if (why := why_no_curve(path))]
    both = [path for path in page.highlights if path in page.hides]
    found += [f"hides: {path} is highlighted too; do one of both" for path in both]
    names = [pin.name for pin in page.pins]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    found += [f"pins: {name} is the name of several; give each its own" for name in twice]
    if len(page.pins) > MOST_PINS:
        found.append(f"pins: {len(page.pins)} are more than the {MOST_PINS} there is room for")
    for number, claim in enumerate(page.claims, 1):
        found += [f"claims {number}, {line}" for line in _problems_of_claim(claim)]
    if not (page.text or page.do or page.question):
        found.append("text is missing: a page needs a text, a question or something to do")
    if page.question is not None:
        found += [f"question: {line}" for line in _problems_of_question(page.question)]
    return found


def _problems_of_question(question: Question) -> list[str]:
    if question.handle is None:
        count, right = len(question.options), sum(option.right for option in question.options)
        if count < 2:
            return [f"{count} options: give 2 to 4, or a handle"]
        return [] if right == 1 else [f"{right} options are right; mark one with right = true"]
    path = question.handle.field
    if question.options:
        return ["options, handle: give one of both"]
    try:
        known = field(path)
    except ExperimentError as error:
        return [f"handle: {error}"]
    if known.kind not in ("number", "integer"):
        return [f"handle: {path} has no slider"]
    low, high = question.handle.low, question.handle.high
    first = low if known.minimum is None else max(low, known.minimum)
    last = high if known.maximum is None else min(high, known.maximum)
    if first <= last and (known.kind == "number" or ceil(first) <= floor(last)):
        return []
    return [f"handle: no value of {path} lies from low = {low:g} to high = {high:g}"]


def _problems_of_claim(claim: Claim) -> list[str]:
    found = []
    try:
        terms = claim.statement.terms
        if not terms:
            found.append("claim: nothing is measured in it")
    except ClaimError as error:
        found.append(f"claim: {error}\n    {claim.claim}\n    {' ' * (error.column - 1)}^")
    if claim.agree > claim.seeds:
        found.append(f"agree = {claim.agree}: more than the {claim.seeds} seeds that there are")
    return found


# changes to an experiment


def _flatten_all(raw: dict[str, Any], folder: Path, problems: list[str]) -> None:
    """Replace each table of changes by one of field paths and checked values."""
    for index, page in enumerate(_tables(raw.get("pages"))):
        name = page_name(index, page.get("title"))
        holders = [(page, "experiment", "experiment")]
        pins = enumerate(_tables(page.get("pins")), 1)
        holders += [(pin, "set", f"pins {number}, set") for number, pin in pins]
        holders.append((page, "try", "try"))
        question = page.get("question")
        if isinstance(question, dict):
            holders.append((question, "try", "question, try"))
        for table, key, place in holders:
            if isinstance(table.get(key), dict):
                found: list[str] = []
                table[key] = _flat(table[key], folder, found)
                problems += [f"{name}, {place}: {line}" for line in found]
        if isinstance(question, dict) and "try" in question:  # another place for that of the page
            page.setdefault("try", question.pop("try"))


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
    file = str(found.get("data.file", ""))
    if file.strip():
        found["data.file"] = absolute(file, folder)
    return found
