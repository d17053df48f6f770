"""Quiz pages: options, the answer that stands, and `Try it`."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from regplay.core.fields import replace
from regplay.gui.lesson_guide.wrapped_text import StatusMark

WRONG, RIGHT = 0, 1


@pytest.fixture
def quiz(reader):
    reader.guide.go_to("decay", 2)
    reader.take()
    return reader


def marks(reader):
    return [button.mark() for button in reader.panel.page_view.question.options]


def words(reader):
    return [button.words() for button in reader.panel.page_view.question.options]


def test_nothing_is_given_away_before_the_choice(quiz):
    assert marks(quiz) == [StatusMark.CHOICE] * 3
    assert words(quiz) == ["Nothing.", "It flattens the fit.", "It overfits."]
    assert quiz.panel.page_view.question.verdict.text() == ""


def test_a_wrong_choice_shows_what_is_right_and_why_each_is_so(quiz):
    quiz.click("lesson.option.0")
    assert marks(quiz) == [StatusMark.WRONG, StatusMark.RIGHT, StatusMark.OTHER]
    assert words(quiz) == [
        "Nothing.\nYour choice\nIt is large.",
        "It flattens the fit.\nWeights are pulled to 0.",
        "It overfits.\nOn the contrary.",
    ]
    assert quiz.panel.page_view.question.verdict.text() == "Not quite."
    assert quiz.take() == []


def test_a_right_choice_says_so(quiz):
    quiz.click("lesson.option.1")
    assert marks(quiz) == [StatusMark.OTHER, StatusMark.RIGHT, StatusMark.OTHER]
    assert quiz.panel.page_view.question.verdict.text() == "Right."


def test_the_first_answer_stands_while_the_window_is_open(quiz):
    quiz.click("lesson.option.0")
    QTest.mouseClick(quiz.find("lesson.option.1"), Qt.MouseButton.LeftButton)
    assert marks(quiz)[WRONG] is StatusMark.WRONG
    quiz.click("lesson.previous")
    quiz.click("lesson.next")
    assert marks(quiz) == [StatusMark.WRONG, StatusMark.RIGHT, StatusMark.OTHER]


def test_try_it_sets_up_the_experiment_and_gives_the_answer(quiz, lesson_list):
    quiz.click("lesson.try")
    experiment = replace(lesson_list[0].experiment(2), {"regularization.weight_decay": 10.0})
    assert quiz.take() == [("experiment", experiment), ("play", None)]
    assert marks(quiz) == [StatusMark.OTHER, StatusMark.RIGHT, StatusMark.OTHER]
    assert "Your choice" not in "".join(words(quiz))


def test_try_it_leaves_an_answer_as_it_is(quiz):
    quiz.click("lesson.option.0")
    quiz.click("lesson.try")
    assert marks(quiz) == [StatusMark.WRONG, StatusMark.RIGHT, StatusMark.OTHER]


def test_a_question_is_answered_by_keyboard(quiz):
    quiz.find("lesson.option.0").setFocus()
    quiz.press(Qt.Key.Key_Down)
    assert quiz.find("lesson.option.1").hasFocus()
    quiz.press(Qt.Key.Key_Return)
    assert marks(quiz)[RIGHT] is StatusMark.RIGHT
    assert quiz.find("lesson.try").hasFocus()  # on from what can't be chosen any more
    quiz.press(Qt.Key.Key_Return)
    assert [kind for kind, _ in quiz.take()] == ["experiment", "play"]


def test_marks_differ_in_words_too(quiz):
    quiz.click("lesson.option.0")
    names = [button.accessibleName() for button in quiz.panel.page_view.question.options]
    assert [name.split(":")[0] for name in names] == ["wrong", "right", "not chosen"]


def test_a_page_without_a_question_has_no_options(quiz):
    quiz.click("lesson.previous")
    assert not quiz.panel.page_view.question.isVisible()
    assert quiz.panel.page_view.question.options == []
