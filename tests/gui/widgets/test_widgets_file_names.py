"""Which file is written where a person types a name without its ending, into the real dialog."""

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMessageBox, QWidget

from regplay.gui.widgets import path_to_save

TABLES = "Tables (*.csv)"


@pytest.fixture
def ask(qtbot, own_dialogs, tmp_path):
    """Asks for a table, and has the keys of a person typed into one dialog after another."""
    parent = QWidget()
    qtbot.addWidget(parent)

    def ask_one(typed, *replaces, kinds=TABLES):
        seen, answers = [], iter(replaces)

        def answer():
            timer.start()  # before: what is done now may open a dialog
            dialog = QApplication.activeModalWidget()
            if isinstance(dialog, QMessageBox):
                wanted = next(answers)
                button = QMessageBox.StandardButton.Yes if wanted else QMessageBox.StandardButton.No
                seen.append("replace?")
                QTest.mouseClick(dialog.button(button), Qt.MouseButton.LeftButton)
            elif isinstance(dialog, QFileDialog) and seen[-1:] == ["replace?"]:
                dialog.reject()
            elif isinstance(dialog, QFileDialog):
                field = dialog.findChild(QLineEdit)
                if not seen:
                    field.selectAll()
                    QTest.keyClicks(field, typed)
                seen.append(field.text())
                QTest.keyClick(field, Qt.Key.Key_Return)

        timer = QTimer(parent, singleShot=True, interval=5)
        timer.timeout.connect(answer)
        timer.start()
        path = path_to_save(parent, "Save data", str(tmp_path / "sine.csv"), kinds)
        timer.stop()
        seen.append("over")
        return path, seen

    return ask_one


def test_a_name_gets_the_ending_unless_it_has_one(ask, tmp_path):
    assert ask("mine")[0] == tmp_path / "mine.csv"
    assert ask("mine.CSV")[0] == tmp_path / "mine.CSV"
    assert ask("week 1.5")[0] == tmp_path / "week 1.5.csv"
    assert ask("mine.txt", kinds=f"{TABLES};;All files (*)")[0] == tmp_path / "mine.txt"


@pytest.mark.parametrize("may_replace", [True, False])
def test_a_file_that_has_the_name_with_the_ending_is_asked_about(ask, tmp_path, may_replace):
    (tmp_path / "mine.csv").touch()
    path, seen = ask("mine", may_replace)
    assert seen == ["mine", "mine.csv", "replace?", "over"]
    assert path == (tmp_path / "mine.csv" if may_replace else None)
