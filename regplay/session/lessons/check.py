"""Whether the claims of a lesson hold: all that they speak of is trained together, each once.

In a terminal: with a progress line, to the end or to Ctrl-C, and what it came to in words.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from regplay.core.bias_variance import Decomposition, why_not
from regplay.core.datasets import Dataset, DatasetError, load
from regplay.core.experiment import DataSettings, Experiment
from regplay.core.fields import replace
from regplay.core.joint import JointTraining
from regplay.core.number_text import counted, number, percent_text
from regplay.core.sweep import Sweep
from regplay.session.claims import RESAMPLES, Statement, Term, Trained, measure_term
from regplay.session.files import finite
from regplay.session.lessons.lesson import Claim, Lesson, LessonError, page_name
from regplay.session.lessons.listing import lesson_summary
from regplay.session.lessons.progress import Measured
from regplay.session.progress_line import progress_line
from regplay.session.terminal import with_memory

_SEEDS = 2**31  # there are so many
_KEPT = 128 << 20  # bytes for the states of all networks together, where verdicts are asked for


@dataclass(frozen=True)
class SeedCheck:
    """A claim at one seed: the value of each of its terms, in order, and whether it holds."""

    seed: int
    values: tuple[float | str, ...]
    holds: bool


@dataclass(frozen=True)
class ClaimCheck:
    """A claim after its trainings."""

    page: int  # the index of its page
    claim: Claim
    seeds: tuple[SeedCheck, ...]
    agree: int  # for how many seeds it must hold

    @property
    def terms(self) -> tuple[Term, ...]:
        """What the claim speaks of, in the order of the values."""
        return self.claim.statement.terms

    @property
    def holding(self) -> int:
        """For how many seeds it holds."""
        return sum(check.holds for check in self.seeds)

    @property
    def holds(self) -> bool:
        """Whether it holds for as many seeds as it must."""
        return self.holding >= self.agree


class _Trainings:
    """All that terms are measured from, trained together, each once.

    Of networks on many draws of the same data, `RESAMPLES` for each experiment, the one
    that is wanted is the first; the others have the seeds that follow.
    """

    def __init__(self, wanted: Sequence[tuple[Term, Experiment]], device: str) -> None:
        alone = [one for term, one in wanted if term.needs not in ("data", "resamples")]
        firsts: dict[DataSettings, list[Experiment]] = {}
        for term, first in wanted:
            if term.needs == "resamples":
                firsts.setdefault(_settings(first), []).append(first)
        self._firsts = {settings: [*dict.fromkeys(each)] for settings, each in firsts.items()}
        # Only the network at the end is asked for, so next to none of the states are kept; by a
        # verdict also the one at the best epoch.
        keeps = _KEPT if any(term.is_text for term, _ in wanted) else 0
        self._alone = JointTraining([*dict.fromkeys(alone)], device=device, keeps=keeps)
        self._resampled = {
            settings: JointTraining(
                [
                    draw
                    for first in each
                    for draw in Sweep(first, (), RESAMPLES, resamples=True).experiments
                ],
                device=device,
                keeps=0,
            )
            for settings, each in self._firsts.items()
        }
        self._parts: dict[DataSettings, Sequence[Decomposition | None]] = {}
        self._trainings = (*([self._alone] if alone else []), *self._resampled.values())

    @property
    def finished(self) -> bool:
        """Whether all is trained."""
        return all(training.finished for training in self._trainings)

    @property
    def networks(self) -> int:
        """How many networks are trained."""
        return sum(training.history.members for training in self._trainings)

    @property
    def trained(self) -> int:
        """How many of them have trained to their end."""
        return sum(int(training.history.is_finished.sum()) for training in self._trainings)

    @property
    def progress(self) -> float:
        """Share of all epochs of all networks that are trained, 0–1."""
        epochs = sum(training.epochs for training in self._trainings)
        done = sum(training.epochs * training.history.progress for training in self._trainings)
        return done / epochs if epochs else 1.0

    def advance(self) -> bool:
        """Train the population whose turn it is for a while; whether there is a new record."""
        training = next(training for training in self._trainings if not training.finished)
        return training.advance()

    def values(
        self, statement: Statement, experiments: Sequence[Experiment]
    ) -> dict[Term, float | str] | None:
        """The values of a statement's terms; None while one of their networks trains."""
        found: dict[Term, float | str] = {}
        for term, experiment in zip(statement.terms, experiments, strict=True):
            trained = self._trained(term, experiment)
            if trained is None:
                return None
            found[term] = measure_term(term, trained)
        return found

    def _trained(self, term: Term, experiment: Experiment) -> Trained | None:
        if term.needs == "data":
            return Trained(experiment, load(experiment.data))
        if term.needs == "resamples":
            return self._of_draws(experiment)
        member, joint = self._alone.experiments.index(experiment), self._alone.history
        if not joint.is_finished[member]:
            return None
        part, index = joint.places[member]
        history, states = joint.member(member), part.checkpoints
        last, best = states.last, states.at(history.best_epoch)
        return Trained(
            experiment,
            self._alone.datasets[member],
            history,
            last and last.member(index),
            best and best.member(index),
        )

    def _of_draws(self, first: Experiment) -> Trained | None:
        settings = _settings(first)
        training, place = self._resampled[settings], self._firsts[settings].index(first)
        if not training.finished:
            return None
        if settings not in self._parts:
            self._parts[settings] = training.decompositions(seeds=RESAMPLES)
        dataset = training.datasets[RESAMPLES * place]
        return Trained(first, dataset, parts=self._parts[settings][place])


def measured(statement: Statement, base: Experiment) -> Measured:
    """What a statement comes to for an experiment with its own seeds, by training.

    Raises
    ------
    UserError
        If data can't be made, or something does not exist of them.
    """
    _refuse_unknown("", base, statement.terms)
    experiments = [term.experiment(base) for term in statement.terms]
    all_of_them = _Trainings([*zip(statement.terms, experiments, strict=True)], "auto")
    while not all_of_them.finished:
        all_of_them.advance()
    values = all_of_them.values(statement, experiments)
    assert values is not None
    return Measured(base, values, statement.holds(values.__getitem__))


class LessonCheck(_Trainings):
    """Trains what the claims of a lesson speak of.

    Seed k of a claim is `seed` = `data.seed` = `first_seed` + k. What networks on other data say
    together comes, at seed k, from the `RESAMPLES` seeds from `first_seed` + `RESAMPLES`·k on, so
    that no two seeds share a draw.

    Parameters
    ----------
    lesson
        Without claims, it is finished from the start.
    seeds
        With how many seeds to check each claim; None is as many as it says itself.
    first_seed
        The first of them.
    device
        As for `Training`.

    Raises
    ------
    LessonError
        If data can't be made, or a claim asks for what does not exist of its data.
    """

    def __init__(
        self, lesson: Lesson, *, seeds: int | None = None, first_seed: int = 0, device: str = "auto"
    ) -> None:
        self.lesson = lesson
        # Of each claim its page and, by seed, what is trained for its terms: of resampled networks
        # the first
        self._claims: list[tuple[int, Claim, dict[int, list[Experiment]]]] = []
        wanted: list[tuple[Term, Experiment]] = []
        for page, claim in lesson.claims:
            base, terms = lesson.experiment(page), claim.statement.terms
            name = page_name(page, lesson.pages[page].title)
            _refuse_unknown(f"{lesson.id}, {name}, ", base, terms)
            cases: dict[int, list[Experiment]] = {}
            for more in range(claim.seeds if seeds is None else seeds):
                steps = [RESAMPLES if term.needs == "resamples" else 1 for term in terms]
                experiments = [
                    term.experiment(_seeded(base, first_seed + step * more))
                    for term, step in zip(terms, steps, strict=True)
                ]
                wanted += zip(terms, experiments, strict=True)
                cases[(first_seed + more) % _SEEDS] = experiments
            self._claims.append((page, claim, cases))
        super().__init__(wanted, device)

    def results(self) -> list[ClaimCheck | None]:
        """Of all claims in order; None for those of which something has not finished."""
        return [self._result(*each) for each in self._claims]

    def _result(
        self, page: int, claim: Claim, cases: Mapping[int, Sequence[Experiment]]
    ) -> ClaimCheck | None:
        statement, checks = claim.statement, []
        for seed, experiments in cases.items():
            values = self.values(statement, experiments)
            if values is None:
                return None
            holds = statement.holds(values.__getitem__)
            checks.append(SeedCheck(seed, tuple(values.values()), holds))
        return ClaimCheck(page, claim, tuple(checks), claim.agree_of(len(checks)))


def _seeded(experiment: Experiment, seed: int) -> Experiment:
    return replace(experiment, {"seed": seed % _SEEDS, "data.seed": seed % _SEEDS})


def _settings(experiment: Experiment) -> DataSettings:
    """What data on which networks can be compared have in common."""
    return msgspec.structs.replace(experiment.data, seed=0)


def _refuse_unknown(lead: str, base: Experiment, terms: Sequence[Term]) -> None:
    """Refuse a claim about what does not exist whatever is trained.

    Raises
    ------
    LessonError
        With the term and the reason, after `lead`.
    """
    for term in terms:
        try:
            reason = _why_unknown(term, load(term.experiment(base).data))
        except DatasetError as error:
            reason = str(error)
        if reason:
            raise LessonError(f"{lead}{term}: {reason}")


def _why_unknown(term: Term, dataset: Dataset) -> str:
    if term.needs == "resamples":
        return why_not(dataset)
    if term.measure == "noise_floor" and dataset.noise_floor is None:
        return "The noise floor of these data is not known."
    if term.measure.endswith("accuracy") and dataset.task == "regression":
        return "There is no accuracy in regression."
    return ""


# in a terminal

Results = Sequence[ClaimCheck | None]  # of the claims of a lesson; None for what had not finished


def check_lesson(
    lesson: Lesson, seeds: int | None, first_seed: int, *, counts: str = ""
) -> tuple[Results, bool]:
    """Check all claims or as many as Ctrl-C lets; what came of them, and whether it was Ctrl-C.

    Parameters
    ----------
    seeds, first_seed
        As for `LessonCheck`.
    counts
        Which of how many lessons it is, at the beginning of the progress line.

    Raises
    ------
    LessonError
        Before any training.
    """

    def attempt(device: str, quiet: bool) -> tuple[Results, bool]:
        def status(_: float) -> str:
            finished = f"{check.trained:,} of {counted(check.networks, 'network')} finished"
            return f"{counts}{lesson.id} · {percent_text(check.progress)} · {finished}"

        with progress_line() as (progress, ctrl_c):
            check = LessonCheck(lesson, seeds=seeds, first_seed=first_seed, device=device)
            while not check.finished and not ctrl_c.pressed:
                if check.advance():
                    progress.show(status)
        return check.results(), not check.finished

    return with_memory(attempt, None)


def describe_check(lesson: Lesson, results: Results, marks: str = "✓✗") -> str:
    """What the check of a lesson came to; `marks` are of claims that hold, and that don't."""
    lines, page = [f"{lesson.id}: {lesson.title}"], -1
    if not results:
        lines.append("  no claims")
    for check in results:
        if check is None:
            continue
        if check.page != page:
            page = check.page
            lines.append(f"  {page_name(page, lesson.pages[page].title)}")
        lines.append(f"  {marks[0] if check.holds else marks[1]} {check.claim.text.strip()}")
        lines.append(f"      {check.claim.claim}")
        lines.append(
            f"      holds for {check.holding} of {counted(len(check.seeds), 'seed')}; "
            f"{check.agree} must"
        )
        lines += _measured(check)
    missing = sum(check is None for check in results)
    if missing:
        lines.append(f"  {counted(missing, 'claim')} had not finished")
    return "\n".join(lines)


def _measured(check: ClaimCheck) -> list[str]:
    """A line for each term: the median over the seeds and the range, or how often each word."""
    terms = [str(term) for term in check.terms]
    width = max(map(len, terms))
    return [
        f"        {term.ljust(width)}  {_over_seeds([seed.values[place] for seed in check.seeds])}"
        for place, term in enumerate(terms)
    ]


def _over_seeds(values: Sequence[float | str]) -> str:
    texts = [value for value in values if isinstance(value, str)]
    if texts:
        return ", ".join(f"{text} {count}" for text, count in Counter(texts).most_common())
    numbers = np.array([value for value in values if not isinstance(value, str)])
    known = numbers[~np.isnan(numbers)]
    if not known.size:
        return "none"
    line = f"{number(float(np.median(known))):<9}"
    if known.min() < known.max():
        line += f"  {number(known.min())} to {number(known.max())}"
    if known.size < numbers.size:
        line += f"  none for {counted(numbers.size - known.size, 'seed')}"
    return line.rstrip()


def last_line(checked: Sequence[tuple[Lesson, Results]], seconds: float) -> str:
    """How many claims hold, and where those are that do not."""
    done = [
        (lesson, check) for lesson, results in checked for check in results if check is not None
    ]
    failed = [(lesson, check) for lesson, check in done if not check.holds]
    first = (
        f"{len(done) - len(failed):,} of {len(done):,} claims hold; "
        f"{counted(len(checked), 'lesson')} in {seconds:.1f} s"
    )
    lines = [
        f"Does not hold: {lesson.id}, {page_name(check.page, lesson.pages[check.page].title)}: "
        f"{check.claim.claim}"
        for lesson, check in failed
    ]
    return "\n".join([first, *lines])


def check_summary(lesson: Lesson, results: Results) -> dict[str, Any]:
    """As `lesson_summary`, with what the check of the claims came to in place of their number.

    A claim that had not finished is not in it; None stands for a value that there isn't.
    """
    claims = [_plain(check) for check in results if check is not None]
    return lesson_summary(lesson) | {"claims": claims}


def _plain(check: ClaimCheck) -> dict[str, Any]:
    terms = [str(term) for term in check.terms]
    return {
        "page": check.page + 1,
        "text": check.claim.text.strip(),
        "claim": check.claim.claim,
        "holds": check.holds,
        "holding": check.holding,
        "agree": check.agree,
        "seeds": [
            {
                "seed": seed.seed,
                "holds": seed.holds,
                "values": {
                    term: value if isinstance(value, str) else finite(value)
                    for term, value in zip(terms, seed.values, strict=True)
                },
            }
            for seed in check.seeds
        ],
    }
