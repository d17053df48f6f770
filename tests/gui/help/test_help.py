"""Help: every shortcut is listed, the words have pictures, and errors are written down."""

import sys

import pytest
from file_tools import clipboard, entries, press
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QDesktopServices, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLabel, QTabWidget, QTextBrowser

from regplay import __version__
from regplay.gui.help import help as help_module
from regplay.gui.help import shortcuts_of, write_errors
from regplay.gui.widgets import FlatButton
from regplay.session.illustrated import glossary
from regplay.session.storyboard import EXAMPLE, VERBS

Key, LEFT = Qt.Key, Qt.MouseButton.LeftButton


@pytest.fixture
def person(person_who_begins_anew):
    return person_who_begins_anew


def dialog_of(person) -> QDialog:
    found = person.window.findChildren(QDialog, "help")
    shown = [dialog for dialog in found if dialog.isVisible()]
    assert len(shown) == 1
    return shown[0]


def tab_of(person) -> str:
    tabs = dialog_of(person).findChild(QTabWidget)
    return tabs.tabText(tabs.currentIndex())


@pytest.mark.parametrize("key", [Key.Key_F1, Key.Key_Question])
def test_f1_and_the_question_mark_show_the_shortcuts(person, key):
    press(person, key, Qt.KeyboardModifier.NoModifier)
    assert tab_of(person) == "Shortcuts"
    text = dialog_of(person).findChild(QTextBrowser, "help.shortcuts").toPlainText()
    for words in ("Train, pause or replay\nSpace", "Pin this run\nP", "Ctrl+N", "Double click"):
        assert words in text
    QTest.keyClick(dialog_of(person), Key.Key_Escape)


def test_no_shortcut_of_the_window_is_forgotten(person):
    window = person.window
    listed = " ".join(keys for part in shortcuts_of(window).values() for keys in part.values())
    words = set(listed.replace(",", " ").split())
    native = QKeySequence.SequenceFormat.NativeText
    found = [key for action in window.findChildren(QAction) for key in action.shortcuts()]
    found += [shortcut.key() for shortcut in window.findChildren(QShortcut)]
    assert len(found) > 15
    assert {key.toString(native) for key in found} <= words


def test_each_word_has_a_picture_that_is_trained(person):
    person.choose("What the words mean")
    assert tab_of(person) == "Words"
    thumbnails = person.window.help._thumbnails
    terms = glossary()
    some = [index for index, term in enumerate(terms) if term.title in ("Overfitting", "Epoch")]
    person.wait(lambda: thumbnails._trained.issuperset(some))
    pictures = [
        label
        for label in dialog_of(person).findChildren(QLabel)
        if label.accessibleName().startswith("Picture of")
    ]
    assert [one.accessibleName() for one in pictures] == [f"Picture of {t.title}" for t in terms]
    for index in some:
        image = pictures[index].pixmap().toImage()
        colors = {
            image.pixelColor(x, y).name()
            for x in range(image.width())
            for y in range(image.height())
        }
        assert len(colors) > 10
    QTest.keyClick(dialog_of(person), Key.Key_Escape)


def test_how_to_write_films_is_shown_with_ten_lines_and_all_verbs(person):
    person.choose("How to write films")
    assert tab_of(person) == "Films"
    text = dialog_of(person).findChild(QTextBrowser, "help.films").toPlainText()
    assert EXAMPLE in text
    for verb, does in VERBS.items():
        assert f"{verb}\n{does.replace('`', '')}" in text
    assert "to, from, seconds, ease" in text
    assert (
        "title, fps, lesson, theme, scale, language, controls, sizes, page, values, experiment"
        in text
    )
    QTest.keyClick(dialog_of(person), Key.Key_Escape)


@pytest.mark.parametrize("has_folder", [True, False])
def test_about_opens_the_folder_of_errors_where_there_is_one(
    person, monkeypatch, tmp_path, has_folder
):
    """In a home that can't be written to, none could be made when the program started."""
    place = tmp_path / "errors.log" if has_folder else tmp_path / "gone" / "errors.log"
    monkeypatch.setattr(help_module, "log_path", lambda: place)
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    person.choose("About regplay")
    dialog = dialog_of(person)
    text = dialog.findChild(QLabel, "help.log").text()
    assert str(place.parent) in text
    assert text.startswith("Errors are written to" if has_folder else "Errors are not written: ")
    QTest.mouseClick(dialog.findChild(FlatButton, "help.folder"), LEFT)
    assert [link.toLocalFile() for link in opened] == [str(tmp_path)] * has_folder
    assert not (tmp_path / "gone").exists()
    QTest.keyClick(dialog, Key.Key_Escape)


def test_about_says_versions_and_how_they_are_copied(person):
    person.choose("About regplay")
    assert tab_of(person) == "About"
    dialog = dialog_of(person)
    text = dialog.findChild(QLabel, "help.versions").text()
    found = dict(line.split(": ", 1) for line in text.splitlines())
    assert found["regplay"] == __version__
    assert found["Python"] == sys.version.split()[0]
    assert {"PyTorch", "Qt", "Engine on the CPU", "System"} <= set(found)
    assert "not installed" not in text
    QTest.mouseClick(dialog.findChild(FlatButton, "help.copy"), LEFT)
    assert clipboard() == text
    QTest.keyClick(dialog, Key.Key_Escape)


def test_the_help_can_be_opened_again(open_window):
    person = open_window()
    for name in ("About regplay", "All shortcuts"):
        person.choose(name)
        QTest.keyClick(dialog_of(person), Key.Key_Escape)
        person.wait(lambda: not person.window.findChildren(QDialog, "help"))
    assert "About regplay" in entries(person.window, "Help")


def test_the_help_is_closed_with_the_window(open_window):
    person = open_window()
    person.choose("All shortcuts")
    dialog = dialog_of(person)
    assert dialog.isVisible()
    person.window.close()
    assert not dialog.isVisible()


# errors


@pytest.fixture
def told(monkeypatch):
    """What reaches the hook that was there before."""
    told = []
    monkeypatch.setattr(sys, "excepthook", lambda *args: told.append(args))
    return told


def fail(words: str) -> Exception:
    try:
        raise ValueError(words)
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
        return error


def test_an_error_is_written_with_its_place_and_told_as_before(tmp_path, told):
    log = tmp_path / "deep" / "errors.log"
    write_errors(log)
    error = fail("no such thing")
    assert told == [(ValueError, error, error.__traceback__)]
    for words in ("ValueError: no such thing", "test_help.py", __version__):
        assert words in log.read_text()
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert "KeyboardInterrupt" not in log.read_text()


def test_the_file_is_bounded_and_keeps_the_newest(tmp_path, told):
    log = tmp_path / "errors.log"
    write_errors(log)
    for number in range(2000):
        fail(f"error {number}, {'x' * 500}")
    assert log.read_text().startswith("--- ")
    assert "error 1999" in log.read_text()
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 2 * (256 << 10)
    assert not any("error 0," in file.read_text() for file in tmp_path.iterdir())


def test_a_folder_that_can_not_be_written_to_is_no_error(tmp_path, told):
    (tmp_path / "file").write_text("")
    write_errors(tmp_path / "file" / "errors.log")
    fail("lost")
    assert len(told) == 1
    assert (tmp_path / "file").read_text() == ""
