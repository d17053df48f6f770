"""What stands on the command line for the window, or is opened in it: which kind it is."""

import subprocess
import sys

import pytest

from regplay.cli.commands import opening_of
from regplay.core import UserError
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.session.document import Document, write
from regplay.session.experiment_text import to_link
from regplay.session.files import check_table, write_atomically
from regplay.session.lessons import is_lesson

OTHER = replace(Experiment(), {"seed": 3, "model.depth": 1})
LESSON = """
id = "small"
title = "A small lesson"
summary = "One page."
minutes = 1

[[pages]]
title = "First"
text = "Some text."
"""
TABLE = "x,y\n1,2\n2,3\n3,5\n"


def refusal(argument):
    with pytest.raises(UserError) as error:
        opening_of(str(argument))
    return str(error.value)


# What is taken


def test_nothing_opens_nothing():
    assert opening_of("") == (None, "")


def test_a_link_is_its_experiment_and_no_file():
    assert opening_of(to_link(OTHER)) == (OTHER, "")
    assert opening_of(f"  <{to_link(OTHER)}>.\n") == (OTHER, "")


def test_an_experiment_is_begun_with(file):
    assert opening_of(str(file("mine.toml", "seed = 3\n[model]\ndepth = 1\n"))) == (OTHER, "")
    assert opening_of(str(file("no suffix", "seed = 3\n[model]\ndepth = 1\n"))) == (OTHER, "")


def test_an_experiment_that_learns_from_a_file_is_opened_in_the_window_which_asks(file):
    file("cars.csv", TABLE)
    path = file("mine.toml", '[data]\nname = "csv"\nfile = "cars.csv"\ntarget = "y"\n')
    assert opening_of(str(path)) == (None, str(path))


@pytest.mark.parametrize("name", ["mine.csv", "MINE.TSV", "mine.txt"])
def test_a_table_is_opened_in_the_window(file, name):
    path = str(file(name, TABLE))
    assert opening_of(path) == (None, path)


def test_a_table_whose_cells_are_wrong_is_opened_where_they_can_be_seen(file):
    path = str(file("mine.csv", TABLE + "three,,\n4,inf\n"))
    assert opening_of(path) == (None, path)


@pytest.mark.parametrize("name", ["mine.regplay", "Mine.RegPlay"])
def test_a_session_is_opened_in_the_window(tmp_path, name):
    path = tmp_path / name
    write(path, Document(OTHER))
    assert opening_of(str(path)) == (None, str(path))


def test_a_lesson_is_told_from_an_experiment_by_its_pages(file):
    lesson, experiment = file("lesson.toml", LESSON), file("mine.toml", "seed = 3\n")
    assert is_lesson(lesson)
    assert not is_lesson(experiment)
    assert opening_of(str(lesson)) == (None, str(lesson))


def test_what_is_no_toml_file_is_no_lesson(file, tmp_path):
    assert not is_lesson(tmp_path / "none.toml")
    assert not is_lesson(tmp_path)
    assert not is_lesson(file("lesson.txt", LESSON))
    assert not is_lesson(file("broken.toml", "pages = ["))
    assert not is_lesson(file("binary.toml", b"pages = 1 # \xff"))
    assert not is_lesson(file("large.toml", "pages = 1\n" + "#" * (1 << 20)))
    assert not is_lesson(file("deep.toml", ".".join("a" * 60_000) + " = 1\npages = 1"))


# What is refused


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("regplay:", "This link is not complete: copy all of it."),
        ("regplay:1eJw", "This link is not complete or was changed: copy all of it."),
        ("regplay:2abc", "This link was made by a newer regplay: open it with that."),
    ],
)
def test_a_broken_link_is_refused(argument, message):
    assert refusal(argument) == message


@pytest.mark.parametrize("name", ["none.toml", "none.regplay", "none.csv", "none"])
def test_a_file_that_is_not_there_is_refused_by_its_name(tmp_path, name):
    path = tmp_path / name
    assert refusal(path).startswith(f"{path}: ")


@pytest.mark.parametrize("name", ["a.toml", "a.regplay", "a.csv"])
def test_a_folder_is_refused(tmp_path, name):
    (tmp_path / name).mkdir()
    assert refusal(tmp_path / name).startswith(f"{tmp_path / name}: ")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.toml", "seed = = 3", "This is not TOML"),
        ("a.toml", b"seed = 3 # \xff", "no text in UTF-8"),
        ("a.toml", "[model]\ndepth = 99\n", "must be a whole number from 0 to 8"),
        ("a.toml", "a = " + "[" * 20_000, "nested too deeply"),
        ("a.toml", "seed = " + "9" * 5000, "This is not TOML"),
        ("a.toml", "pages = 3", "pages = 3: must be 1 to 60 tables"),
        ("a.toml", 'id = "x"\n[[pages]]\n', "title"),
        ("a.toml", "pages = 1\nx = " + "9" * 5000, "This is not TOML"),
        ("a.regplay", "", "the file is empty"),
        ("a.regplay", "seed = 3", "this is no session of regplay"),
        ("a.regplay", "format = 9\n", "open it with a newer one"),
        ("a.regplay", b"format = 1 # \xff", "no text in UTF-8"),
        ("a.csv", "", "the file is empty"),
        ("a.csv", b"PK\x03\x04\x00\xff", "this is a damaged ZIP or Excel file"),
        ("a.csv", "x\n1\n2\n", "there is only one column"),
    ],
)
def test_a_broken_file_is_refused_by_its_name_and_the_reason(file, name, content, message):
    path = file(name, content)
    error = refusal(path)
    assert error.startswith(f"{path}:")
    assert message in error


def test_a_truncated_session_is_refused(tmp_path):
    path = tmp_path / "mine.regplay"
    write(path, Document(OTHER))
    text = path.read_text(encoding="utf-8")
    write_atomically(path, text[: len(text) // 2])
    assert "not complete" in refusal(path)


def test_a_text_is_checked_as_a_file_is():
    check_table(TABLE)
    with pytest.raises(UserError, match=r"^there is only one column"):
        check_table("nothing\nof a table\n")


def test_neither_torch_nor_qt_is_needed_to_know(tmp_path, file):
    write(tmp_path / "mine.regplay", Document(OTHER))
    paths = [tmp_path / "mine.regplay", file("mine.csv", TABLE), file("lesson.toml", LESSON)]
    code = (
        "import sys\nfrom regplay.cli.commands import opening_of\n"
        "for argument in sys.argv[1:]: opening_of(argument)\n"
        "print([m for m in ('torch', 'PySide6') if m in sys.modules])"
    )
    command = [sys.executable, "-W", "error", "-c", code, *map(str, paths), to_link(OTHER)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")
