"""The verdict on each page of the lessons that ship is the one that its text speaks of."""

import pytest
from sentences import assert_consistent
from trainings import try_neighbours

from regplay.core.experiment import Experiment
from regplay.session.lessons import lessons

# Pages that go on from one another share an experiment, which is trained once: the verdicts that
# they name, by experiment and by page.
PAGES: dict[Experiment, dict[str, str]] = {}
for lesson in lessons():
    for index, page in enumerate(lesson.pages):
        if page.verdict is not None:
            named = PAGES.setdefault(lesson.experiment(index), {})
            named[f"{lesson.id}-{index + 1}"] = page.verdict


# Those that take long and have a quicker sibling in their lesson, by the first page.
LONG = {
    "dropout-sine-1",
    "memorising-1",
    "misunderstandings-1",
    "misunderstandings-4",
    "misunderstandings-5",
    "misunderstandings-12",
    "quiz-1",
    "quiz-11",
    "two-hundred-inputs-3",
    "valley-2",
    "xor-1",
}
IDS = [next(iter(named)) for named in PAGES.values()]


def test_every_lesson_names_a_verdict():
    pages = [page for named in PAGES.values() for page in named]
    assert len(pages) > 30
    assert {page.rpartition("-")[0] for page in pages} == {lesson.id for lesson in lessons()}


def test_every_lesson_is_asked_about_by_day():
    assert set(IDS) >= LONG
    by_day = [
        page
        for name, named in zip(IDS, PAGES.values(), strict=True)
        for page in named
        if name not in LONG
    ]
    assert {page.rpartition("-")[0] for page in by_day} == {lesson.id for lesson in lessons()}


@pytest.mark.parametrize(
    ("experiment", "named"),
    [
        pytest.param(*item, id=name, marks=pytest.mark.nightly if name in LONG else ())
        for name, item in zip(IDS, PAGES.items(), strict=True)
    ],
)
def test_the_verdict_is_the_one_that_its_pages_name(experiment, named):
    verdict, tried = try_neighbours(experiment)
    assert named == dict.fromkeys(named, verdict.kind)
    assert_consistent(verdict, tried)
