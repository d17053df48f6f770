"""Writing a file whole or not at all."""

import errno
import os
import stat

import pytest

from regplay.session import files
from regplay.session.files import (
    OutputError,
    kind_of_file,
    leftovers_of,
    temporary_beside,
    write_atomically,
    write_files,
)


def test_text_and_bytes_replace_what_was_there(tmp_path):
    path = tmp_path / "mine.txt"
    write_atomically(path, "λ = 1\r\n")
    assert path.read_bytes() == "λ = 1\r\n".encode()
    write_atomically(path, b"\x00\x01")
    assert path.read_bytes() == b"\x00\x01"
    assert os.listdir(tmp_path) == ["mine.txt"]


def test_what_fails_leaves_the_file_and_nothing_beside_it(tmp_path, monkeypatch):
    path = tmp_path / "mine.txt"
    write_atomically(path, "old")

    def full(*_):
        raise OSError(28, "No space left on device")

    for name in ("fsync", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(os, name, full)
            with pytest.raises(OSError, match="No space left"):
                write_atomically(path, "new")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "\udcff")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["mine.txt"]


def test_the_content_is_on_disk_before_the_name_is(tmp_path, monkeypatch):
    done = []
    real_sync, real_replace = os.fsync, os.replace

    def sync(descriptor):
        done.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "content")
        real_sync(descriptor)

    def replace(*names):
        done.append("name")
        real_replace(*names)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "replace", replace)
    write_atomically(tmp_path / "mine.txt", "new")
    assert done == ["content", "name", "folder"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions and links")
def test_permissions_stay_and_links_are_followed(tmp_path):
    path, link = tmp_path / "mine.txt", tmp_path / "link.txt"
    write_atomically(path, "old")
    fresh = tmp_path / "plain.txt"
    fresh.write_text("as any file")
    assert path.stat().st_mode == fresh.stat().st_mode
    path.chmod(0o640)
    link.symlink_to(path)
    write_atomically(link, "new")
    assert link.is_symlink()
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_what_is_private_is_so_before_it_is_written(tmp_path, monkeypatch):
    path = tmp_path / "mine.txt"
    path.write_text("old")
    path.chmod(0o600)
    seen = []
    real = os.fsync

    def sync(descriptor):
        state = os.fstat(descriptor)
        seen.append((stat.S_IMODE(state.st_mode), state.st_size))
        real(descriptor)

    real_open = os.open

    def opened(*given, **named):
        descriptor = real_open(*given, **named)
        seen.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        return descriptor

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "open", opened)
    write_atomically(path, "new")
    assert seen[:2] == [0o600, (0o600, 3)]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such pipes")
def test_what_is_no_file_is_written_to_and_stays(tmp_path):
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        for path in (pipe, link):
            write_atomically(path, "λ")
            assert os.read(reader, 100) == "λ".encode()
            assert stat.S_ISFIFO(pipe.stat().st_mode)
    finally:
        os.close(reader)
    assert sorted(os.listdir(tmp_path)) == ["link", "pipe"]
    with pytest.raises(IsADirectoryError):
        write_atomically(tmp_path, "x")


def test_a_name_may_be_as_long_as_names_may_be(tmp_path):
    path = tmp_path / ("λ" * 120 + ".regplay")  # 248 bytes of 255
    write_atomically(path, "long")
    assert path.read_text() == "long"


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "none" / "mine.txt", "x")


def test_what_a_kill_left_is_found_by_the_name_of_the_file(tmp_path):
    path, other = tmp_path / "a1.regplay", tmp_path / "b2.regplay"
    left = temporary_beside(path)
    left.write_text("half")
    temporary_beside(other).write_text("half")
    assert leftovers_of(path) == [left]
    assert leftovers_of(tmp_path / "none" / "a1.regplay") == []


@pytest.mark.parametrize("was_there", [False, True])
def test_of_several_files_all_are_written_or_none(monkeypatch, tmp_path, was_there):
    folder, count, sync = tmp_path / "results", [], os.fsync
    if was_there:
        folder.mkdir()
        (folder / "a.txt").write_text("before")

    def refuse_the_second(descriptor):
        count.append(descriptor)
        if len(count) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(descriptor)

    monkeypatch.setattr(files.os, "fsync", refuse_the_second)
    with pytest.raises(OutputError, match=r"b.txt: can't be written: no space.*; make room"):
        write_files(folder, {"a.txt": "a", "b.txt": b"b"})
    assert folder.exists() == was_there
    if was_there:
        assert [(one.name, one.read_text()) for one in folder.iterdir()] == [("a.txt", "before")]
    monkeypatch.undo()
    write_files(folder, {"a.txt": "a", "b.txt": b"b"})
    assert {one.name: one.read_text() for one in folder.iterdir()} == {"a.txt": "a", "b.txt": "b"}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("# mine\r\n\n  # λ\n\tseed = 1\n", "settings"),
        ("\n \t\n[[pages]]\n", "settings"),
        ("# seed = 1\n1,2\n", "table"),
        ("\n" * 4095 + "a", "table"),
        (" \n#\n" * 1024, "table"),  # a pattern that backtracks would never end
        ("format = 3\n", "session"),
    ],
)
def test_what_a_file_of_any_name_is(tmp_path, content, kind):
    (tmp_path / "mine").write_bytes(content.encode())
    assert kind_of_file(tmp_path / "mine") == kind
