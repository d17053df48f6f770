"""Names that strangers choose are shown as they stand, wherever the window has them."""

import pytest
from file_tools import LESSON, dialog_of, drop, put_files, use_table
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import Qt as Text
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLabel, QListView, QWidget

MARKED = "<img src='marked'>"
CLASSES = f"{MARKED}x,{MARKED}z,{MARKED}y\n" + "".join(
    f"{i % 7},{i % 5},{MARKED}{'ab'[i % 2]}\n" for i in range(40)
)
TOP = QModelIndex()
STRANGE = LESSON.replace('"A small', f'"{MARKED} A small').replace(
    '"Some text', f'"`{MARKED}` text'
)


def tips_of(view: QAbstractItemView):
    model = view.model()
    columns = 1 if isinstance(view, QListView) else model.columnCount(TOP)
    for row in range(min(model.rowCount(TOP), 20)):
        for column in range(columns):
            yield str(model.index(row, column).data(Qt.ItemDataRole.ToolTipRole) or "")


def shown_as_markup(owner: QWidget) -> list[str]:
    """The widgets in it, and in its dialogs, that would read the marked name as an image."""
    found = []
    for widget in (owner, *owner.findChildren(QWidget)):
        texts = [widget.toolTip(), *(action.toolTip() for action in widget.actions())]
        if isinstance(widget, QLabel) and widget.textFormat() != Qt.TextFormat.PlainText:
            texts.append(widget.text())
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            texts += tips_of(widget)
        bad = [text for text in texts if "<img" in text and Text.mightBeRichText(text)]
        found += [f"{type(widget).__name__} {widget.objectName()}: {text}" for text in bad]
    return found


@pytest.fixture
def person(person_who_begins_anew):
    return person_who_begins_anew


@pytest.fixture
def looked(person):
    """Looks through the whole window."""

    def look() -> None:
        QApplication.processEvents()
        assert not shown_as_markup(person.window)

    return look


def test_columns_classes_and_the_file_of_a_table(person, file, looked):
    window = person.window
    table = file(f"{MARKED.replace('/', '')}.csv", CLASSES)
    drop(window, put_files(table), window.rect().center())
    person.wait(lambda: dialog_of(window) is not None)
    person.wait(dialog_of(window).ok.isEnabled)
    looked()
    use_table(person)
    person.wait_until_finished()
    person.click("pin")
    for tab in ("network", "seeds", "landscape", "fit"):
        window.tabs.set_tab(tab)
        looked()


def test_a_pin_a_message_and_a_file_that_was_open(person, file, looked):
    person.train()
    person.controller.pin(name=f"{MARKED} pin")
    person.window.documents.open(file(f"{MARKED}.regplay", "no session"))
    assert MARKED in person.banner
    looked()
    person.click("compare")
    looked()


def test_the_title_and_the_texts_of_a_lesson(person, file, looked):
    person.window.guide.open_file(file("lesson.toml", STRANGE))
    assert person.window.guide.position is not None, person.banner
    looked()
    person.window.guide.show_contents()
    looked()
