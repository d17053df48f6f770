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


def test_every_lesson_names_a_verdict():
    pages = [page for named in PAGES.values() for page in named]
    assert len(pages) > 30
    assert {page.rpartition("-")[0] for page in pages} == {lesson.id for lesson in lessons()}


@pytest.mark.parametrize(
    ("experiment", "named"), PAGES.items(), ids=[next(iter(named)) for named in PAGES.values()]
)
def test_the_verdict_is_the_one_that_its_pages_name(experiment, named):
    verdict, tried = try_neighbours(experiment)
    assert named == dict.fromkeys(named, verdict.kind)
    assert_consistent(verdict, tried)
