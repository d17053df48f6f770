"""Autosave: what a crash or a kill leaves can be read, and belongs to one window at a time."""

import errno
import os
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import filelock
import pytest
from stored_sessions import session, small

from regplay.session.document import Autosave, Document, DocumentError, left_behind, read, write
from regplay.session.document import session_file as autosave_module
from regplay.session.document.session_file import hold


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data" / "autosave"


@pytest.fixture
def saving(folder):
    """Makes autosaves that are closed at the end."""
    made = []

    def make():
        made.append(Autosave(folder))
        return made[-1]

    yield make
    for autosave in made:
        autosave.close()


def crash(autosave):
    """End a window as a kill does: the thread is gone, the lock let go of, the file stays."""
    autosave.wait()
    autosave._lock.release()
    autosave.path = autosave._lock = None
    autosave.close()


def names(folder):
    return sorted(os.listdir(folder))


def test_what_is_saved_can_be_read_and_is_gone_after_a_close_in_good_order(saving, folder):
    autosave = saving()
    assert not folder.exists()
    document = session()
    autosave.save(document)
    autosave.wait()
    found = read(autosave.path)
    assert found.is_like(document)
    assert (found.lesson, found.page, found.view) == ("weight-decay-sine", 2, document.view)
    assert left_behind(folder) == []  # its window lives
    autosave.close()
    assert names(folder) == []
    autosave.save(document)  # too late
    autosave.wait()
    assert names(folder) == []


def test_a_window_that_changes_nothing_leaves_no_thread_and_no_file(folder):
    before = threading.active_count()
    autosave = Autosave(folder)
    assert threading.active_count() == before
    autosave.clear()
    autosave.close()
    assert not folder.exists()


def test_the_newest_wins_and_nothing_queues(saving, monkeypatch):
    written, may_write = [], threading.Event()

    def write(path, document, writer):
        may_write.wait(10)
        written.append(document)

    monkeypatch.setattr(autosave_module, "write", write)
    autosave = saving()
    documents = [Document(small(seed=seed)) for seed in range(5)]
    for document in documents:
        autosave.save(document)
    may_write.set()
    autosave.wait()
    assert written[-1] is documents[-1]
    assert len(written) <= 2


def test_the_main_thread_does_not_wait_for_a_writing(saving, monkeypatch):
    threads, may_write = [], threading.Event()

    def write(*_):
        threads.append(threading.current_thread())
        may_write.wait(10)

    monkeypatch.setattr(autosave_module, "write", write)
    autosave = saving()
    autosave.save(Document(small()))  # returns, though it can't be written yet
    may_write.set()
    autosave.wait()
    assert threads[0] is not threading.current_thread()


def test_what_is_cleared_is_gone_and_can_begin_again(saving, folder):
    autosave = saving()
    autosave.save(Document(small()))
    autosave.wait()
    autosave.clear()
    assert names(folder) == []
    assert autosave.path is None
    autosave.save(Document(small(seed=1)))
    autosave.wait()
    assert read(autosave.path).experiment.seed == 1


def test_a_file_that_was_left_is_offered_until_somebody_takes_it_up(saving, folder):
    first = saving()
    first.save(Document(small(seed=1)))
    crash(first)
    (found,) = left_behind(folder)
    assert read(found.path).experiment.seed == 1
    assert left_behind(folder) == []  # it is offered in one window
    found.leave()  # "not now"
    (found,) = left_behind(folder)
    second = saving()
    second.adopt(found)
    assert second.path == found.path
    assert left_behind(folder) == []
    second.save(Document(small(seed=2)))
    crash(second)  # in the same file, which the next one finds
    (found,) = left_behind(folder)
    assert read(found.path).experiment.seed == 2
    third = saving()
    third.adopt(found)
    third.close()
    assert names(folder) == []


def test_who_adopts_a_file_gives_up_its_own(saving, folder):
    first = saving()
    first.save(Document(small(seed=1)))
    crash(first)
    second = saving()
    second.save(Document(small(seed=2)))
    second.wait()
    (found,) = left_behind(folder)
    second.adopt(found)
    assert [name for name in names(folder) if name.endswith(".regplay")] == [found.path.name]
    assert read(second.path).experiment.seed == 1


def test_what_is_discarded_is_gone(saving, folder):
    for seed in (1, 2):
        autosave = saving()
        autosave.save(Document(small(seed=seed)))
        autosave.wait()
        os.utime(autosave.path, (seed * 1000, seed * 1000))
        crash(autosave)
    newest, oldest = left_behind(folder)
    assert read(newest.path).experiment.seed == 2
    assert newest.saved > oldest.saved
    newest.discard()
    oldest.leave()
    (found,) = left_behind(folder)
    assert read(found.path).experiment.seed == 1
    found.leave()


@pytest.mark.parametrize("way", ["discarded", "closed"])
def test_a_file_that_can_not_be_deleted_is_offered_again(saving, folder, monkeypatch, way):
    autosave = saving()
    autosave.save(Document(small()))
    autosave.wait()

    def refuse(path, missing_ok=False):
        if path.suffix == ".regplay":
            raise PermissionError(13, "Permission denied")
        real(path, missing_ok)

    real = Path.unlink
    if way == "discarded":
        crash(autosave)
        (leftover,) = left_behind(folder)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        leftover.discard() if way == "discarded" else autosave.close()
    (found,) = left_behind(folder)
    assert read(found.path).experiment == small()
    found.discard()
    assert names(folder) == []


def test_a_file_of_a_newer_regplay_stays(saving, folder):
    autosave = saving()
    autosave.save(Document(small()))
    autosave.wait()
    autosave.path.write_text("format = 3\n")
    crash(autosave)
    (found,) = left_behind(folder)
    with pytest.raises(DocumentError, match="format 3"):
        read(found.path)
    found.leave()
    assert len(left_behind(folder)) == 1


def test_what_was_killed_before_it_had_written_anything_is_cleaned_up(folder):
    folder.mkdir(parents=True)
    (folder / "abc.lock").touch()
    (folder / ".abc.regplay.1234.part").write_text("half")
    assert left_behind(folder) == []
    assert names(folder) == []


def test_why_it_could_not_be_written_is_told_once(saving, tmp_path, folder):
    folder.parent.write_text("a file where the folder should be")
    autosave = saving()
    autosave.save(Document(small()))
    autosave.wait()
    assert str(folder) in autosave.take_problem()
    assert autosave.take_problem() == ""
    folder.parent.unlink()
    autosave.save(Document(small()))
    autosave.wait()
    assert autosave.take_problem() == ""
    assert read(autosave.path).experiment == small()


def test_a_defect_while_writing_does_not_stop_it_for_good(saving, monkeypatch):
    autosave = saving()
    with monkeypatch.context() as patch:
        patch.setattr(autosave_module, "write", lambda *_: 1 / 0)
        autosave.save(Document(small()))
        autosave.wait()
    assert "ZeroDivisionError" in autosave.take_problem()
    autosave.save(Document(small()))
    autosave.wait()
    assert autosave.path.exists()


def test_a_lock_is_held_by_one(tmp_path):
    path = tmp_path / "a.regplay"
    lock = hold(path)
    assert hold(path) is None
    lock.release()
    taken = hold(path)
    assert taken is not None
    taken.release()
    taken.release()  # does no harm


def test_a_session_without_its_lock_is_offered(saving, folder):
    autosave = saving()
    autosave.save(Document(small()))
    crash(autosave)
    (lock,) = folder.glob("*.lock")
    lock.unlink()
    (found,) = left_behind(folder)
    assert left_behind(folder) == []
    found.discard()
    assert names(folder) == []


def test_where_nothing_can_be_locked_nothing_is_written(saving, folder, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(filelock.FileLock, "acquire", refuse)
    autosave = saving()
    autosave.save(Document(small()))
    autosave.wait()
    assert "no file can be locked there" in autosave.take_problem()
    assert not list(folder.glob("*.regplay"))


WRITER = """
import sys
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from stored_sessions import session
from regplay.session.document import Autosave
documents = [session(seed=seed) for seed in range(2)]
autosave = Autosave(Path(sys.argv[1]))
while True:
    for document in documents:
        autosave.save(document)
        autosave.wait()
        print("written", flush=True)
        autosave.save(document)  # so that a kill falls into a writing, not between two
"""


@pytest.mark.nightly  # by day `test_kills` kills what saves itself
def test_a_kill_in_the_middle_leaves_what_was_there_before_or_after(folder):
    here = Path(__file__).parent
    command = [sys.executable, "-c", WRITER, folder, here, here.parents[1]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for _ in range(5):
            assert process.stdout.readline() == "written\n"
        assert left_behind(folder) == []  # it lives
        process.kill()
        process.wait(30)
    (found,) = left_behind(folder)
    document = read(found.path)
    assert document.experiment.seed in (0, 1)
    assert len(document.pins) == 2
    assert document.run.run().checkpoints.last.epoch == 60
    assert not list(folder.glob(".*.part"))
    found.discard()
    assert names(folder) == []


def test_no_reader_ever_sees_half_a_file(saving):
    documents = [session(seed=seed) for seed in range(2)]
    autosave = saving()
    autosave.save(documents[0])
    autosave.wait()
    for turn in range(30):
        autosave.save(documents[turn % 2])
        assert read(autosave.path).experiment.seed in (0, 1)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_a_disk_that_refuses_leaves_what_was_written_before(saving, monkeypatch, code):
    autosave, first = saving(), session()
    autosave.save(first)
    autosave.wait()

    def refuse(_: int) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        autosave.save(session(seed=1))
        autosave.wait()
    assert os.strerror(code).lower() in autosave.take_problem()
    assert read(autosave.path).is_like(first)
    assert not [name for name in names(autosave.path.parent) if name.endswith(".part")]


def test_a_folder_that_vanishes_is_made_again(saving, folder):
    autosave = saving()
    autosave.save(session())
    autosave.wait()
    shutil.rmtree(folder)
    autosave.save(session(seed=1))
    autosave.wait()
    assert read(autosave.path).experiment.seed == 1


def test_a_clock_that_is_set_back_hides_nothing(saving, folder):
    """What was written tomorrow is offered, and comes first."""
    first, second = saving(), saving()
    for seed, autosave in enumerate((first, second)):
        autosave.save(session(seed=seed))
        autosave.wait()
    tomorrow = time.time() + 86_400
    os.utime(first.path, (tomorrow, tomorrow))
    crash(first)
    crash(second)
    found = left_behind(folder)
    assert [read(leftover.path).experiment.seed for leftover in found] == [0, 1]
    for leftover in found:
        leftover.discard()


def test_two_windows_that_save_the_same_session_leave_one_of_the_two(tmp_path):
    path, documents = tmp_path / "mine.regplay", [session(seed=seed) for seed in range(2)]

    def save(document: Document) -> None:
        for _ in range(20):
            write(path, document)

    with ThreadPoolExecutor(2) as windows:
        for done in [windows.submit(save, document) for document in documents]:
            done.result()
    assert any(read(path).is_like(document) for document in documents)
    assert names(tmp_path) == [path.name]
