"""A lesson that learns from files: they are asked about before anything of them is read."""

import pytest
from file_tools import LESSON, answer_with, written
from samples import TABLE

LESSON += "experiment = { epochs = 15 }\n"
CSV = '{ data.name = "csv", data.file = "cars.csv" }'
PAGE = LESSON.replace("{ epochs = 15 }", CSV)
PIN = f'{LESSON}pins = [{{ name = "cars", set = {CSV} }}]\n'
TRY = f"""{LESSON}
[pages.question]
text = "Why?"
try = {CSV}
options = [
  {{ text = "a", because = "x" }},
  {{ text = "b", because = "y", right = true }},
  {{ text = "c", because = "z" }},
]
"""


@pytest.fixture
def table(tmp_path):
    return written(tmp_path / "cars.csv", TABLE)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(PAGE, id="page"),
        *(
            pytest.param(text, id=name, marks=pytest.mark.nightly)
            for name, text in {"pin": PIN, "try": TRY}.items()
        ),
    ],
)
def test_a_file_of_a_stranger_is_read_by_permission_only(person, tmp_path, table, text):
    window, path = person.window, written(tmp_path / "lesson.toml", text)
    before = window.controller.session.experiment, window.controller.dataset, window.guide.position
    person.answers.reads = False
    window.guide.open_file(path)
    assert person.answers.asked == [("read", (str(table),))]
    now = window.controller.session.experiment, window.controller.dataset, window.guide.position
    assert now == before
    assert "lesson.toml was not opened: it learns from a file." in person.banner
    assert not window.guide.panel.isVisible()
    window.guide.go_to("small", 0)
    assert "There is no lesson small" in person.banner


def test_a_file_that_may_be_read_is_learned_from(person, monkeypatch, tmp_path, table):
    answer_with(monkeypatch, written(tmp_path / "lesson.toml", PAGE))
    person.choose("Open…")
    assert person.answers.asked == [("read", (str(table),))]
    assert person.controller.session.experiment.data.file == str(table)
    assert person.controller.dataset.target_name == "sales"
    assert person.window.guide.position == ("small", 0)


def test_a_lesson_without_files_asks_nothing(person, tmp_path):
    person.window.guide.open_file(written(tmp_path / "lesson.toml", LESSON))
    assert person.answers.asked == []
    assert person.window.guide.position == ("small", 0)
