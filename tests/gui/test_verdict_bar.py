"""The verdict on its colour, the advice below it, and the losses beside it."""

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication, QLabel
from trainings import made_history

from regplay.core.advice import Tried
from regplay.core.datasets import load
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.history import MEASURES, Snapshot
from regplay.core.verdict import Verdict
from regplay.gui.theme import DARK, LIGHT, VERDICTS, palette_of
from regplay.gui.training import Look, View, VirtualClock
from regplay.gui.verdict_bar import Explanation, VerdictBar
from regplay.session.session import Run


@pytest.fixture
def words_of(show_widget):
    bar = show_widget(VerdictBar(VirtualClock()), 900, 80)
    bar.setPalette(palette_of(LIGHT))

    def read(train: float, valid: float) -> list[str]:
        values = np.full((len(MEASURES), 1), np.nan)
        values[:2, 0] = train, valid
        bar.set_snapshot(Snapshot(5, 5, values, np.array([-1]), np.array([False])))
        document = QTextDocument()
        document.setHtml(bar.findChild(QLabel, "verdict.losses").text())
        return document.toPlainText().split()

    return read


def test_both_losses_and_their_gap_are_told(words_of):
    assert words_of(0.05, 0.175)[-4:] == ["loss", "0.05", "0.175", "0.125"]


def test_a_gap_of_one_bit_is_none(words_of):
    assert words_of(0.6931472, 0.6931472 + 5.96e-8)[-4:] == ["loss", "0.6931", "0.6931", "0"]


WORDS = "The validation loss rose from 0.108 to 0.204 " * 3


def test_the_reason_keeps_to_two_lines_or_to_its_tooltip(show_widget):
    bar = show_widget(VerdictBar(VirtualClock()), 1900, 80)
    height = bar.reason.height()
    bar.set_verdict(Verdict("overfitting", "Overfitting", WORDS))
    QApplication.processEvents()
    assert QLabel.text(bar.reason) == WORDS
    assert bar.reason.height() == height
    bar.resize(800, 80)
    QApplication.processEvents()
    assert QLabel.text(bar.reason) == ""  # rather nothing than the half of it
    assert QLabel.text(bar.advice) == WORDS  # while there is no advice in this line
    assert bar.reason.toolTip() == WORDS
    assert bar.reason.height() == height


def test_of_a_message_that_is_too_long_the_beginning_is_shown(show_widget):
    bar = show_widget(VerdictBar(VirtualClock()), 400, 80)
    why = f"/{'a-long-name-of-a-folder/' * 9}table.csv is not there"
    bar.show_untrained(Experiment(), None, why)
    QApplication.processEvents()
    assert QLabel.text(bar.reason) == ""
    assert QLabel.text(bar.advice).startswith("/a-long")
    assert QLabel.text(bar.advice).endswith("…")
    assert bar.reason.toolTip() == why


def test_the_reason_is_told_once_beside_a_headline_of_any_length(show_widget):
    bar = show_widget(VerdictBar(VirtualClock()), 900, 80)
    for headline in ("Good fit", "Overfitting: a wide gap since epoch 1,234", "Good fit"):
        bar.set_verdict(Verdict("good fit", headline, WORDS.strip()))
        QApplication.processEvents()
        assert sorted([QLabel.text(bar.reason), QLabel.text(bar.advice)]) == ["", WORDS.strip()]


@pytest.mark.parametrize("kind", [kind for kind in VERDICTS if kind != "untrained"])
def test_the_chip_has_the_colour_of_the_verdict_and_white_words(show_widget, kind):
    bar = show_widget(VerdictBar(VirtualClock()), 900, 80)
    bar.set_verdict(Verdict(kind, f"{kind.capitalize()} since epoch 12", "", 12))
    QApplication.processEvents()
    image = bar.headline.grab().toImage()
    drawn = [
        image.pixelColor(x, y).name()
        for x in range(4, image.width() - 4, 2)
        for y in range(4, image.height() - 4)
    ]
    assert drawn.count(VERDICTS[kind]) > 0.4 * len(drawn)
    assert drawn.count("#ffffff") > 0.02 * len(drawn)


def test_the_chip_keeps_the_kind_where_there_is_no_room_for_since_when(show_widget):
    bar = show_widget(VerdictBar(VirtualClock()), 1200, 80)
    bar.set_verdict(Verdict("overfitting", "Overfitting: a wide gap since epoch 1,234", "", 1234))
    QApplication.processEvents()
    whole = bar.headline.width()
    assert whole == bar.headline.sizeHint().width()
    bar.resize(bar.minimumSizeHint().width(), 80)
    QApplication.processEvents()
    assert bar.headline.width() < whole
    assert bar.headline.width() >= bar.headline.minimumSizeHint().width()
    assert bar.headline.toolTip() == "Overfitting: a wide gap since epoch 1,234"


def test_advice_is_shorter_where_there_is_no_room(show_widget):
    label = show_widget(Explanation(), 900, 20)
    label.setText(
        "Weight decay 0.01 brings the validation loss from 0.2 to 0.1.", "Weight decay 0.01."
    )
    assert QLabel.text(label) == "Weight decay 0.01 brings the validation loss from 0.2 to 0.1."
    label.resize(200, 20)
    QApplication.processEvents()
    assert QLabel.text(label) == "Weight decay 0.01."
    label.resize(60, 20)
    QApplication.processEvents()
    assert QLabel.text(label).endswith("…")
    assert label.toolTip() == "Weight decay 0.01 brings the validation loss from 0.2 to 0.1."


def test_the_losses_go_with_the_scheme_and_the_size_of_the_text(theme, show_widget):
    bar = show_widget(VerdictBar(VirtualClock()), 900, 80)
    values = np.full((len(MEASURES), 1), np.nan)
    values[:2, 0] = 0.05, 0.175
    bar.set_snapshot(Snapshot(5, 5, values, np.array([-1]), np.array([False])))
    usual = bar.losses.text()
    assert LIGHT.train in usual
    theme.set_scheme("dark")
    QApplication.processEvents()
    assert DARK.train in bar.losses.text()
    assert LIGHT.foreground not in bar.losses.text()
    theme.set_scheme("light")
    theme.set_zoom(200)
    QApplication.processEvents()
    assert "26px" in bar.losses.text()
    theme.set_zoom(100)
    QApplication.processEvents()
    assert bar.losses.text() == usual


def test_the_room_that_losses_need_is_that_of_their_text(theme, show_widget):
    bar = show_widget(VerdictBar(VirtualClock()), 1900, 200)
    values = np.full((len(MEASURES), 1), np.nan)
    values[:2, 0] = 1.234e-5, 0.175
    bar.set_snapshot(Snapshot(5, 5, values, np.array([-1]), np.array([False])))
    needed = {}
    for zoom in (100, 200, 150, 100):
        theme.set_zoom(zoom)
        QApplication.processEvents()
        document = QTextDocument()
        document.setDefaultFont(bar.losses.font())
        document.setDocumentMargin(0)
        document.setHtml(bar.losses.text())
        hint = bar.losses.sizeHint()
        assert hint.width() == pytest.approx(document.idealWidth(), abs=0.05 * hint.width())
        assert needed.setdefault(zoom, hint) == hint
        assert hint.width() <= bar.losses.width()


def test_stacked_the_reason_and_the_advice_have_more_room(show_widget):
    bar = show_widget(VerdictBar(VirtualClock()), 700, 480)
    bar.set_verdict(Verdict("overfitting", "Overfitting", WORDS))
    QApplication.processEvents()
    beside, height = bar.reason.width(), bar.advice.height()
    bar.set_stacked(True)
    QApplication.processEvents()
    assert bar.reason.width() > beside
    assert bar.reason.y() > bar.headline.geometry().bottom()
    advice = bar.advice.mapTo(bar, bar.advice.rect().bottomRight())
    assert advice.x() > bar.losses.geometry().right() - 4
    assert bar.advice.height() == height
    bar.set_stacked(False)
    QApplication.processEvents()
    assert bar.reason.width() == beside


@pytest.fixture
def overfitted():
    """A run whose fit is good at epoch 100, and overfitted at 200."""
    train = np.where(np.arange(201) <= 100, 0.09, 0.03)
    valid = np.where(np.arange(201) <= 100, 0.1, 0.4)
    return Run(Experiment(), made_history(train, valid, range(201)))


@pytest.fixture
def show_at(show_widget, overfitted):
    """Shows a moment of it to a bar, a tenth of a second later than the last one."""
    clock, dataset = VirtualClock(), load(Experiment().data)
    bar = show_widget(VerdictBar(clock), 900, 80)

    def show(epoch: int, run: Run = overfitted) -> str:
        clock.advance(0.1)
        history = run.history.until(epoch)
        now = history.last
        bar.show_view(View(0, run, dataset, now, now, None, None, Look(epoch=epoch), False))
        return bar.headline.accessibleName()

    show.bar, show.clock = bar, clock
    return show


def test_a_verdict_that_changes_for_a_moment_while_a_run_goes_on_is_not_shown(show_at):
    show_at.bar.set_going_on(True)
    assert show_at(100) == "Good fit"
    for _ in range(3):
        assert [show_at(200) for _ in range(5)] == ["Good fit"] * 5
        assert show_at(100) == "Good fit"
    told = [show_at(200) for _ in range(7)]
    assert told[:5] == ["Good fit"] * 5
    assert told[6] == "Overfitting since epoch 0"
    assert show_at(100) == "Overfitting since epoch 0"  # nor the other way round


def test_what_rests_is_judged_at_once(show_at):
    assert show_at(100) == "Good fit"
    assert "Overfitting" in show_at(200)
    show_at.bar.set_going_on(True)
    show_at(100)
    assert show_at(200) == "Good fit"
    show_at.bar.set_going_on(False)
    assert "Overfitting" in show_at.bar.headline.accessibleName()


def test_a_run_that_begins_and_another_one_are_judged_at_once(show_at, overfitted):
    show_at(200)
    show_at.bar.set_going_on(True)
    assert show_at(0) == "Not trained yet"
    assert show_at(100) == "Good fit"
    other = Run(Experiment(), overfitted.history)
    assert "Overfitting" in show_at(200, other)


def test_why_training_failed_is_said_whatever_is_shown(show_at, overfitted):
    bar = show_at.bar
    bar.set_problem("No room.")
    assert show_at(100) == "Training failed"  # as of the run before
    bar.set_going_on(True)
    bar.set_going_on(False)
    bar.show_untrained(Experiment(), load(Experiment().data))
    assert (show_at(200), bar.reason.text()) == ("Training failed", "No room.")
    bar.set_problem("")
    assert show_at(100) == "Good fit"


def test_nobody_is_told_to_begin_what_begins_by_itself(show_at):
    show_at.bar.show_untrained(Experiment(), load(Experiment().data))
    assert show_at.bar.reason.text() == "Press Space to train."
    show_at.bar.set_going_on(True)
    assert show_at.bar.headline.accessibleName() == "Not trained yet"
    assert show_at.bar.reason.text() == ""


def show_end(show_at, run: Run, study: str = "", epoch: int | None = None) -> None:
    """Show a run that has come to its end, at an epoch, or a member of a study that has."""
    last, look = run.history.last, Look(study=study, epoch=epoch)
    moment = last if epoch is None else run.history.until(epoch).last
    dataset = load(run.experiment.data)
    show_at.bar.show_view(View(0, run, dataset, last, moment, None, None, look, True))


def advise(show_at, text: str) -> None:
    """Have neighbours show something that there is nothing to click for."""
    study = SimpleNamespace(finished=True, digest=Tried(None, None, "", 1, 1, text))
    show_at.bar.show_studies({"verdict.neighbours": study}, None)


def test_the_line_of_advice_is_not_empty_between_two_settings(show_at, overfitted):
    advice = show_at.bar.advice
    other = Run(replace(Experiment(), {"model.width": 8}), overfitted.history)
    show_end(show_at, overfitted)
    advise(show_at, "This.")
    show_end(show_at, other)
    show_at.clock.advance(0.4)
    assert advice.text() == "This."
    advise(show_at, "That.")
    show_at.clock.advance(10.0)
    assert advice.text() == "That."


def test_advice_stays_while_a_handle_passes_other_networks(show_at, overfitted):
    advice, path = show_at.bar.advice, "model.width"
    other = Run(replace(Experiment(), {path: 8}), overfitted.history)
    show_end(show_at, overfitted)
    advise(show_at, "This.")
    for _ in range(2):
        show_end(show_at, other, path)
        show_at.clock.advance(0.4)
        assert advice.text() == "This."
        show_end(show_at, overfitted)
        show_at.clock.advance(10.0)
        assert advice.text() == "This."
    for _ in range(2):
        show_end(show_at, other, path)
        show_at.clock.advance(0.3)
    assert advice.text() != "This."
    show_end(show_at, overfitted)
    assert advice.text() == "This."


def test_advice_stays_while_a_handle_passes_earlier_epochs(show_at, overfitted):
    advice = show_at.bar.advice
    show_end(show_at, overfitted)
    advise(show_at, "This.")
    for epoch in (180, 150, 100):
        show_end(show_at, overfitted, epoch=epoch)
        assert advice.text() == "This."
    show_at.clock.advance(0.6)
    assert advice.text() != "This."
    show_end(show_at, overfitted)
    assert advice.text() == "This."


@pytest.mark.parametrize("is_at_its_end", [False, True])
def test_what_was_advised_before_goes_where_no_other_advice_comes(
    show_at, overfitted, is_at_its_end
):
    other = Run(replace(Experiment(), {"model.width": 8}), overfitted.history)
    show_end(show_at, overfitted)
    advise(show_at, "This.")
    if is_at_its_end:
        show_end(show_at, other)
    else:
        show_at(100, other)
    show_at.clock.advance(0.6)
    assert show_at.bar.advice.text() != "This."
    show_end(show_at, overfitted)
    advise(show_at, "This.")
    show_at.bar.show_untrained(Experiment(), load(Experiment().data))
    assert show_at.bar.advice.text() != "This."
