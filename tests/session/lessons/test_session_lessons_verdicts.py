"""The verdict on each page of the lessons that ship is the one that its text speaks of."""

from functools import cache

import pytest
from trainings import try_neighbours

from regplay.core.experiment import Experiment
from regplay.session.lessons import lessons

PAGES = [
    pytest.param(lesson, index, id=f"{lesson.id}-{index + 1}")
    for lesson in lessons()
    for index, page in enumerate(lesson.pages)
    if page.verdict is not None
]


@cache  # pages go on from one another
def kind_of(experiment: Experiment) -> str:
    return try_neighbours(experiment)[0].kind


def test_every_lesson_names_a_verdict():
    assert len(PAGES) > 30
    assert {param.values[0].id for param in PAGES} == {lesson.id for lesson in lessons()}


@pytest.mark.parametrize(("lesson", "index"), PAGES)
def test_the_verdict_is_the_one_that_the_page_names(lesson, index):
    assert kind_of(lesson.experiment(index)) == lesson.pages[index].verdict
