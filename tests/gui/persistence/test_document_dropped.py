"""What of a drop or of the clipboard can be opened."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl

from regplay.core.experiment import Experiment
from regplay.gui.persistence.file_commands import dropped_file, dropped_link
from regplay.session.experiment_text import to_link


def mime(*urls, text=""):
    data = QMimeData()
    if urls:
        data.setUrls([QUrl(url) for url in urls])
    elif text:
        data.setText(text)
    return data


@pytest.mark.parametrize("name", ["a.regplay", "a.toml", "a.csv", "a.TSV", "a.xlsx", "a.png", "a"])
def test_a_file_of_any_name_can_be_opened(name):
    assert dropped_file(mime(f"file:///folder/{name}")) == Path("/folder") / name


@pytest.mark.parametrize(
    ("urls", "text"),
    [
        ((), ""),
        ((), "file:///a.csv"),
        (("file:///",), ""),
        (("file:///a.csv", "file:///b.csv"), ""),
        (("https://example.org/a.regplay",), ""),
    ],
)
def test_all_else_is_no_file_to_open(urls, text):
    assert dropped_file(mime(*urls, text=text)) is None


def test_a_link_may_stand_among_blanks():
    text = f" {to_link(Experiment())}\n"
    assert dropped_link(mime(text=text)) == text
    assert dropped_link(mime(text="hello")) is None
    assert dropped_link(mime()) is None
