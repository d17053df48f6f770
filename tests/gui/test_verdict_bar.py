"""The losses beside the verdict."""

import numpy as np
import pytest
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication, QLabel

from regplay.core.history import MEASURES, Snapshot
from regplay.core.verdict import Verdict
from regplay.gui.theme import LIGHT, palette_of
from regplay.gui.verdict_bar import VerdictBar


@pytest.fixture
def words_of(show_widget):
    bar = show_widget(VerdictBar(), 900, 80)
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


def test_advice_keeps_to_two_lines_and_its_tooltip_has_it_all(show_widget):
    bar = show_widget(VerdictBar(), 500, 80)
    height, words = bar.advice.height(), "try weight decay, dropout, early stopping " * 4
    bar.set_verdict(Verdict("overfitting", "Overfitting", words))
    drawn = QLabel.text(bar.advice)
    assert drawn.endswith("…")
    assert "\n" in drawn  # two lines
    assert bar.advice.height() == height
    assert bar.advice.toolTip() == words
    bar.resize(2400, 80)
    QApplication.processEvents()
    assert QLabel.text(bar.advice) == words
