"""What is opened in the window, by menus, by keys, and by drag and drop."""

import sys

import pytest
from file_tools import LESSON, OTHER, dialog_of, drop, entries, press, put_files, use_table
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from samples import TABLE

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.gui.controls.number import ValueBox
from regplay.gui.data.table_dialog import TableDialog
from regplay.gui.persistence import file_commands
from regplay.session.document import Document, write
from regplay.session.experiment_text import to_link, to_toml

Key = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LESSON += "experiment = { model.width = 8, epochs = 15 }\n"


@pytest.fixture
def person(person_who_begins_anew):
    return person_who_begins_anew


# Menus


# Each at a window of its own: PySide deletes a menu that Python was handed once it lets go of it.


def test_the_menus_offer_what_comes_in_and_goes_out(open_window):
    window = open_window().window
    assert entries(window, "File") == {
        "New…": "Ctrl+N",
        "Open…": "Ctrl+O",
        "Open recent": "",
        "Open data…": "",
        "Save session": "Ctrl+S",
        "Save session as…": "Ctrl+Shift+S",
        "Save experiment as TOML…": "",
        "Save as PyTorch script…": "",
        "Save data as CSV…": "",
        "Figures": "",
        "Record…": "Ctrl+Shift+R",
        "Record storyboard": "",
        "Export animation…": "",
        "Quit": "Ctrl+Q",
    }
    edit = entries(window, "Edit")
    assert edit["Copy as PyTorch"] == "Ctrl+Shift+P"
    assert edit["Copy link"] == "Ctrl+Shift+C"
    assert edit["Paste link, file or table"] == "Ctrl+V"


def test_no_two_entries_have_the_same_shortcut(open_window):
    window = open_window().window
    menus = ("File", "Edit", "Training", "Lessons", "View", "Help")
    keys = [keys for menu in menus for keys in entries(window, menu).values() if keys]
    assert len(keys) > 10
    assert len(keys) == len(set(keys))


# Opening


def test_ctrl_o_opens_an_experiment_with_all_its_epochs(person, choose_file, file):
    choose_file(file("mine.toml", to_toml(OTHER)))
    press(person, Key.Key_O)
    assert person.controller.session.experiment == OTHER
    press(person, Key.Key_Z)
    assert person.controller.session.experiment == replace(Experiment(), {"epochs": 20})


def test_an_experiment_keeps_its_epochs_where_the_run_was_given_as_many(person, choose_file, file):
    """The window had 20 and was given 20 more: the 40 of the file are its own."""
    person.window.timeline.action("keep_weights").setChecked(True)
    person.train()
    person.set(regularization__weight_decay=0.01)  # goes on from the present weights
    person.wait_until_finished()
    assert person.controller.session.experiment.epochs == 40
    choose_file(file("mine.toml", to_toml(replace(OTHER, {"epochs": 40}))))
    person.choose("Open…")
    assert person.controller.session.experiment == replace(OTHER, {"epochs": 40})


def test_a_dialog_that_is_cancelled_opens_nothing(person, choose_file):
    before = person.controller.session.experiment
    assert [choose_file(None), person.choose("Open…")][0] == ["Open"]
    assert [choose_file(None), person.choose("Open data…")][0] == ["Open data"]
    assert (person.controller.session.experiment, person.banner) == (before, "")
    assert dialog_of(person.window) is None


def test_a_lesson_is_opened_in_its_panel(person, choose_file, file):
    choose_file(file("lesson.toml", LESSON))
    person.choose("Open…")
    window = person.window
    assert window.guide.panel.isVisible()
    assert window.guide.position == ("small", 0)
    assert window.controller.session.experiment.model.width == 8


@pytest.mark.parametrize("entry", ["Open…", "Open data…"])
def test_a_table_is_shown_first_and_then_learned_from(person, choose_file, file, entry):
    path = file("mine.csv", TABLE)
    choose_file(path)
    before = person.controller.session.experiment
    person.choose(entry)
    dialog = dialog_of(person.window)
    assert dialog.isVisible()
    assert person.controller.session.experiment == before
    use_table(person)
    data = person.controller.session.experiment.data
    assert (data.name, data.file, data.target) == ("csv", str(path), "sales")
    view = person.wait_until_finished()
    assert view.dataset.input_names == ("price",)
    assert view.snapshot.epoch == 20
    person.wait(lambda: not person.window.findChildren(TableDialog))
    press(person, Key.Key_Z)
    assert person.controller.session.experiment == before


def test_what_is_learned_from_a_table_is_in_sight(person, choose_file, file):
    choose_file(file("mine.csv", TABLE))
    person.click("tab.seeds")
    person.choose("Open data…")
    use_table(person)
    assert person.window.tabs.tab == "fit"
    assert person.controller.runner.is_playing
    person.wait_until_finished()
    assert person.window.fit_view.panel.dataset.input_names == ("price",)
    assert person.window.fit_view.panel.fit is not None


def test_a_table_that_is_not_used_changes_nothing(person, choose_file, file):
    choose_file(file("mine.csv", TABLE))
    before = person.controller.session.experiment
    person.choose("Open…")
    QTest.keyClick(dialog_of(person.window), Key.Key_Escape)
    assert dialog_of(person.window) is None
    assert person.controller.session.experiment == before


BROKEN = [
    ("a.toml", "seed = = 3", "This is not TOML"),
    ("a.toml", "[model]\ndepth = 99\n", "must be a whole number from 0 to 8"),
    ("a.toml", "a = " + "[" * 20_000, "nested too deeply"),
    ("a.toml", LESSON + "view = 'nowhere'", "view = 'nowhere': must be one of"),
    ("a.toml", "pages = 1\nx = " + "9" * 5000, "This is not TOML"),
    ("a.regplay", "", "the file is empty"),
    ("a.regplay", "format = 1\n", "the file is not complete"),
    ("a.regplay", b"PK\x03\x04\xff", "this is no session of regplay"),
    ("a.md", "# Notes", "there is only one column"),
    ("a.json", '{"a": 1}', "this is a JSON file; regplay reads tables: CSV, TSV, Excel"),
    ("a.csv", "", "the file is empty"),
    ("a.csv", b"PK\x03\x04\x00\xff", "this is a damaged ZIP or Excel file"),
    ("a.txt", "some words\nand more\n", "there is only one column"),
]


def test_a_broken_file_is_explained_and_changes_nothing(person, choose_file, file, subtests):
    window, documents = person.window, person.window.documents

    def open_now():
        position = window.guide.position
        return person.controller.session.experiment, documents.path, position, documents.recent

    for count, (name, content, message) in enumerate(BROKEN):
        with subtests.test(name=name, message=message):
            before = open_now()
            path = file(name, content)
            choose_file(path)
            person.choose("Open…")
            assert message in person.banner
            assert str(path) in person.banner
            assert open_now() == before
            assert dialog_of(window) is None
            assert not window.guide.panel.isVisible()
        person.set(model__depth=1 + count % 2)
        assert person.banner == ""


def test_a_file_that_is_gone_is_explained(person, choose_file, tmp_path):
    for name in ("none.toml", "none.regplay", "none.csv"):
        choose_file(tmp_path / name)
        person.choose("Open…")
        assert f"{tmp_path / name}: " in person.banner
        assert dialog_of(person.window) is None


def test_recent_sessions_are_opened_from_their_menu_and_forgotten(person, tmp_path):
    path = tmp_path / "R&D.regplay"
    write(path, Document(OTHER))
    assert person.window.documents.open(path)
    person.set(seed=5)
    person.answers.keeps = "discard"
    menu = person.window.menus._recent
    menu.aboutToShow.emit()
    texts = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert (texts[0], texts[-1]) == (str(path).replace("&", "&&"), "&Clear this list")
    menu.actions()[0].trigger()
    assert person.controller.session.experiment == OTHER
    menu.actions()[-1].trigger()
    menu.aboutToShow.emit()
    (action,) = (action for action in menu.actions() if not action.isSeparator())
    assert not action.isEnabled()


# Drag and drop


def places(window):
    """Where things are dropped: over plots, controls and what lies around them."""
    widgets = {
        "fit": window.fit_view.panel.chart,
        "losses": window.history_view.plot,
        "a number": window.controls.control("optimizer.lr").findChild(ValueBox),
        "transport": window.timeline,
        "window": window.verdict_bar,
    }
    return {name: widget.mapTo(window, widget.rect().center()) for name, widget in widgets.items()}


def test_a_table_may_be_dropped_anywhere(person, file):
    for name, place in places(person.window).items():
        assert drop(person.window, put_files(file("mine.csv", TABLE)), place), name
        assert dialog_of(person.window) is None  # the drag is over first
        person.wait(lambda: dialog_of(person.window))
        use_table(person)
        assert person.controller.session.experiment.data.name == "csv", name
        person.set(data__name="sine")
        person.wait(person.is_shown)


def test_a_table_that_is_dropped_on_the_name_of_a_file_is_opened(person, file):
    person.set(data__name="csv", data__file="/none.csv")
    window = person.window
    line = window.controls.control("data.file").line
    place = line.mapTo(window, line.rect().center())
    assert line.isVisible()
    assert drop(window, put_files(file("mine.csv", TABLE)), place)
    person.wait(lambda: dialog_of(window))
    assert line.text() == "/none.csv"
    use_table(person)
    assert line.text() == str(file("mine.csv", TABLE))


def test_sessions_experiments_lessons_and_links_may_be_dropped(person, file, tmp_path):
    window, session = person.window, tmp_path / "mine.regplay"
    write(session, Document(replace(OTHER, {"seed": 9})))
    here = QPoint(400, 300)
    assert drop(window, put_files(session), here)
    person.wait(lambda: window.documents.path == session)
    assert window.controller.session.experiment.seed == 9
    assert drop(window, put_files(file("mine.toml", to_toml(OTHER))), here)
    person.wait(lambda: window.controller.session.experiment == OTHER)
    assert drop(window, put_files(file("lesson.toml", LESSON)), here)
    person.wait(window.guide.panel.isVisible)
    mime = put_files()
    mime.setText(to_link(OTHER))
    assert drop(window, mime, here)
    assert window.controller.session.experiment == OTHER


def test_a_number_typed_before_a_link_is_dropped_counts(person):
    box, mime = person.find("regularization.weight_decay").box, put_files()
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "1")
    mime.setText(to_link(OTHER))
    assert drop(person.window, mime, QPoint(400, 300))
    assert person.controller.session.experiment == OTHER
    person.controller.undo()
    assert person.controller.session.experiment.regularization.weight_decay == 1


def test_what_can_not_be_opened_is_not_taken(person, file):
    before = person.controller.session.experiment
    text, web = put_files(), put_files()
    text.setText("just words")
    web.setUrls([QUrl("https://example.org/mine.csv")])
    two = put_files(file("a.csv", TABLE), file("b.csv", TABLE))
    no_name = put_files(file("a.csv", TABLE).with_name("a\0.csv"))
    for mime in (text, web, two, no_name, put_files(file("a.csv", TABLE).parent), put_files()):
        for place in places(person.window).values():
            assert not drop(person.window, mime, place)
    QGuiApplication.processEvents()
    assert (person.controller.session.experiment, person.banner) == (before, "")
    assert dialog_of(person.window) is None


def test_what_reads_tables_is_imported_on_a_thread_while_a_file_is_dragged(
    person, file, tmp_path, monkeypatch
):
    """Pandas takes half a second, or several from a cold disk; another module stands for it."""
    file("slow_reader.py", "import threading\nthread = threading.current_thread().name")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(file_commands, "_READER", "slow_reader")
    person.window.files.accepts(put_files(file("mine.csv", TABLE)))
    person.wait(lambda: hasattr(sys.modules.get("slow_reader"), "thread"))
    assert sys.modules.pop("slow_reader").thread != "MainThread"


@pytest.mark.parametrize(
    ("ending", "message"), [("", ""), ("raise ImportError('no pandas')", "no pandas; install")]
)
def test_a_pasted_table_is_opened_once_that_is_imported(
    person, file, tmp_path, monkeypatch, ending, message
):
    waits = "import os\nwhile not os.path.exists({!r}):\n    pass\n".format(str(tmp_path / "go"))
    file("slow_reader.py", waits + ending)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(file_commands, "_READER", "slow_reader")
    QGuiApplication.clipboard().setText(TABLE)
    person.window.files.paste()
    assert dialog_of(person.window) is None
    assert person.banner == ""
    file("go")
    person.wait(lambda: dialog_of(person.window) is not None or bool(person.banner))
    assert message in person.banner
    assert (dialog_of(person.window) is None) == bool(message)
    if dialog := dialog_of(person.window):
        dialog.reject()
    sys.modules.pop("slow_reader", None)


@pytest.mark.parametrize("name", ["n" * 300, "n" * 300 + ".regplay"])
def test_a_name_that_no_file_can_have_is_refused(person, tmp_path, name):
    """`Path.is_dir` raises there, which would leave the drag that is under way open."""
    assert drop(person.window, put_files(tmp_path / name), QPoint(400, 300))
    person.wait(person.window.banner.isVisible)
    assert dialog_of(person.window) is None
