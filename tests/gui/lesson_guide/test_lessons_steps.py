"""Predict, do, see and why: each part of a page comes once the one before is over."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from regplay.core.fields import replace
from regplay.gui.lesson_guide.wrapped_text import StatusMark
from regplay.session.lessons import Handle, Page, Question, Reached, load_lesson

DECAY = "regularization.weight_decay"
STEPS = """
id = "steps"
title = "Steps"
summary = "All four."
minutes = 2

[[pages]]
title = "Options"
do = "Drag it."
try = { "regularization.weight_decay" = 0.01 }
why = "Because."
highlights = ["regularization.weight_decay"]
[pages.question]
text = "What will happen?"
options = [{ text = "Less." }, { text = "More.", right = true }]
[[pages.claims]]
text = "It is more."
claim = "valid_loss > valid_loss(weight_decay=0.01)"
seeds = 10
agree = 9

[[pages]]
title = "A handle"
do = "Look for it."
moment = 70
[pages.question]
text = "Where is it?"
handle = { field = "regularization.weight_decay", low = 0.001, high = 0.1 }

[[pages]]
title = "A curve that would tell"
text = "x"
curves = ["regularization.weight_decay"]
[pages.question]
text = "Where is it?"
handle = { field = "regularization.weight_decay", low = 0.001, high = 0.1 }
"""
QUIZ = (
    """
id = "quiz"
title = "A quiz"
summary = "Two questions and an end."
minutes = 2
quiz = true
"""
    + "".join(
        f"""
[[pages]]
title = "Question {k}"
text = "Think."
[pages.question]
text = "Which?"
options = [{{ text = "This.", because = "No." }}, {{ text = "That.", right = true }}]
"""
        for k in (1, 2)
    )
    + '\n[[pages]]\ntitle = "The end"\ntext = "That is all."\n'
)


@pytest.fixture
def steps(reader, file):
    path = file("steps.toml", STEPS)
    reader.guide.open_file(path)
    reader.take()
    reader.base = load_lesson(path).experiment(0)
    return reader


@pytest.fixture
def quiz(reader, file):
    reader.guide.open_file(file("quiz.toml", QUIZ))
    return reader


def parts(reader):
    """Which parts of the page are to be seen."""
    view = reader.panel.page_view
    found = {"predict": view.question, "do": view.do, "see": view.claims, "why": view.why}
    return [name for name, part in found.items() if part.isVisible()]


def marks(reader):
    return [button.mark() for button in reader.panel.page_view.question.options]


def test_each_part_comes_after_the_one_before(steps):
    assert parts(steps) == ["predict"]
    steps.click("lesson.option.0")
    assert parts(steps) == ["predict", "do"]
    assert marks(steps) == [StatusMark.CHOSEN, StatusMark.OTHER]  # nothing is given away yet
    steps.note(replace(steps.base, {DECAY: 0.01}), train=0.1, valid=0.2)
    assert parts(steps) == ["predict", "do", "see"]
    assert marks(steps) == [StatusMark.WRONG, StatusMark.RIGHT]
    row = steps.find("lesson.claim.0")
    assert row.values.text() == "Training …"
    steps.note(steps.base, train=0.05, valid=0.25)
    assert parts(steps) == ["predict", "do", "see", "why"]
    assert row.values.text().split("\n") == [
        "**0.25** validation loss, λ 0",
        "**0.2** validation loss, λ 0.01",
    ]
    assert row.is_shown()


def test_what_does_not_hold_with_this_seed_is_said(steps):
    steps.click("lesson.option.1")
    steps.note(replace(steps.base, {DECAY: 0.01}), train=0.1, valid=0.2)
    steps.note(steps.base, train=0.05, valid=0.15)
    row = steps.find("lesson.claim.0")
    assert "does not hold with this seed" in row.values.text()
    assert not row.is_shown()
    assert parts(steps) == ["predict", "do", "see", "why"]


def test_what_must_be_measured_is_asked_for_once_it_is_done(steps):
    wanted = []
    steps.guide.terms_wanted.connect(lambda: wanted.append(steps.guide.unknown_terms()))
    steps.click("lesson.option.1")
    assert steps.guide.unknown_terms() == []
    steps.note(replace(steps.base, {DECAY: 0.02}), train=0.1, valid=0.2)  # near enough
    assert [experiment for _, experiment in wanted[0]] == [
        steps.base,
        replace(steps.base, {DECAY: 0.01}),
    ]


@pytest.mark.parametrize(("decay", "is_done"), [(0.0, False), (1e-6, False), (0.001, True)])
def test_done_is_what_has_gone_at_least_halfway(steps, decay, is_done):
    steps.click("lesson.option.1")
    steps.note(replace(steps.base, {DECAY: decay, "epochs": 900}), train=0.1, valid=0.2)
    assert ("see" in parts(steps)) is is_done


def test_show_me_does_it(steps):
    steps.click("lesson.option.1")
    steps.click("lesson.try")
    assert steps.take() == [
        ("experiment", replace(steps.base, {DECAY: 0.01})),
        ("play", None),
    ]
    assert parts(steps) == ["predict", "do", "see"]


def test_the_keyboard_goes_on_from_part_to_part(steps):
    steps.find("lesson.option.0").setFocus()
    steps.press(Qt.Key.Key_Down)
    steps.press(Qt.Key.Key_Return)
    assert steps.find("lesson.try").hasFocus()
    steps.press(Qt.Key.Key_Return)
    assert parts(steps) == ["predict", "do", "see"]
    assert steps.find("lesson.try").hasFocus()
    steps.press(Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    steps.settle()
    assert steps.panel.page_view.question.handle.slider.hasFocus()


def test_a_handle_is_put_where_the_answer_is_expected(steps):
    steps.guide.go_to("steps", 1)
    question = steps.panel.page_view.question
    question.handle.set_value(0.5)
    steps.click("lesson.place")
    assert parts(steps) == ["predict", "do"]
    assert not question.handle.isEnabled()
    assert "between" not in question.verdict.text()
    steps.guide.note_moment(4000)
    assert parts(steps) == ["predict", "do"]
    steps.guide.note_moment(90)
    assert question.verdict.text() == "Not quite. It lies between 0.001 and 0.1."
    steps.guide.go_to("steps", 0)
    steps.guide.go_to("steps", 1)
    assert steps.panel.page_view.question.handle.value() == 0.5


def test_a_curve_comes_after_the_question_that_it_answers(steps):
    steps.controls.set_shown_curves([DECAY])
    steps.guide.go_to("steps", 2)
    assert ("curves", ()) in steps.take()
    steps.controls.set_shown_curves([])
    steps.click("lesson.place")
    assert steps.take() == [("curves", (DECAY,))]


def test_a_handle_of_whole_numbers_takes_its_answer(steps):
    page = steps.panel.page_view
    handle = Handle(field="epochs", low=20, high=400)
    asked = Page(title="x", question=Question(text="Where?", handle=handle))
    page.set_page(asked, Reached(answer=50.0))
    assert page.question.handle.value() == 50
    assert page.question.verdict.text() == "Right. It lies between 20 and 400."


def test_a_value_that_is_typed_is_the_answer_once_the_button_is_clicked(steps):
    steps.guide.go_to("steps", 1)
    box = steps.panel.page_view.question.handle.box
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "0.05")
    steps.click("lesson.place")
    steps.guide.note_moment(90)
    verdict = steps.panel.page_view.question.verdict.text()
    assert verdict == "Right. It lies between 0.001 and 0.1."


def test_a_handle_is_used_by_keyboard(steps):
    steps.guide.go_to("steps", 1)
    handle = steps.panel.page_view.question.handle
    handle.slider.setFocus()
    for _ in range(30):
        steps.press(Qt.Key.Key_PageUp)
        if handle.value() >= 0.001:
            break
    steps.find("lesson.place").setFocus()
    steps.press(Qt.Key.Key_Return)
    steps.guide.note_moment(70)
    assert steps.panel.page_view.question.verdict.text().startswith("Right.")


def test_a_narrow_window_leaves_the_controls_that_the_page_names(steps):
    controls = steps.controls
    steps.guide.set_narrow(True)
    assert controls.hidden_paths() == controls.paths() - {DECAY}
    steps.guide.go_to("steps", 1)  # which names none
    assert controls.hidden_paths() == controls.paths()
    steps.guide.go_to("steps", 0)
    steps.guide.set_narrow(False)
    assert controls.hidden_paths() == frozenset()


def test_what_a_lesson_unfolded_is_folded_after_it(reader):
    before = reader.controls.folding()
    chosen = []
    reader.guide.curves_chosen.connect(chosen.append)
    reader.guide.go_to("decay", 0)
    reader.controls.set_highlighted(["regularization.early_stopping"])
    reader.controls.set_shown_curves(["model.width"])
    assert reader.controls.folding() != before
    reader.click("lesson.close")
    reader.controls.set_shown_curves(chosen[-1])
    assert reader.controls.folding() == before


def test_a_quiz_counts_first_answers_and_lets_one_try_again(quiz):
    quiz.click("lesson.option.0")
    assert quiz.panel.title.text().endswith("0 of 1 right")
    quiz.click("lesson.again")
    assert marks(quiz) == [StatusMark.CHOICE, StatusMark.CHOICE]
    quiz.click("lesson.option.1")
    assert marks(quiz) == [StatusMark.OTHER, StatusMark.RIGHT]
    assert not quiz.panel.page_view.question.again_button.isVisible()
    assert quiz.panel.title.text().endswith("0 of 1 right")
    quiz.click("lesson.next")
    quiz.click("lesson.option.1")
    assert quiz.panel.title.text().endswith("1 of 2 right")


def test_a_quiz_has_an_end_and_begins_again(quiz):
    quiz.click("lesson.option.0")
    quiz.guide.go_to("quiz", 2)
    assert quiz.find("lesson.score").text().split("\n") == [
        "0 of 2 right at the first try",
        "1 not answered yet.",
        "Worth another look:",
    ]
    quiz.click("lesson.restart")
    assert quiz.guide.position == ("quiz", 0)
    assert marks(quiz) == [StatusMark.CHOICE, StatusMark.CHOICE]
    assert quiz.panel.title.text().endswith("0 of 0 right")


def test_a_new_part_comes_into_sight(steps):
    view = steps.panel.page_view
    steps.panel.setFixedHeight(200)
    steps.settle()
    view.set_reached(Reached(answer=0.0))
    steps.settle()
    below = view.do.mapTo(view.viewport(), view.do.rect().bottomLeft()).y()
    assert below <= view.viewport().height()
