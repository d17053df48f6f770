"""Two small lessons, and a reader at a panel beside the controls."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QHBoxLayout, QWidget

from regplay.core.datasets import load
from regplay.core.experiment import Experiment
from regplay.core.history import MEASURES, History, Snapshot
from regplay.gui.controls import ControlPanel
from regplay.gui.lesson_guide.guide import Guide
from regplay.gui.lesson_guide.lesson_panel import LessonPanel
from regplay.session.lessons import Lesson, load_lesson

LEFT = Qt.MouseButton.LeftButton
LONG = "\n\n".join(f"Paragraph {k} goes on for more than a single line of it." for k in range(30))

DECAY = f'''
id = "decay"
title = "Weight decay"
summary = "What a penalty does."
minutes = 8

[[pages]]
title = "Too much of it"
published = true
text = "See [page 3](page:3), [a paper](https://example.org/a?b=c) and [this](regplay:abc)."
highlights = ["regularization.weight_decay", "epochs"]
hides = ["data.noise", "regularization.l1"]
view = "network"
curves = ["regularization.weight_decay"]
pins = [{{ name = "none", set = {{ "regularization.weight_decay" = 0.0 }} }}]
experiment = {{ epochs = 500, "regularization.weight_decay" = 1.0 }}
[[pages.claims]]
text = "It makes the validation loss worse."
claim = "valid_loss > valid_loss(weight_decay=0)"
seeds = 10
agree = 9
[[pages.claims]]
text = "The training loss, too."
claim = "train_loss > train_loss(weight_decay=0)"
seeds = 1
agree = 1

[[pages]]
title = "A long one"
plays = false
text = """{LONG}"""

[[pages]]
title = "A question"
plays = false
text = "Think first."
[pages.question]
text = "What does λ = 10 do?"
try = {{ "regularization.weight_decay" = 10.0 }}
[[pages.question.options]]
text = "Nothing."
because = "It is large."
[[pages.question.options]]
text = "It flattens the fit."
because = "Weights are pulled to 0."
right = true
[[pages.question.options]]
text = "It overfits."
because = "On the contrary."
'''
DROPOUT = """
id = "dropout"
title = "Dropout"
summary = "Units left out at random."
minutes = 5
[[pages]]
title = "Half of them"
text = "One *page*."
experiment = { "regularization.dropout" = 0.5 }
"""


@pytest.fixture
def lesson_files(file) -> list[Path]:
    return [file("1.toml", DECAY), file("2.toml", DROPOUT)]


@pytest.fixture
def lesson_list(lesson_files) -> list[Lesson]:
    return [load_lesson(path) for path in lesson_files]


class Reader:
    """Has a panel beside the controls, and notes what the guide asks the window for."""

    def __init__(self, lesson_list: list[Lesson], controls: ControlPanel) -> None:
        self.window = QWidget()
        self.controls = controls
        row = QHBoxLayout(self.window)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.controls)
        self.asked: list[tuple[str, ...]] = []  # which files may be read
        self.may_read = True
        self.guide = Guide(self.controls, self._answer, self.window, lambda: lesson_list)
        self.guide.panel_made.connect(row.addWidget)
        self._said: list[tuple[str, object]] = []
        guide = self.guide
        for name in ("experiment", "view", "curves", "pins", "link"):
            getattr(guide, f"{name}_chosen").connect(
                lambda value, name=name: self._said.append((name, value))
            )
        guide.play_requested.connect(lambda: self._said.append(("play", None)))
        guide.failed.connect(lambda message: self._said.append(("failed", message)))
        guide.experiment_chosen.connect(self.controls.set_experiment)

    def _answer(self, files: Sequence[str]) -> bool:
        self.asked.append(tuple(files))
        return self.may_read

    @property
    def panel(self) -> LessonPanel:
        return self.guide.panel

    def find(self, name: str) -> QWidget:
        self.settle()
        found = [one for one in self.panel.findChildren(QWidget, name) if not one.isHidden()]
        assert found, f"no widget is called {name}"
        return found[-1]

    def click(self, name: str) -> None:
        button = self.find(name)
        assert isinstance(button, QAbstractButton)
        assert button.isVisible()
        assert button.isEnabled()
        QTest.mouseClick(button, LEFT)

    def press(self, key: Qt.Key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the focus is."""
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifier)

    def settle(self) -> None:
        """Until everything is laid out."""
        for _ in range(5):
            QApplication.processEvents()

    def take(self) -> list[tuple[str, object]]:
        """What the guide asked for since the last time, in order."""
        said, self._said = self._said, []
        return said

    @property
    def title(self) -> str:
        """That of the page."""
        return self.panel.page_view.title.text()

    def note(self, experiment, *, train: float, valid: float) -> None:
        """A run of this experiment has ended with these losses."""
        history = History()
        values = np.full((len(MEASURES), 1), np.nan)
        values[:2, 0] = train, valid
        epochs = experiment.epochs
        history.append(Snapshot(epochs, epochs, values, np.array([-1]), np.array([False])))
        self.guide.note_run(experiment, history, load(experiment.data), None)
        self.guide.look_for_claims()


@pytest.fixture(scope="module")
def controls(qapp) -> Iterator[ControlPanel]:
    """Those of all readers of a module: a guide that is closed leaves them as it found them."""
    panel = ControlPanel()
    yield panel
    panel.deleteLater()


@pytest.fixture
def reader(qtbot, lesson_list, controls) -> Reader:
    """With nothing open yet."""
    controls.set_shown_curves(())
    controls.set_experiment(Experiment())
    controls.show_first()
    reader = Reader(lesson_list, controls)
    qtbot.addWidget(reader.window, before_close_func=lambda _: give_back(reader))
    reader.window.resize(700, 640)
    with qtbot.waitExposed(reader.window):
        reader.window.show()
    reader.window.activateWindow()
    qtbot.waitUntil(reader.window.isActiveWindow)
    return reader


def give_back(reader: Reader) -> None:
    """Leave the controls to the next reader."""
    reader.guide.close()
    reader.controls.setParent(None)
