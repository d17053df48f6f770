"""The lessons that ship: each page can be read at a glance, is acted on, and proves something."""

import pytest

from regplay.core.fields import FIELDS, differences, replace
from regplay.session.lessons import find_lesson, lessons

SHIPPED = [(lesson, index) for lesson in lessons() for index in range(len(lesson.pages))]
PAGES = [
    pytest.param(lesson, index, id=f"{lesson.id}-{index + 1}")
    for lesson, index in SHIPPED
    if not lesson.quiz
]


def test_they_come_in_this_order():
    assert [lesson.id for lesson in lessons()] == [
        "memorising",
        "valley",
        "weight-decay-sine",
        "dropout-sine",
        "more-data",
        "curved-boundary",
        "bias-variance",
        "l1-l2",
        "early-stopping",
        "double-descent",
        "xor",
        "two-hundred-inputs",
        "misunderstandings",
        "quiz",
    ]
    assert find_lesson("xor") == lessons()[10]
    assert len(find_lesson("misunderstandings").pages) == 12


def test_a_page_has_at_most_sixty_words():
    words = {f"{lesson.id}-{index + 1}": lesson.pages[index].words for lesson, index in SHIPPED}
    assert {page: count for page, count in words.items() if count > 60} == {}


@pytest.mark.parametrize(("lesson", "index"), PAGES)
def test_a_page_lets_predict_do_see_and_says_why(lesson, index):
    page = lesson.pages[index]
    assert page.question is not None
    assert page.do
    assert len(page.claims) == 1
    assert 1 <= sum(page.why.count(sign) for sign in ".?!") <= 3  # two sentences, or a number


@pytest.mark.parametrize(("lesson", "index"), PAGES)
def test_what_a_page_asks_for_changes_something_that_it_points_out(lesson, index):
    page, base = lesson.pages[index], lesson.experiment(index)
    changed = differences(base, replace(base, page.tries))
    assert set(changed) == set(page.tries)  # none is set to what it is already
    assert set(changed) <= set(page.highlights)
    for path in changed:
        assert FIELDS[path].label in page.do, path
    if page.moment is not None:
        assert page.moment < base.epochs


def test_each_lesson_proves_or_asks_something():
    for lesson in lessons():
        assert lesson.claims or any(page.question for page in lesson.pages), lesson.id


def test_published_recipes_stand_at_the_end_of_their_lesson():
    for lesson in lessons():
        published = [page.published for page in lesson.pages]
        assert published == sorted(published), lesson.id


def test_a_quiz_has_questions_that_explain_each_option_and_an_end():
    (quiz,) = [lesson for lesson in lessons() if lesson.quiz]
    *questions, end = quiz.pages
    assert end.question is None
    for page in questions:
        assert page.question is not None
        assert all(option.because for option in page.question.options)
        assert page.tries or not page.claims
