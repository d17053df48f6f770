"""Nothing in a film is there for a few frames only: words, the order of names, where parts are."""

from collections.abc import Iterator
from itertools import groupby, pairwise

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter

from regplay.gui.application.render import Renderer
from regplay.gui.plots.labels import NamesItem
from regplay.session.storyboard import loads_storyboard

FEW = 5  # frames, of which there are thirty a second
FILM = """
title = "A value is set, another is dragged"
sizes = ["960x720"]
experiment = { epochs = 400, model.width = 12, optimizer.lr = 0.03, data.n_train = 20 }
[[steps]]
train = "end"
seconds = 1.0
[[steps]]
caption = "It has learned the noise."
[[steps]]
pin = "plain"
[[steps]]
set = { "regularization.weight_decay" = 0.01 }
[[steps]]
sweep = "regularization.dropout"
to = 0.6
seconds = 2.0
[[steps]]
sweep = "regularization.dropout"
to = 0.1
seconds = 1.0
[[steps]]
focus = "losses"
seconds = 1.0
[[steps]]
set = { "regularization.weight_decay" = 0.0, "data.noise" = 0.5 }
[[steps]]
focus = ""
seconds = 1.0
[[steps]]
show = "network"
seconds = 0.5
[[steps]]
show = "fit"
seconds = 0.5
"""


@pytest.fixture
def written(monkeypatch) -> dict[str, float]:
    """The names at the ends of curves that were painted last, and how far down each is, px."""
    names: dict[str, float] = {}
    paint, draw = NamesItem.paint, QPainter.drawText

    def note(painter: QPainter, place: QPointF, text: str) -> None:
        names[text] = place.y()
        draw(painter, place, text)

    def paint_names(item: NamesItem, painter: QPainter, *args: object) -> None:
        names.clear()
        with monkeypatch.context() as patch:
            patch.setattr(QPainter, "drawText", note)
            paint(item, painter, *args)

    monkeypatch.setattr(NamesItem, "paint", paint_names)
    return names


def short_lived(states: list[object]) -> Iterator[str]:
    """What is there for a few frames, between two others."""
    begin, lasting = 0, []
    for state, frames in groupby(states):
        count = sum(1 for _ in frames)
        lasting.append((begin, count, state))
        begin += count
    for begin, count, state in lasting[1:-1]:
        if count <= FEW:
            yield f"{state!r} for {count} frames from {begin}"


def returning(states: list[object]) -> Iterator[str]:
    """What is elsewhere for a few frames, and goes back."""
    for frame, (before, here) in enumerate(pairwise(states), 1):
        if before != here and before in states[frame + 1 : frame + FEW + 1]:
            yield f"{here!r} in place of {before!r} from {frame}"


@pytest.mark.films
def test_nothing_is_there_for_a_few_frames_only(qtbot, tmp_path, written):
    film = loads_storyboard(FILM)
    renderer = Renderer(film, (960, 720), tmp_path)
    window = renderer._window
    bar, places = window.verdict_bar, window.recording.presentation
    words: dict[str, list[object]] = {"verdict": [], "advice": [], "caption": [], "names": []}
    parts = ("fit", "losses", "verdict", "timeline", "regularization.dropout")
    boxes: dict[str, list[object]] = {part: [] for part in parts}
    try:
        for _ in renderer.frames():
            words["verdict"].append(bar.headline.accessibleName().partition(" since")[0])
            words["advice"].append(bar.advice.text())
            words["caption"].append(places.caption.text())
            words["names"].append(sorted(written, key=lambda name: written[name]))
            for part in parts:
                boxes[part].append(places.rect(part).getRect())
    finally:
        renderer.close()
    assert len(words["names"]) == round(film.seconds * film.fps)
    assert {"train", "validation", "plain"} in map(set, words["names"])  # they were seen
    found = {name: [*short_lived(states)] for name, states in words.items()}
    found |= {f"where {part} is": [*returning(states)] for part, states in boxes.items()}
    assert not any(found.values()), found
