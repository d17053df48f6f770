"""What a closed window leaves behind in the memory: nothing."""

import gc

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.gui.window import MainWindow
from tests.gui.answers import Answers


def _of_qt() -> list[str]:
    gc.collect()
    things = gc.get_objects()
    return sorted(type(one).__name__ for one in things if issubclass(type(one), QObject))


@pytest.fixture
def open_and_close(qtbot, settings, tmp_path):
    def go() -> None:
        answers = Answers()
        window = MainWindow(
            replace(Experiment(), {"epochs": 20}),
            settings=settings,
            questions=answers,
            folder=tmp_path / "kept",
        )
        with qtbot.waitExposed(window):
            window.show()
        runner = window.controller.runner
        qtbot.waitUntil(lambda: runner.view is not None)
        runner.play()
        qtbot.waitUntil(lambda: runner.is_finished)
        window.close()
        window.theme.deleteLater()
        window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    return go


def test_a_closed_window_is_gone_with_all_that_was_in_it(open_and_close) -> None:
    open_and_close()
    before = _of_qt()  # with what is made once and stays
    open_and_close()
    assert _of_qt() == before
