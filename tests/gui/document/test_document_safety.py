"""What is written every few seconds, and what is offered after a crash."""

import threading

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.history import History
from regplay.session.document import Document, StoredPin, StoredRun, read
from regplay.session.document.text import FORMAT


def seeded(seed, *pins, view=None):
    return Document(replace(Experiment(), {"seed": seed}), None, pins, view=view or {})


def a_pin():
    return StoredPin("a pin", 0, False, StoredRun(Experiment(), History()))


def test_nothing_is_written_while_nothing_changes(desk):
    desk.clock.advance(60)
    desk.window.now = Document(Experiment(), None, (), "xor", 2, {"tab": "seeds"})
    desk.clock.advance(60)
    assert desk.saved == []
    assert not [t for t in threading.enumerate() if t.name == "autosave"]


def test_changes_are_written_within_a_second_and_then_every_five(desk):
    desk.window.now = seeded(1)
    desk.clock.advance(1)
    (path,) = desk.saved
    assert read(path).experiment.seed == 1
    for seed in range(2, 6):  # at 2, 3, 4, 5 s
        desk.window.now = seeded(seed)
        desk.clock.advance(1)
        assert [read(saved).experiment.seed for saved in desk.saved] == [1]
    desk.clock.advance(1)
    assert [read(saved).experiment.seed for saved in desk.saved] == [5]


def test_where_a_person_is_is_written_along_with_their_work(desk):
    desk.window.now = seeded(1)
    desk.clock.advance(6)
    desk.window.now = seeded(1, view={"tab": "seeds"})
    desk.clock.advance(6)
    assert read(desk.saved[0]).view == {"tab": "seeds"}


def test_what_rests_is_not_written_again(desk):
    desk.window.now = seeded(1)
    desk.clock.advance(1)
    (path,) = desk.saved
    path.unlink()
    desk.clock.advance(60)
    assert desk.saved == []


def test_what_is_saved_or_undone_needs_no_second_file(desk):
    desk.window.now = seeded(1)
    desk.clock.advance(1)
    assert len(desk.saved) == 1
    desk.answers.path = desk.folder / "mine.regplay"
    desk.documents.save()
    assert desk.saved == []
    desk.window.now = seeded(2)
    desk.clock.advance(6)
    assert len(desk.saved) == 1
    desk.window.now = seeded(1)  # undone
    desk.clock.advance(6)
    assert desk.saved == []


def test_a_close_in_good_order_leaves_nothing(desk):
    desk.window.now = seeded(1)
    desk.clock.advance(1)
    desk.documents.close()
    assert desk.saved == []
    desk.clock.advance(60)
    assert desk.saved == []
    desk.begin()
    assert not desk.documents.recover()
    assert desk.answers.asked == []


def test_what_a_crash_left_is_recovered(desk):
    desk.window.now = seeded(1, a_pin())
    desk.clock.advance(1)
    desk.crash()
    desk.begin()
    assert desk.documents.recover()
    assert [kind for kind, _ in desk.answers.asked] == ["recover"]
    assert desk.window.now.experiment.seed == 1
    assert len(desk.window.now.pins) == 1
    assert desk.documents.title == "Recovered session[*] — regplay"
    assert desk.documents.is_modified
    desk.clock.advance(60)
    assert desk.documents.is_modified
    assert len(desk.saved) == 1  # until it is saved, or closed

    desk.answers.keeps = "cancel"
    assert not desk.documents.may_close()
    desk.answers.path = desk.folder / "mine.regplay"
    desk.answers.keeps = "save"
    assert desk.documents.may_close()
    assert desk.saved == []
    assert desk.documents.title == "mine.regplay[*] — regplay"


def test_a_recovered_session_that_crashes_too_is_recovered_again(desk):
    desk.window.now = seeded(1)
    desk.clock.advance(1)
    desk.crash()
    desk.begin().documents.recover()
    desk.crash()
    desk.begin().documents.recover()
    assert desk.window.now.experiment.seed == 1
    desk.window.now = seeded(2)
    desk.clock.advance(6)
    desk.crash()
    desk.begin().documents.recover()
    assert desk.window.now.experiment.seed == 2


def test_what_is_declined_is_offered_at_each_start(desk):
    desk.window.now = seeded(1)
    desk.clock.advance(1)
    desk.crash()
    for _ in range(2):
        desk.begin()
        desk.answers.recovers = "later"
        assert not desk.documents.recover()
        desk.window.now = seeded(2)
        desk.clock.advance(10)  # work that is written elsewhere
        assert len(desk.saved) == 2
        desk.documents.close()
        assert len(desk.saved) == 1
    desk.begin()
    assert desk.documents.recover()
    assert desk.window.now.experiment.seed == 1
    desk.documents.close()
    assert desk.saved == []


def test_what_is_discarded_is_gone_and_the_next_is_offered(desk):
    for seed in (1, 2):
        desk.window.now = seeded(seed)
        desk.clock.advance(6)
        desk.crash()
        desk.begin()
    desk.answers.recovers = "discard"
    assert not desk.documents.recover()
    assert len(desk.answers.asked) == 2
    assert desk.saved == []


def test_two_windows_are_not_offered_the_same(desk):
    desk.window.now = seeded(1)
    desk.clock.advance(1)
    living = desk.documents
    desk.begin()
    assert not desk.documents.recover()  # its window lives
    assert desk.answers.asked == []
    living.close()


def test_what_cannot_be_recovered_is_explained_and_stays(desk):
    desk.window.now = seeded(1)
    desk.clock.advance(1)
    (path,) = desk.saved
    desk.crash()
    path.write_text(f"format = {FORMAT + 1}\n")
    desk.begin()
    assert not desk.documents.recover()
    assert "can't be recovered" in desk.messages[0]
    assert f"format {FORMAT + 1}" in desk.messages[0]
    assert path.exists()
    assert desk.window.shown == []


def test_a_folder_that_cannot_be_written_is_told_once(desk):
    (desk.folder / "autosave").write_text("a file")
    for seed in range(1, 5):
        desk.window.now = seeded(seed)
        desk.clock.advance(6)
        desk.documents._autosave.wait()
    assert len(desk.messages) == 1
    assert "not safe from a crash" in desk.messages[0]
    (desk.folder / "autosave").unlink()
    desk.clock.advance(12)  # tried again, though nothing has changed
    assert read(desk.saved[0]).experiment.seed == 4
