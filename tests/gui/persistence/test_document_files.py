"""Opening and saving: what is asked, what is refused, and what stays as it was."""

import os
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


def test_saved_under_a_name_changed_saved_again_and_opened(shown):
    documents, window = shown.documents, shown.window
    assert documents.title == "regplay"
    path = shown.answers.path = shown.folder / "mine.regplay"
    window.now = Document(MOONS, None, (a_pin(),), "xor", 3, {"tab": "seeds"})
    assert documents.save()
    assert documents.path == path
    assert documents.title == "mine.regplay[*] — regplay"
    assert not documents.is_modified

    window.now = Document(MOONS, None, (a_pin(), a_pin("other", 1)), "xor", 3)
    documents.check()
    assert documents.is_modified
    shown.answers.path = None
    assert documents.save()  # without another question
    assert [kind for kind, _ in shown.answers.asked] == ["save"]
    assert not documents.is_modified

    shown.documents.close()
    shown.begin()
    assert shown.documents.open(path)
    (found,) = shown.window.shown
    assert found.experiment == MOONS
    assert [pin.name for pin in found.pins] == ["λ = 0", "other"]
    assert shown.documents.path == path
    assert not shown.documents.is_modified
    assert shown.messages == []


def test_moving_about_is_no_change_but_work_is(shown):
    path = shown.answers.path = shown.folder / "mine.regplay"
    shown.documents.save()
    shown.changes.clear()
    shown.window.now = Document(Experiment(), None, (), "xor", 2, {"tab": "split"})
    shown.clock.advance(3)
    assert not shown.documents.is_modified
    assert shown.changes == []
    shown.window.now = Document(MOONS)
    shown.clock.advance(1)
    assert shown.documents.is_modified
    shown.window.now = Document(Experiment())  # undone
    shown.clock.advance(1)
    assert not shown.documents.is_modified
    assert shown.changes == [f"{path.name}[*] — regplay"] * 2


def test_a_dialog_that_is_closed_does_nothing(shown):
    assert not shown.documents.save()
    assert not shown.documents.save_as()
    assert shown.window.shown == []
    assert shown.documents.path is None
    assert shown.messages == []


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
def test_what_cannot_be_opened_is_explained_and_what_was_open_stays(shown, content, complaint):
    shown.answers.path = shown.folder / "mine.regplay"
    shown.documents.save()
    before = shown.window.now = Document(MOONS)
    path = shown.folder / "wrong.regplay"
    if content is not None:
        path.write_bytes(content)
    assert not shown.documents.open(path)
    (message,) = shown.messages
    assert str(path) in message
    assert complaint in message
    assert shown.window.now is before
    assert shown.documents.path == shown.folder / "mine.regplay"
    shown.documents.check()
    assert shown.documents.is_modified
    assert ("keep", "mine.regplay") not in shown.answers.asked


def test_a_place_that_cannot_be_written_is_explained(shown):
    path = shown.answers.path = shown.folder / "none" / "mine.regplay"
    assert not shown.documents.save()
    assert str(path) in shown.messages[0]
    assert shown.documents.path is None


@pytest.mark.parametrize("answer", ["save", "discard", "cancel"])
def test_changes_are_asked_about_before_they_are_replaced(shown, answer):
    first, second = shown.folder / "first.regplay", shown.folder / "second.regplay"
    write(second, Document(replace(Experiment(), {"seed": 5})))
    shown.answers.path = first
    shown.documents.save()
    shown.window.now = Document(MOONS)
    shown.answers.keeps = answer
    assert shown.documents.open(second) == (answer != "cancel")
    assert shown.answers.asked[-1] == ("keep", "first.regplay")
    assert read(first).experiment == (MOONS if answer == "save" else Experiment())
    assert shown.window.now.experiment.seed == (0 if answer == "cancel" else 5)


def test_only_what_took_trouble_is_asked_about(shown):
    shown.window.now = Document(MOONS)  # settings that were tried
    assert shown.documents.may_close()
    assert shown.answers.asked == []
    shown.window.now = Document(MOONS, None, (a_pin(),))
    shown.answers.keeps = "cancel"
    assert not shown.documents.may_close()
    assert shown.answers.asked == [("keep", "this session")]
    shown.answers.keeps = "save"
    assert not shown.documents.may_close()  # no name was chosen
    shown.answers.path = shown.folder / "mine.regplay"
    assert shown.documents.may_close()
    assert len(read(shown.answers.path).pins) == 1


def test_a_file_that_a_session_names_is_asked_about_before_anything_is_read(shown):
    table, path = shown.folder / "table.csv", shown.folder / "sent.regplay"
    write(path, Document(on_file(table), None, (a_pin(),)))
    assert shown.documents.open(path)
    assert shown.answers.asked == [("read", (str(table),))]
    assert shown.window.now.experiment.data.file == str(table)
    assert shown.documents.path == path

    shown.answers.reads = False
    assert shown.documents.open(path)
    assert shown.window.now.experiment.data.file == ""
    assert len(shown.window.now.pins) == 1
    assert shown.documents.path is None  # so that saving doesn't write over what names the file
    assert "no data" in shown.messages[-1]


def test_a_session_without_files_asks_nothing(shown):
    path = shown.folder / "sent.regplay"
    write(path, Document(MOONS))
    shown.documents.open(path)
    assert shown.answers.asked == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such pipes")
@pytest.mark.parametrize("name", ["a.toml", "a.regplay"])
def test_a_pipe_is_not_waited_for(shown, name):
    os.mkfifo(shown.folder / name)
    assert not shown.documents.open(shown.folder / name)
    assert "this is no file" in shown.messages[0]


def test_an_experiment_file_is_a_change_of_settings(shown):
    shown.answers.path = shown.folder / "mine.regplay"
    shown.window.now = Document(Experiment(), None, (a_pin(),))
    shown.documents.save()
    path = shown.folder / "other.toml"
    path.write_text(to_toml(MOONS))
    assert shown.documents.open(path)
    assert shown.window.now.experiment == MOONS
    assert len(shown.window.now.pins) == 1
    assert shown.documents.path == shown.folder / "mine.regplay"

    path.write_text("[model]\ndepth = 99")
    assert not shown.documents.open(path)
    assert "model.depth = 99" in shown.messages[-1]
    path.write_text('[data]\nname = "csv"\nfile = "table.csv"')
    shown.answers.reads = False
    assert not shown.documents.open(path)
    assert shown.answers.asked[-1] == ("read", (str(shown.folder / "table.csv"),))
    assert shown.window.now.experiment == MOONS
    shown.answers.reads = True
    assert shown.documents.open(path)
    assert shown.window.now.experiment == on_file(shown.folder / "table.csv")


def test_a_link_is_opened(shown):
    shown.window.now = Document(Experiment(), None, (a_pin(),))
    assert shown.documents.open_link(to_link(MOONS))
    assert shown.window.now.experiment == MOONS
    assert len(shown.window.now.pins) == 1

    assert not shown.documents.open_link(to_link(MOONS)[:-3])
    assert "copy all of it" in shown.messages[-1]


def test_recent_files_are_remembered_the_newest_first(shown):
    told = []
    shown.documents.recent_changed.connect(lambda: told.append(shown.documents.recent))
    paths = [shown.folder / f"{number}.regplay" for number in range(10)]
    for path in paths:
        shown.answers.path = path
        shown.documents.save_as()
    assert shown.documents.recent == paths[:1:-1]
    assert len(told) == 10
    shown.documents.close()
    shown.begin()
    assert shown.documents.recent == paths[:1:-1]
    shown.documents.open(paths[4])
    assert shown.documents.recent[:2] == [paths[4], paths[9]]
    assert len(shown.documents.recent) == 8
    paths[4].unlink()
    shown.documents.open(paths[4])
    assert shown.documents.recent[0] == paths[9]
    shown.documents.clear_recent()
    assert shown.documents.recent == []


@pytest.mark.parametrize("value", ["/one.regplay", ["/one.regplay"], 3, None, [3], [""]])
def test_settings_that_mean_nothing_are_passed_over(shown, value):
    shown.settings.setValue("recent", value)
    named = [Path("/one.regplay")] if value in ("/one.regplay", ["/one.regplay"]) else []
    assert shown.documents.recent == named


def test_what_is_not_all_there_yet_is_saved_as_it_was_opened(shown):
    path = shown.folder / "sent.regplay"
    write(path, Document(MOONS, None, (a_pin(),)))
    shown.documents.open(path)
    shown.window.is_ready = False  # torch is not there yet, nor the states
    assert not shown.documents.is_modified
    shown.answers.path = shown.folder / "copy.regplay"
    assert shown.documents.save_as()
    assert len(read(shown.answers.path).pins) == 1


def test_a_name_with_the_mark_of_a_change_in_it_is_shown_as_it_is(shown):
    shown.answers.path = shown.folder / "a[*]b.regplay"
    shown.documents.save()
    assert shown.documents.title == "a[*][*]b.regplay[*] — regplay"
