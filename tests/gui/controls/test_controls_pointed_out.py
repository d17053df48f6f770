"""Controls that are pointed out or hidden by their field paths, as a page of a lesson wants it."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QToolButton, QWidget

from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, replace
from regplay.gui.controls import ControlPanel

LEFT = Qt.MouseButton.LeftButton
DECAY = "regularization.weight_decay"
IN_DATA = [path for path in FIELDS if path.startswith("data.")]


@pytest.fixture
def panel(show_widget, answered) -> ControlPanel:
    return show_widget(answered(ControlPanel()), 300, 400)


def settle():
    for _ in range(5):
        QApplication.processEvents()


def shown(panel, path):
    return panel.control(path).isVisibleTo(panel)


def in_sight(panel, path):
    control = panel.control(path)
    top = control.mapTo(panel.viewport(), QPoint(0, 0)).y()
    return control.isVisible() and top >= 0 and top + control.height() <= panel.viewport().height()


def colors_beside(panel, path):
    """Just left of a control, where its frame is."""
    control = panel.control(path)
    image = panel.widget().grab().toImage()
    corner = control.mapTo(panel.widget(), QPoint(0, 0))
    ratio = image.devicePixelRatio()
    y = corner.y() + control.height() // 2
    return {
        image.pixelColor(round(x * ratio), round(y * ratio)).name()
        for x in range(corner.x() - 4, corner.x())
    }


def test_a_control_is_framed_while_it_is_pointed_out(panel):
    plain = colors_beside(panel, DECAY)
    assert len(plain) == 1
    panel.set_highlighted([DECAY])
    settle()
    assert panel.highlighted() == (DECAY,)
    assert len(colors_beside(panel, DECAY)) > 1
    assert colors_beside(panel, "regularization.dropout") == plain
    panel.set_highlighted(())
    assert colors_beside(panel, DECAY) == plain


def test_it_is_brought_into_sight(panel):
    assert not in_sight(panel, "optimizer.lr")
    panel.set_highlighted(["optimizer.lr", "optimizer.batch_size"])
    settle()
    assert in_sight(panel, "optimizer.lr")
    panel.set_highlighted(["data.name"])
    settle()
    assert in_sight(panel, "data.name")


def test_its_group_is_opened_and_what_is_rare_revealed(panel):
    group = panel.control("model.depth").parentWidget().parentWidget()
    QTest.mouseClick(group.heading, LEFT)
    assert not shown(panel, "model.depth")
    assert not shown(panel, "optimizer.lr")  # folded from the start
    panel.set_highlighted(["model.depth", "optimizer.lr", "regularization.early_stopping"])
    settle()
    assert shown(panel, "model.depth")
    assert shown(panel, "optimizer.lr")
    assert shown(panel, "regularization.early_stopping")
    assert len(colors_beside(panel, "regularization.early_stopping")) > 1


def test_a_field_without_a_control_is_passed_over(panel):
    panel.set_highlighted(["epochs"])
    panel.set_hidden_paths(["epochs"])
    assert panel.highlighted() == ()
    assert panel.hidden_paths() == frozenset()
    assert not panel.findChild(QLabel, "controls.hidden").isVisible()


def test_a_control_stays_hidden_whatever_is_chosen_and_keeps_its_value(panel):
    panel.set_experiment(replace(Experiment(), {"data.noise": 0.7, "optimizer.name": "momentum"}))
    panel.set_hidden_paths(["data.noise", "optimizer.momentum", "model.depth"])
    for path in ("data.noise", "optimizer.momentum", "model.depth"):
        assert not shown(panel, path)
    assert shown(panel, "model.width")
    panel.control("optimizer.name").set_value("sgd")
    panel.control("optimizer.name").set_value("momentum")
    assert not shown(panel, "optimizer.momentum")
    assert panel.experiment().data.noise == 0.7
    panel.set_hidden_paths(())
    assert shown(panel, "optimizer.momentum")
    assert shown(panel, "data.noise")


def test_what_has_no_effect_stays_hidden_when_all_are_shown(panel):
    panel.set_hidden_paths(["optimizer.momentum", "data.file"])
    panel.set_hidden_paths(())
    assert not shown(panel, "optimizer.momentum")
    assert not shown(panel, "data.file")


def test_a_button_shows_all_controls(panel):
    changes = []
    panel.value_chosen.connect(lambda *choice: changes.append(choice))
    button, text = (
        panel.findChild(QToolButton, "controls.showAll"),
        panel.findChild(QLabel, "controls.hidden"),
    )
    assert not button.isVisible()
    panel.set_hidden_paths(["data.noise"])
    assert text.text() == "1 control is hidden here."
    panel.set_hidden_paths(["data.noise", "model.depth"])
    assert text.text() == "2 controls are hidden here."
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Return)
    assert shown(panel, "data.noise")
    assert panel.hidden_paths() == frozenset()
    assert not button.isVisible()
    assert changes == []


def test_a_group_with_nothing_to_show_has_no_heading(panel):
    group = panel.control("data.noise").parentWidget().parentWidget()
    panel.set_hidden_paths(IN_DATA)
    assert not group.isVisibleTo(panel)
    panel.set_hidden_paths(path for path in IN_DATA if path != "data.noise")
    assert group.isVisibleTo(panel)


def test_more_is_offered_where_something_rare_is_left(panel):
    more = panel.control("data.noise").parentWidget().parentWidget().more
    panel.set_hidden_paths(path for path in IN_DATA if path != "data.noise")
    assert not more.isVisibleTo(panel)
    panel.set_hidden_paths(path for path in IN_DATA if path != "data.seed")
    assert more.isVisibleTo(panel)


def test_pointing_out_takes_no_room(panel):
    def places():
        settle()
        return [panel.findChild(QWidget, path).geometry() for path in ("model.depth", DECAY)]

    before = places()
    panel.set_highlighted([DECAY, "model.depth"])
    assert places() == before
