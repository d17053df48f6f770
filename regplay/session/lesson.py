"""What a lesson is made of: pages with text, an experiment, claims and questions."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from regplay.core import fields
from regplay.core.experiment import Experiment
from regplay.core.fields import Value
from regplay.session.claims import LONGEST_CLAIM, Statement, parse_claim

View = Literal["fit", "landscape", "seeds", "network", "split"]
Changes = Mapping[str, Value]  # field paths and values

_ONE_LINE = r"^[^\n]*$"
_Line = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=300,
        pattern=_ONE_LINE,
        description="a text of 1 to 300 characters in a single line",
    ),
]
_Prose = Annotated[
    str,
    Meta(min_length=1, max_length=20_000, description="a text of 1 to 20,000 characters"),
]
_Id = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        max_length=60,
        description="at most 60 small letters, digits and hyphens, such as weight-decay",
    ),
]
_Statement = Annotated[
    str,
    Meta(
        max_length=LONGEST_CLAIM,
        pattern=_ONE_LINE,
        description=f"a text of at most {LONGEST_CLAIM:,} characters in a single line",
    ),
]
_MOST_SEEDS = 1000


def page_name(index: int, title: object) -> str:
    """A page, counted from 0, by its number and title."""
    return f"page {index + 1}" + (f" ({title})" if isinstance(title, str) and title else "")


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of a lesson file."""


class Option(Part, frozen=True):
    """A possible answer, and why it is right or wrong."""

    text: _Prose
    because: _Prose
    right: bool = False


class Question(Part, frozen=True):
    """A question with one right option.

    Attributes
    ----------
    tries
        Changes to the experiment of the page that show the answer, `try` in the file; empty where
        the question is not about behaviour.
    """

    text: _Prose
    options: Annotated[tuple[Option, ...], Meta(min_length=3, max_length=4)]
    tries: Changes = msgspec.field(name="try", default_factory=dict)

    @property
    def right(self) -> int:
        """The index of the right option."""
        return [option.right for option in self.options].index(True)


class PinSpec(Part, frozen=True):
    """A run that is pinned when the page opens: changes to the experiment of the page."""

    name: _Line
    set: Changes = {}


class Claim(Part, frozen=True):
    """A statement that training has to show.

    Attributes
    ----------
    text
        What it says to a person.
    claim
        What it says to the program, as `regplay.session.claims` reads it.
    seeds, agree
        With how many seeds it is checked, and for how many of these it has to hold.
    """

    text: _Prose
    claim: _Statement
    seeds: Annotated[int, Meta(ge=1, le=_MOST_SEEDS)]
    agree: Annotated[int, Meta(ge=1, le=_MOST_SEEDS)]

    @property
    def statement(self) -> Statement:
        """The claim as it is checked."""
        return parse_claim(self.claim)

    def agree_of(self, seeds: int) -> int:
        """For how many of another number of seeds it has to hold: the same share, rounded up."""
        return -(-self.agree * seeds // self.seeds)


class Page(Part, frozen=True):
    """One screen of a lesson.

    Attributes
    ----------
    published
        Whether the settings are those of a published recipe, as it has them.
    fresh
        Whether `changes` are made to the defaults instead of the experiment of the page before.
    changes
        To that experiment; `experiment` in the file.
    highlights, hides, curves
        Field paths of controls that are pointed out, left out, or show their curve.
    view
        The tab to show; None leaves it as it is.
    plays
        Whether training starts when the page opens.
    """

    title: _Line
    text: _Prose
    published: bool = False
    fresh: bool = False
    changes: Changes = msgspec.field(name="experiment", default_factory=dict)
    highlights: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()
    view: View | None = None
    curves: tuple[str, ...] = ()
    plays: bool = True
    pins: tuple[PinSpec, ...] = ()
    claims: tuple[Claim, ...] = ()
    question: Question | None = None


class Lesson(Part, frozen=True, dict=True):
    """A guided tour; `summary` is one line, `minutes` what it takes a person."""

    id: _Id
    title: _Line
    summary: _Line
    minutes: Annotated[int, Meta(ge=1, le=240)]
    pages: Annotated[tuple[Page, ...], Meta(min_length=1, max_length=60)]

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
        changes += [page.question.tries for page in self.pages if page.question is not None]
        files = (str(each.get("data.file", "")) for each in changes)
        return tuple(dict.fromkeys(file for file in files if file.strip()))

    @property
    def claims(self) -> list[tuple[int, Claim]]:
        """All claims with the index of their page, in order."""
        return [(index, claim) for index, page in enumerate(self.pages) for claim in page.claims]
