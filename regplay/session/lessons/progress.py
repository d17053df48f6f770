"""How far a reader has come: what they answered, what they did, and what that has shown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import sqrt

from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, Value, differences, get, replace
from regplay.session.claims import Term
from regplay.session.lessons.lesson import Lesson, Page, lessons
from regplay.session.lessons.observations import Measured, Observations

PagePlace = tuple[str, int]  # a lesson's id, and a page of it from 0
REVEALED = -1.0  # as an answer: none was given, but it has been shown


class Library:
    """Lessons in order; the shipped ones are loaded when they are first needed."""

    def __init__(self, load: Callable[[], Sequence[Lesson]] = lessons) -> None:
        self._load = load

    @cached_property
    def _known(self) -> dict[str, Lesson]:
        return {lesson.id: lesson for lesson in self._load()}

    def all(self) -> list[Lesson]:
        """Every lesson.

        Raises
        ------
        LessonError
            If one that ships with the program is damaged.
        """
        return list(self._known.values())

    def find(self, lesson_id: str) -> Lesson | None:
        """The lesson of this id; raises as `all`."""
        return self._known.get(lesson_id)

    def after(self, lesson_id: str) -> Lesson | None:
        """The lesson that follows the one of this id; raises as `all`."""
        known = self.all()
        place = [lesson.id for lesson in known].index(lesson_id) + 1
        return known[place] if place < len(known) else None

    def add(self, lesson: Lesson) -> None:
        """List it from now on, in place of one with the same id; raises as `all`."""
        self._known[lesson.id] = lesson


@dataclass(frozen=True)
class Score:
    """Of a quiz: how many questions were answered right at the first try, and so on."""

    right: int
    answered: int
    questions: int
    missed: tuple[int, ...]  # pages, from 0, whose first answer was wrong


@dataclass(frozen=True)
class Reached:
    """How far a page has been read."""

    answer: float | None = None  # to its question; None before any
    is_done: bool = False  # whether the reader has done what it asks for
    # What is known of its claims, by their indices
    measured: Mapping[int, Measured] = field(default_factory=dict)
    # Indices of its claims that the reader's networks have shown
    shown: frozenset[int] = frozenset()
    score: Score | None = None  # of its lesson, if that is a quiz


class Progress:
    """Kept while the window is open."""

    def __init__(self) -> None:
        self.observations = Observations()  # what the reader's runs have shown
        self._answers: dict[PagePlace, float] = {}
        self._first: dict[PagePlace, float] = {}  # answers, which count in a quiz
        self._done: set[PagePlace] = set()
        self._shown: dict[PagePlace, set[int]] = {}

    def choose(self, place: PagePlace, answer: float = REVEALED) -> None:
        """Take an answer; one that was given before stands."""
        self._answers.setdefault(place, answer)
        self._first.setdefault(place, answer)

    def is_answered(self, place: PagePlace) -> bool:
        """Whether the question of a page has an answer."""
        return place in self._answers

    def take_back(self, place: PagePlace) -> None:
        """Let a question be answered again; in a quiz the first answer counts all the same."""
        self._answers.pop(place, None)

    def do(self, place: PagePlace) -> bool:
        """Note that what a page asks for is done; whether that is news."""
        is_news = place not in self._done
        self._done.add(place)
        return is_news

    def is_done(self, place: PagePlace) -> bool:
        """Whether what a page asks for has been done."""
        return place in self._done

    def counts(self) -> dict[str, int]:
        """How many claims of each lesson are ticked, by its id."""
        counts: dict[str, int] = {}
        for (lesson_id, _), shown in self._shown.items():
            counts[lesson_id] = counts.get(lesson_id, 0) + len(shown)
        return counts

    def forget(self, lesson_id: str) -> None:
        """Begin a lesson anew: take back what was answered, done and ticked."""
        for kept in (self._answers, self._first, self._shown):
            for place in [place for place in kept if place[0] == lesson_id]:
                del kept[place]
        self._done = {place for place in self._done if place[0] != lesson_id}

    def look(self, lesson: Lesson) -> None:
        """Tick the claims of a lesson that are shown by now; a tick stays."""
        for page, content in enumerate(lesson.pages):
            shown = self._shown.setdefault((lesson.id, page), set())
            for index, claim in enumerate(content.claims):
                if index not in shown:
                    found = self.observations.measured(claim.statement, lesson.experiment(page))
                    if found is not None and found.holds:
                        shown.add(index)

    def reached(self, lesson: Lesson, page: int) -> Reached:
        """How far a page, from 0, has been read."""
        place, base = (lesson.id, page), lesson.experiment(page)
        found = [
            self.observations.measured(claim.statement, base) for claim in lesson.pages[page].claims
        ]
        return Reached(
            self._answers.get(place),
            place in self._done,
            {index: each for index, each in enumerate(found) if each is not None},
            frozenset(self._shown.get(place, ())),
            self._score(lesson) if lesson.quiz else None,
        )

    def unknown(self, lesson: Lesson, page: int) -> list[Term]:
        """What the claims of a page speak of and nothing is known of, each once."""
        base = lesson.experiment(page)
        found = [
            self.observations.unknown(claim.statement, base) for claim in lesson.pages[page].claims
        ]
        return list(dict.fromkeys(term for terms in found for term in terms))

    def _score(self, lesson: Lesson) -> Score:
        right, missed, questions = 0, [], 0
        for page, content in enumerate(lesson.pages):
            if content.question is None:
                continue
            questions += 1
            answer = self._first.get((lesson.id, page))
            if answer is not None and content.question.is_right(answer):
                right += 1
            elif answer is not None:
                missed.append(page)
        return Score(right, right + len(missed), questions, tuple(missed))


def is_done_by(page: Page, base: Experiment, experiment: Experiment) -> bool:
    """Whether an experiment does what a page, whose own is `base`, asks for.

    Each value that is to change has gone at least halfway there, by logarithms where the field has
    a logarithmic slider; a choice has been made. What else was changed does not matter.
    """
    if not page.tries:
        return False
    goal = replace(base, page.tries)
    return all(
        _is_near(path, get(base, path), get(goal, path), get(experiment, path))
        for path in differences(base, goal)
    )


def _is_near(path: str, start: Value, goal: Value, value: Value) -> bool:
    """Whether a value is at least halfway from one to another."""
    if isinstance(start, str | bool) or isinstance(goal, str) or isinstance(value, str):
        return value == goal
    middle, floor = (start + goal) / 2, FIELDS[path].log_floor
    if floor is not None:
        middle = sqrt(max(start, floor) * max(goal, floor))  # 0 lies beside the smallest
    return value >= middle if goal > start else value <= middle
