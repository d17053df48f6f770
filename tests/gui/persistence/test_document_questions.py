"""The dialogs: what they say, and what closing them means."""

from datetime import datetime

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QWidget

from regplay.gui.persistence.documents import Dialogs


@pytest.fixture
def dialogs(qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    return Dialogs(parent)


def answering(button=None, seen=None):
    """Click a button of the dialog that comes next, or press Escape."""

    def answer():
        box = QApplication.activeModalWidget()
        if not isinstance(box, QMessageBox):
            QTimer.singleShot(5, answer)  # until it is there
            return
        if seen is not None:
            seen.append((box.text(), box.informativeText(), box.textFormat()))
        if button is None:
            QTest.keyClick(box, Qt.Key.Key_Escape)
            return
        found = next(b for b in box.buttons() if b.text().replace("&", "") == button)
        QTest.mouseClick(found, Qt.MouseButton.LeftButton)

    QTimer.singleShot(0, answer)


@pytest.mark.parametrize(
    ("button", "may"), [("Read it", True), ("Open without it", False), (None, False)]
)
def test_a_file_is_read_only_where_that_is_said(dialogs, button, may):
    seen = []
    answering(button, seen)
    assert dialogs.may_read(["/home/me/<b>table</b>.csv"]) is may
    text, more, text_format = seen[0]
    assert "/home/me/<b>table</b>.csv" in text
    assert text_format == Qt.TextFormat.PlainText
    assert "table" not in more  # which may be taken for markup


def test_many_and_long_files_do_not_fill_the_screen(dialogs):
    seen = []
    answering("Open without them", seen)
    paths = [f"/{'x' * 5000}/{number}.csv" for number in range(13)]
    assert not dialogs.may_read(paths)
    text = seen[0][0]
    assert len(text) < 1200
    assert "and 10 more" in text
    assert "/0.csv" in text


@pytest.mark.parametrize(
    ("button", "answer"),
    [("Save", "save"), ("Don't save", "discard"), ("Cancel", "cancel"), (None, "cancel")],
)
def test_changes(dialogs, button, answer):
    seen = []
    answering(button, seen)
    assert dialogs.keep_changes("mine.regplay") == answer
    assert "mine.regplay" in seen[0][0]


@pytest.mark.parametrize(
    ("button", "answer"),
    [("Recover", "recover"), ("Delete it", "discard"), ("Not now", "later"), (None, "later")],
)
def test_recovery(dialogs, button, answer):
    seen = []
    answering(button, seen)
    assert dialogs.recovery(datetime(2024, 3, 5, 14, 30, 7)) == answer
    assert "14:30:07" in seen[0][0]


def saving_as(name, accepts=True):
    """Type a name into the dialog that comes next."""

    def answer():
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, QFileDialog):
            QTimer.singleShot(5, answer)
            return
        dialog.selectFile(name)
        dialog.accept() if accepts else dialog.reject()

    QTimer.singleShot(0, answer)


@pytest.mark.usefixtures("own_dialogs")
def test_a_name_gets_the_suffix_unless_it_has_one(dialogs, tmp_path):
    for typed, path in (("mine", "mine.regplay"), ("mine.regplay", "mine.regplay")):
        saving_as(typed)
        assert dialogs.file_to_save(tmp_path / "session.regplay") == tmp_path / path
    saving_as("mine", accepts=False)
    assert dialogs.file_to_save(tmp_path / "session.regplay") is None
