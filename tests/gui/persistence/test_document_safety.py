"""What is written every few seconds, and what is offered after a crash."""

import threading

import pytest
from PySide6.QtCore import QTimer

from regplay.core.datasets import load
from regplay.core.datasets.own_table import Check
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.history import History
from regplay.gui.persistence import documents
from regplay.session.document import Document, StoredPin, StoredRun, read, write
from regplay.session.document.document_text import FORMAT


def seeded(seed, *pins, view=None):
    return Document(replace(Experiment(), {"seed": seed}), None, pins, view=view or {})


def a_pin():
    return StoredPin("a pin", 0, False, StoredRun(Experiment(), History()))


def test_nothing_is_written_while_nothing_changes(shown):
    shown.clock.advance(60)
    shown.window.now = Document(Experiment(), None, (), "xor", 2, {"tab": "seeds"})
    shown.clock.advance(60)
    assert shown.saved == []
    assert not [t for t in threading.enumerate() if t.name == "autosave"]


def test_changes_are_written_within_a_second_and_then_every_five(shown):
    shown.window.now = seeded(1)
    shown.clock.advance(1)
    (path,) = shown.saved
    assert read(path).experiment.seed == 1
    for seed in range(2, 6):  # at 2, 3, 4, 5 s
        shown.window.now = seeded(seed)
        shown.clock.advance(1)
        assert [read(saved).experiment.seed for saved in shown.saved] == [1]
    shown.clock.advance(1)
    assert [read(saved).experiment.seed for saved in shown.saved] == [5]


def test_where_a_person_is_is_written_along_with_their_work(shown):
    shown.window.now = seeded(1)
    shown.clock.advance(6)
    shown.window.now = seeded(1, view={"tab": "seeds"})
    shown.clock.advance(6)
    assert read(shown.saved[0]).view == {"tab": "seeds"}


def test_what_rests_is_not_written_again(shown):
    shown.window.now = seeded(1)
    shown.clock.advance(1)
    (path,) = shown.saved
    path.unlink()
    shown.clock.advance(60)
    assert shown.saved == []


def test_what_is_saved_or_undone_needs_no_second_file(shown):
    shown.window.now = seeded(1)
    shown.clock.advance(1)
    assert len(shown.saved) == 1
    shown.answers.path = shown.folder / "mine.regplay"
    shown.documents.save()
    assert shown.saved == []
    shown.window.now = seeded(2)
    shown.clock.advance(6)
    assert len(shown.saved) == 1
    shown.window.now = seeded(1)  # undone
    shown.clock.advance(6)
    assert shown.saved == []


def test_a_close_in_good_order_leaves_nothing(shown):
    shown.window.now = seeded(1)
    shown.clock.advance(1)
    shown.documents.close()
    assert shown.saved == []
    shown.clock.advance(60)
    assert shown.saved == []
    shown.begin()
    assert not shown.documents.recover()
    assert shown.answers.asked == []


def test_what_a_crash_left_is_recovered(shown):
    shown.window.now = seeded(1, a_pin())
    shown.clock.advance(1)
    shown.crash()
    shown.begin()
    assert shown.documents.recover()
    assert [kind for kind, _ in shown.answers.asked] == ["recover"]
    assert shown.window.now.experiment.seed == 1
    assert len(shown.window.now.pins) == 1
    assert shown.documents.title == "Recovered session[*] — regplay"
    assert shown.documents.is_modified
    shown.clock.advance(60)
    assert shown.documents.is_modified
    assert len(shown.saved) == 1  # until it is saved, or closed

    shown.answers.keeps = "cancel"
    assert not shown.documents.may_close()
    shown.answers.path = shown.folder / "mine.regplay"
    shown.answers.keeps = "save"
    assert shown.documents.may_close()
    assert shown.saved == []
    assert shown.documents.title == "mine.regplay[*] — regplay"


def test_a_recovered_session_that_crashes_too_is_recovered_again(shown):
    shown.window.now = seeded(1)
    shown.clock.advance(1)
    shown.crash()
    shown.begin().documents.recover()
    shown.crash()
    shown.begin().documents.recover()
    assert shown.window.now.experiment.seed == 1
    shown.window.now = seeded(2)
    shown.clock.advance(6)
    shown.crash()
    shown.begin().documents.recover()
    assert shown.window.now.experiment.seed == 2


def test_what_is_declined_is_offered_at_each_start(shown):
    shown.window.now = seeded(1)
    shown.clock.advance(1)
    shown.crash()
    for _ in range(2):
        shown.begin()
        shown.answers.recovers = "later"
        assert not shown.documents.recover()
        shown.window.now = seeded(2)
        shown.clock.advance(10)  # work that is written elsewhere
        assert len(shown.saved) == 2
        shown.documents.close()
        assert len(shown.saved) == 1
    shown.begin()
    assert shown.documents.recover()
    assert shown.window.now.experiment.seed == 1
    shown.documents.close()
    assert shown.saved == []


def test_what_is_discarded_is_gone_and_the_next_is_offered(shown):
    for seed in (1, 2):
        shown.window.now = seeded(seed)
        shown.clock.advance(6)
        shown.crash()
        shown.begin()
    shown.answers.recovers = "discard"
    assert not shown.documents.recover()
    assert len(shown.answers.asked) == 2
    assert shown.saved == []


def test_two_windows_are_not_offered_the_same(shown):
    shown.window.now = seeded(1)
    shown.clock.advance(1)
    living = shown.documents
    shown.begin()
    assert not shown.documents.recover()  # its window lives
    assert shown.answers.asked == []
    living.close()


def test_what_cannot_be_recovered_is_explained_and_stays(shown):
    shown.window.now = seeded(1)
    shown.clock.advance(1)
    (path,) = shown.saved
    shown.crash()
    path.write_text(f"format = {FORMAT + 1}\n")
    shown.begin()
    assert not shown.documents.recover()
    assert "can't be recovered" in shown.messages[0]
    assert f"format {FORMAT + 1}" in shown.messages[0]
    assert path.exists()
    assert shown.window.shown == []


def test_what_cannot_be_recovered_hides_no_other(shown):
    for seed in (1, 2):
        shown.window.now = seeded(seed)
        shown.clock.advance(6)
        shown.crash()
        shown.begin()
        shown.answers.recovers = "later"
    newest = max(shown.saved, key=lambda path: path.stat().st_mtime)
    assert read(newest).experiment.seed == 2
    newest.write_text("damaged")
    shown.answers.recovers = "recover"
    assert shown.documents.recover()
    assert shown.window.now.experiment.seed == 1
    assert len(shown.answers.asked) == 2
    assert len(shown.messages) == 1
    assert f"can't be recovered: {newest}" in shown.messages[0]
    shown.documents.close()
    assert shown.saved == [newest]
    shown.begin()
    assert not shown.documents.recover()
    assert len(shown.answers.asked) == 1  # it is offered again


def test_what_is_recovered_is_on_disk_while_it_is_being_shown(shown):
    shown.window.now = seeded(1)
    shown.clock.advance(1)
    (path,) = shown.saved
    shown.crash()
    shown.begin()
    written = []

    def show_document(document):
        shown.window.is_ready = False
        shown.clock.advance(10)
        written.append(read(path).experiment.seed)
        shown.window.now, shown.window.is_ready = document, True

    shown.window.show_document = show_document
    assert shown.documents.recover()
    assert written == [1]
    assert shown.documents.is_modified


def test_a_folder_that_cannot_be_written_is_told_once(shown):
    (shown.folder / "autosave").write_text("a file")
    for seed in range(1, 5):
        shown.window.now = seeded(seed)
        shown.clock.advance(6)
        shown.documents._autosave.wait()
    assert len(shown.messages) == 1
    assert "not safe from a crash" in shown.messages[0]
    (shown.folder / "autosave").unlink()
    shown.clock.advance(12)  # tried again, though nothing has changed
    assert read(shown.saved[0]).experiment.seed == 4


@pytest.mark.parametrize("what", ["read", "write"])
def test_the_window_is_there_while_a_session_is_read_or_written(shown, monkeypatch, tmp_path, what):
    path, goes_on, was_there = tmp_path / "a.regplay", threading.Event(), []
    write(path, seeded(3))
    usual = getattr(documents, what)

    def slowly(*given):
        was_there.append(goes_on.wait(60))
        return usual(*given)

    monkeypatch.setattr(documents, what, slowly)
    QTimer.singleShot(0, goes_on.set)
    if what == "read":
        assert shown.documents.open(path)
        assert shown.window.now.experiment.seed == 3
    else:
        shown.window.now = seeded(4)
        shown.answers.path = path
        assert shown.documents.save()
        assert read(path).experiment.seed == 4
    assert was_there == [True]


def test_a_table_is_read_beside_the_window_before_it_is_shown(shown, monkeypatch, tmp_path):
    table, path, read_on = tmp_path / "a.csv", tmp_path / "a.regplay", []
    table.write_text("x,y\n" + "".join(f"{i},{i * i}\n" for i in range(20)))
    values = {"data.name": "csv", "data.file": str(table), "data.n_train": 0, "data.n_valid": 0}
    write(path, Document(replace(Experiment(), values)))
    steps = Check.steps

    def noted(check):
        read_on.append(threading.current_thread() is threading.main_thread())
        return steps(check)

    monkeypatch.setattr(Check, "steps", noted)
    shown.answers.reads = False
    assert shown.documents.open(path)
    assert read_on == []
    shown.answers.reads = True
    assert shown.documents.open(path)
    load(shown.window.now.experiment.data)  # as the controller does
    assert read_on == [False]
