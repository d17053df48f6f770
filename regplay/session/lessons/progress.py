"""How far a reader has come: what they answered, what they did, what their runs have shown."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import sqrt
from typing import TypeVar

import msgspec

from regplay.core import fields
from regplay.core.bias_variance import Decomposition
from regplay.core.datasets import Dataset
from regplay.core.experiment import DataSettings, Experiment
from regplay.core.fields import FIELDS, Value, differences, get
from regplay.core.history import History
from regplay.core.number_text import number
from regplay.core.state import State
from regplay.session.claims import Statement, Term, Trained, measure_term
from regplay.session.lessons.lesson import Lesson, Page

# what runs have shown, so that claims can be ticked

_MOST = 256  # runs that are remembered, the latest ones
_MOST_PARAMETERS = 64 << 20  # bytes, of the latest of these
_Kept = TypeVar("_Kept")

_NAMES = {
    "train_loss": "training loss",
    "train_accuracy": "training accuracy",
    "valid_loss": "validation loss",
    "valid_accuracy": "validation accuracy",
    "best_valid_loss": "best validation loss",
    "small_weights": "weights near zero",
    "squared_bias": "bias²",
    "thinned_loss": "validation loss with units dropped",
    "weight_norm": "norm of the weights",
}
_SHARES = ("train_accuracy", "valid_accuracy", "small_weights")


@dataclass(frozen=True)
class Measured:
    """The values of the terms of a statement about an experiment, in its order."""

    base: Experiment
    values: Mapping[Term, float | str]
    holds: bool  # whether the statement holds with them

    def lines(self) -> list[str]:
        """A line for each value and what tells it apart: `**0.2** validation loss, λ 0.01`.

        It is Markdown.
        """
        varied = dict.fromkeys(path for term in self.values for path in term.changes)
        has_epochs = any(term.epoch is not None for term in self.values)
        lines = []
        for term, value in self.values.items():
            words = [_NAMES.get(term.measure, term.measure.replace("_", " "))]
            if term.needs != "data" or term.changes:
                words += [self._setting(path, term) for path in varied]
            if has_epochs and term.needs != "data":
                words.append("at the end" if term.epoch is None else f"epoch {term.epoch:,}")
            shown = value if isinstance(value, str) else number(value)
            if term.measure in _SHARES and not isinstance(value, str):
                shown = f"{number(100 * value, 3)} %"
            lines.append(f"**{shown}** {', '.join(words)}")
        return lines

    def _setting(self, path: str, term: Term) -> str:
        value, of = term.changes.get(path, get(self.base, path)), FIELDS[path]
        if isinstance(value, bool):
            return of.label if value else f"no {of.label}"
        shown = number(value) if isinstance(value, int | float) else value
        return f"{of.symbol} {shown}".strip()


class Observations:
    """The latest runs, by their experiments. Noting one takes well under a millisecond."""

    def __init__(self) -> None:
        self._runs: OrderedDict[Experiment, Trained] = OrderedDict()
        self._resampled: OrderedDict[Experiment, Trained] = OrderedDict()
        self._datasets: OrderedDict[DataSettings, Trained] = OrderedDict()

    def note(
        self,
        experiment: Experiment,
        history: History,
        dataset: Dataset,
        state: State | None,
        best: State | None = None,
    ) -> None:
        """Remember a run that has trained to its end, from the start and without a change.

        Its history may go on growing. Without its last state nothing is known of its weights, nor
        of its verdict, which takes the state at its best epoch, too: what is known of it stays.
        """
        if history.last is None:
            return
        state, best = (it and replace(it, momenta=()).copy() for it in (state, best))
        history = history.until(history.last.epoch)
        trained = Trained(experiment, dataset, history, state, best)
        if state is None:
            trained = self._runs.get(experiment, trained)
        _put(self._runs, experiment, trained)
        _put(self._datasets, experiment.data, Trained(experiment, dataset))
        room = _MOST_PARAMETERS
        for key, trained in reversed(self._runs.items()):
            room -= sum(it.size for it in (trained.state, trained.best) if it is not None)
            if room < 0:
                self._runs[key] = replace(trained, state=None, best=None)

    def note_parts(self, experiment: Experiment, dataset: Dataset, parts: Decomposition) -> None:
        """Remember what resampled networks said together, the first of them this experiment."""
        _put(self._resampled, experiment, Trained(experiment, dataset, parts=parts))

    def measured(self, statement: Statement, base: Experiment) -> Measured | None:
        """What the runs say of a statement about an experiment; None while a term is not known.

        All terms are taken at the same `seed` and `data.seed`: those of the newest run for which
        the statement holds, else those of the newest that is known.
        """
        wanted = [(term, term.experiment(base)) for term in statement.terms]
        known = (*reversed(self._runs), *reversed(self._resampled))
        seeds = dict.fromkeys((experiment.seed, experiment.data.seed) for experiment in known)
        newest = None
        for pair in seeds:
            found = self._measured(statement, base, wanted, *pair)
            if found is not None and found.holds:
                return found
            newest = newest or found
        return newest

    def unknown(self, statement: Statement, base: Experiment) -> list[Term]:
        """The terms of which nothing is known with the seeds of `base`."""
        return [
            term for term in statement.terms if self._known(term, term.experiment(base)) is None
        ]

    def _measured(
        self,
        statement: Statement,
        base: Experiment,
        wanted: list[tuple[Term, Experiment]],
        seed: int,
        data_seed: int,
    ) -> Measured | None:
        values: dict[Term, float | str] = {}
        for term, experiment in wanted:
            data = msgspec.structs.replace(experiment.data, seed=data_seed)
            trained = self._known(term, msgspec.structs.replace(experiment, seed=seed, data=data))
            if trained is None:
                return None
            values[term] = measure_term(term, trained)
        return Measured(base, values, statement.holds(values.__getitem__))

    def _known(self, term: Term, experiment: Experiment) -> Trained | None:
        if term.needs == "data":
            return self._datasets.get(experiment.data)
        runs = self._resampled if term.needs == "resamples" else self._runs
        found = runs.get(experiment)
        is_gone = found is not None and found.state is None and term not in found.values
        return None if term.needs == "weights" and is_gone else found


def _put(kept: "OrderedDict[_Kept, Trained]", key: _Kept, trained: Trained) -> None:
    kept[key] = trained
    kept.move_to_end(key)
    while len(kept) > _MOST:
        kept.popitem(last=False)


# what was read

PagePlace = tuple[str, int]  # a lesson's id, and a page of it from 0
REVEALED = -1.0  # as an answer: none was given, but it has been shown


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
        self._pages: dict[PagePlace, Reached] = {}  # scores aside
        self._first: dict[PagePlace, float] = {}  # answers, which count in a quiz

    def at(self, place: PagePlace) -> Reached:
        """How far a page has been read, scores aside."""
        return self._pages.get(place, Reached())

    def choose(self, place: PagePlace, answer: float = REVEALED) -> None:
        """Take an answer; one that was given before stands."""
        if self.at(place).answer is None:
            self._pages[place] = replace(self.at(place), answer=answer)
        self._first.setdefault(place, answer)

    def take_back(self, place: PagePlace) -> None:
        """Let a question be answered again; in a quiz the first answer counts all the same."""
        self._pages[place] = replace(self.at(place), answer=None)

    def do(self, place: PagePlace) -> bool:
        """Note that what a page asks for is done; whether that is news."""
        is_news = not self.at(place).is_done
        self._pages[place] = replace(self.at(place), is_done=True)
        return is_news

    def counts(self) -> dict[str, int]:
        """How many claims of each lesson are ticked, by its id."""
        counts: dict[str, int] = {}
        for (lesson_id, _), page in self._pages.items():
            counts[lesson_id] = counts.get(lesson_id, 0) + len(page.shown)
        return counts

    def forget(self, lesson_id: str) -> None:
        """Begin a lesson anew: take back what was answered, done and ticked."""
        self._pages = {place: page for place, page in self._pages.items() if place[0] != lesson_id}
        self._first = {place: one for place, one in self._first.items() if place[0] != lesson_id}

    def look(self, lesson: Lesson) -> None:
        """See what is known of the claims of a lesson by now; a tick stays."""
        for index, page in enumerate(lesson.pages):
            place, base = (lesson.id, index), lesson.experiment(index)
            found = [self.observations.measured(claim.statement, base) for claim in page.claims]
            measured = {at: each for at, each in enumerate(found) if each is not None}
            shown = self.at(place).shown | {at for at, each in measured.items() if each.holds}
            self._pages[place] = replace(self.at(place), measured=measured, shown=shown)

    def reached(self, lesson: Lesson, page: int) -> Reached:
        """How far a page, from 0, has been read."""
        score = self._score(lesson) if lesson.quiz else None
        return replace(self.at((lesson.id, page)), score=score)

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
    goal = fields.replace(base, page.tries)
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
