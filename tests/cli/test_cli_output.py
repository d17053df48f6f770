"""What is printed where nobody can take it: a full disk, a pipe without a reader, no streams."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from experiment_files import experiment_file

PROGRAM = [sys.executable, "-m", "regplay"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has this device alone")
def test_a_full_disk_is_said():
    with open("/dev/full", "w") as full:
        ended = subprocess.run(
            [*PROGRAM, "lessons"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=120
        )
    assert ended.returncode == 2
    said = "the output can't be written: No space left on device"
    assert ended.stderr == f"regplay lessons: {said}\n"


def test_a_reader_that_has_read_enough_gets_no_traceback():
    command = [*PROGRAM, "lessons", "--json"]
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w") as pipe:
        ended = subprocess.run(command, stdout=pipe, stderr=subprocess.PIPE, timeout=120)
    assert (ended.returncode, ended.stderr) == (141, b"")


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of Unix closes the streams")
@pytest.mark.parametrize(
    ("command", "closed", "written"),
    [
        ("export", ">&-", ""),
        ("export", "2>&-", ""),
        ("export", ">&- 2>&- <&-", ""),
        # Which loads torch, at night.
        pytest.param(
            "train --set epochs=3", ">&- 2>&- <&-", "experiment.toml", marks=pytest.mark.nightly
        ),
    ],
)
def test_closed_streams_stop_nothing(command, closed, written, tmp_path):
    out, file = tmp_path / "results", experiment_file(tmp_path)
    words = f"'{PROGRAM[0]}' -m regplay {command} '{file}' --out '{out}' {closed}"
    assert subprocess.run(words, shell=True, timeout=120).returncode == 0
    assert (out / written).is_file()


@pytest.mark.parametrize(
    ("words", "name", "text"),
    [
        (("train", "--out", "."), "experiment.toml", "epochs = 3  # my own"),
        (("train", "--out", "."), "predictions.csv", "x,y\n1,2\n2,3\n3,5\n4,4\n5,6\n"),
        (("sweep", "--vary", "seed=1,2", "--out", "."), "sweep.csv", "x,y\n1,2\n2,3\n3,5\n"),
        (("export", "-o", "mine.toml"), "mine.toml", "epochs = 3  # my own"),
    ],
)
def test_nothing_is_written_in_place_of_what_it_is_made_of(
    regplay, tmp_path, monkeypatch, words, name, text
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(text)
    command, *others = words
    code, out, err = regplay(command, name, *others)
    assert (code, out) == (2, "")
    assert f"{name}: this is read, and would be replaced by what is made of it" in err
    assert [path.read_text() for path in tmp_path.iterdir()] == [text]
