"""Opening and saving: what is asked, what is refused, and what stays as it was."""

from pathlib import Path

import pytest

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.history import History
from regplay.session.document import Document, StoredPin, StoredRun, read, write
from regplay.session.experiment_text import to_link, to_toml

MOONS = replace(Experiment(), {"data.name": "moons"})


def a_pin(name="λ = 0", color=0):
    return StoredPin(name, color, False, StoredRun(MOONS, History()))


def on_file(path):
    return replace(Experiment(), {"data.name": "csv", "data.file": str(path)})


def test_saved_under_a_name_changed_saved_again_and_opened(desk):
    documents, window = desk.documents, desk.window
    assert documents.title == "regplay"
    path = desk.answers.path = desk.folder / "mine.regplay"
    window.now = Document(MOONS, None, (a_pin(),), "xor", 3, {"tab": "seeds"})
    assert documents.save()
    assert documents.path == path
    assert documents.title == "mine.regplay[*] — regplay"
    assert not documents.is_modified

    window.now = Document(MOONS, None, (a_pin(), a_pin("other", 1)), "xor", 3)
    documents.check()
    assert documents.is_modified
    desk.answers.path = None
    assert documents.save()  # without another question
    assert [kind for kind, _ in desk.answers.asked] == ["save"]
    assert not documents.is_modified

    desk.documents.close()
    desk.begin()
    assert desk.documents.open(path)
    (found,) = desk.window.shown
    assert found.experiment == MOONS
    assert [pin.name for pin in found.pins] == ["λ = 0", "other"]
    assert desk.documents.path == path
    assert not desk.documents.is_modified
    assert desk.messages == []


def test_moving_about_is_no_change_but_work_is(desk):
    path = desk.answers.path = desk.folder / "mine.regplay"
    desk.documents.save()
    desk.changes.clear()
    desk.window.now = Document(Experiment(), None, (), "xor", 2, {"tab": "split"})
    desk.clock.advance(3)
    assert not desk.documents.is_modified
    assert desk.changes == []
    desk.window.now = Document(MOONS)
    desk.clock.advance(1)
    assert desk.documents.is_modified
    desk.window.now = Document(Experiment())  # undone
    desk.clock.advance(1)
    assert not desk.documents.is_modified
    assert desk.changes == [f"{path.name}[*] — regplay"] * 2


def test_a_dialog_that_is_closed_does_nothing(desk):
    assert not desk.documents.save()
    assert not desk.documents.save_as()
    assert desk.window.shown == []
    assert desk.documents.path is None
    assert desk.messages == []


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "the file is empty"),
        (b"\xff\xfe\x00", "no session of regplay"),
        (b"format = 9\n", "open it with a newer one"),
        (b"format = 1\n[experiment]\n", "not complete"),
        (None, "No such file"),
    ],
)
def test_what_cannot_be_opened_is_explained_and_what_was_open_stays(desk, content, complaint):
    desk.answers.path = desk.folder / "mine.regplay"
    desk.documents.save()
    before = desk.window.now = Document(MOONS)
    path = desk.folder / "wrong.regplay"
    if content is not None:
        path.write_bytes(content)
    assert not desk.documents.open(path)
    (message,) = desk.messages
    assert str(path) in message
    assert complaint in message
    assert desk.window.now is before
    assert desk.documents.path == desk.folder / "mine.regplay"
    desk.documents.check()
    assert desk.documents.is_modified
    assert ("keep", "mine.regplay") not in desk.answers.asked


def test_a_place_that_cannot_be_written_is_explained(desk):
    path = desk.answers.path = desk.folder / "none" / "mine.regplay"
    assert not desk.documents.save()
    assert str(path) in desk.messages[0]
    assert desk.documents.path is None


@pytest.mark.parametrize("answer", ["save", "discard", "cancel"])
def test_changes_are_asked_about_before_they_are_replaced(desk, answer):
    first, second = desk.folder / "first.regplay", desk.folder / "second.regplay"
    write(second, Document(replace(Experiment(), {"seed": 5})))
    desk.answers.path = first
    desk.documents.save()
    desk.window.now = Document(MOONS)
    desk.answers.keeps = answer
    assert desk.documents.open(second) == (answer != "cancel")
    assert desk.answers.asked[-1] == ("keep", "first.regplay")
    assert read(first).experiment == (MOONS if answer == "save" else Experiment())
    assert desk.window.now.experiment.seed == (0 if answer == "cancel" else 5)


def test_only_what_took_trouble_is_asked_about(desk):
    desk.window.now = Document(MOONS)  # settings that were tried
    assert desk.documents.may_close()
    assert desk.answers.asked == []
    desk.window.now = Document(MOONS, None, (a_pin(),))
    desk.answers.keeps = "cancel"
    assert not desk.documents.may_close()
    assert desk.answers.asked == [("keep", "this session")]
    desk.answers.keeps = "save"
    assert not desk.documents.may_close()  # no name was chosen
    desk.answers.path = desk.folder / "mine.regplay"
    assert desk.documents.may_close()
    assert len(read(desk.answers.path).pins) == 1


def test_a_file_that_a_session_names_is_asked_about_before_anything_is_read(desk):
    table, path = desk.folder / "table.csv", desk.folder / "sent.regplay"
    write(path, Document(on_file(table), None, (a_pin(),)))
    assert desk.documents.open(path)
    assert desk.answers.asked == [("read", (str(table),))]
    assert desk.window.now.experiment.data.file == str(table)
    assert desk.documents.path == path

    desk.answers.reads = False
    assert desk.documents.open(path)
    assert desk.window.now.experiment.data.file == ""
    assert len(desk.window.now.pins) == 1
    assert desk.documents.path is None  # so that saving doesn't write over what names the file
    assert "no data" in desk.messages[-1]


def test_a_session_without_files_asks_nothing(desk):
    path = desk.folder / "sent.regplay"
    write(path, Document(MOONS))
    desk.documents.open(path)
    assert desk.answers.asked == []


def test_an_experiment_file_is_a_change_of_settings(desk):
    desk.answers.path = desk.folder / "mine.regplay"
    desk.window.now = Document(Experiment(), None, (a_pin(),))
    desk.documents.save()
    path = desk.folder / "other.toml"
    path.write_text(to_toml(MOONS))
    assert desk.documents.open(path)
    assert desk.window.now.experiment == MOONS
    assert len(desk.window.now.pins) == 1
    assert desk.documents.path == desk.folder / "mine.regplay"

    path.write_text("[model]\ndepth = 99")
    assert not desk.documents.open(path)
    assert "model.depth = 99" in desk.messages[-1]
    path.write_text('[data]\nname = "csv"\nfile = "table.csv"')
    desk.answers.reads = False
    assert not desk.documents.open(path)
    assert desk.answers.asked[-1] == ("read", (str(desk.folder / "table.csv"),))
    assert desk.window.now.experiment == MOONS
    desk.answers.reads = True
    assert desk.documents.open(path)
    assert desk.window.now.experiment == on_file(desk.folder / "table.csv")


def test_a_link_is_opened(desk):
    desk.window.now = Document(Experiment(), None, (a_pin(),))
    assert desk.documents.open_link(to_link(MOONS))
    assert desk.window.now.experiment == MOONS
    assert len(desk.window.now.pins) == 1

    assert not desk.documents.open_link(to_link(MOONS)[:-3])
    assert "copy all of it" in desk.messages[-1]


def test_recent_files_are_remembered_the_newest_first(desk):
    told = []
    desk.documents.recent_changed.connect(lambda: told.append(desk.documents.recent))
    paths = [desk.folder / f"{number}.regplay" for number in range(10)]
    for path in paths:
        desk.answers.path = path
        desk.documents.save_as()
    assert desk.documents.recent == paths[:1:-1]
    assert len(told) == 10
    desk.documents.close()
    desk.begin()
    assert desk.documents.recent == paths[:1:-1]
    desk.documents.open(paths[4])
    assert desk.documents.recent[:2] == [paths[4], paths[9]]
    assert len(desk.documents.recent) == 8
    paths[4].unlink()
    desk.documents.open(paths[4])
    assert desk.documents.recent[0] == paths[9]
    desk.documents.clear_recent()
    assert desk.documents.recent == []


@pytest.mark.parametrize("value", ["/one.regplay", ["/one.regplay"], 3, None, [3], [""]])
def test_settings_that_mean_nothing_are_passed_over(desk, value):
    desk.settings.setValue("recent", value)
    named = [Path("/one.regplay")] if value in ("/one.regplay", ["/one.regplay"]) else []
    assert desk.documents.recent == named


def test_what_is_not_all_there_yet_is_saved_as_it_was_opened(desk):
    path = desk.folder / "sent.regplay"
    write(path, Document(MOONS, None, (a_pin(),)))
    desk.documents.open(path)
    desk.window.is_ready = False  # torch is not there yet, nor the states
    assert not desk.documents.is_modified
    desk.answers.path = desk.folder / "copy.regplay"
    assert desk.documents.save_as()
    assert len(read(desk.answers.path).pins) == 1


def test_a_name_with_the_mark_of_a_change_in_it_is_shown_as_it_is(desk):
    desk.answers.path = desk.folder / "a[*]b.regplay"
    desk.documents.save()
    assert desk.documents.title == "a[*][*]b.regplay[*] — regplay"
