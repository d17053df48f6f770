"""Widths and dropout of single layers: one slider, until someone gives each layer its own."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.gui.controls import ControlPanel
from regplay.gui.controls.layer_values import COMMON


@pytest.fixture
def panel(show_widget):
    panel = ControlPanel(Experiment())

    def take(path, value):
        panel.set_experiment(replace(panel.experiment(), {path: value}))

    panel.value_chosen.connect(take)
    for group in ("model", "regularization"):
        panel._groups[group].more.click()
    return show_widget(panel, 320, 900)


def shown(panel, path):
    return [one.box.text() for one in panel.control(path).sliders if one.isVisibleTo(panel)]


@pytest.mark.parametrize("path", COMMON)
def test_layers_are_given_values_of_their_own_and_one_again(panel, path):
    one, control = panel.control(COMMON[path]), panel.control(path)
    assert shown(panel, path) == []
    assert one.isEnabled()
    control.check_box.click()
    assert shown(panel, path) == [one.box.text()] * 2
    assert not one.isEnabled()  # it has no effect, and says why
    assert "of its own" in one.toolTip()
    QTest.keyClick(control.sliders[1].slider, Qt.Key.Key_Right)
    first, second = shown(panel, path)
    assert (first, float(second) > float(first)) == (one.box.text(), True)
    experiment = panel.experiment()
    text = experiment.model.widths or experiment.regularization.dropouts
    assert text == f"{first}, {second}"
    control.check_box.click()
    assert shown(panel, path) == []
    assert panel.experiment() == Experiment()
    assert one.isEnabled()


def test_there_is_a_slider_for_each_layer_that_there_is(panel):
    panel.set_experiment(replace(Experiment(), {"model.widths": "32, 16", "model.depth": 4}))
    assert shown(panel, "model.widths") == ["32", "16", "64", "64"]
    assert panel.control("model.width").isEnabled()  # two layers have it
    panel.set_experiment(replace(Experiment(), {"model.widths": "32, 16", "model.depth": 1}))
    assert shown(panel, "model.widths") == ["32"]
    QTest.keyClick(panel.control("model.widths").sliders[0].slider, Qt.Key.Key_Left)
    assert panel.experiment().model.widths.endswith(", 16")  # it waits for its layer


def test_what_is_typed_for_a_layer_is_refused_with_its_bound(panel):
    panel.set_experiment(replace(Experiment(), {"model.widths": "32, 16"}))
    slider = panel.control("model.widths").sliders[1]
    slider.box.selectAll()
    QTest.keyClicks(slider.box, "513")
    QTest.keyClick(slider.box, Qt.Key.Key_Return)
    assert slider.message() == "513: must be a whole number from 1 to 512."
    assert panel.experiment().model.widths == "32, 16"


def test_a_small_dropout_is_taken_for_all_layers_and_for_one(panel):
    panel.set_experiment(replace(Experiment(), {"regularization.dropout": 0.0005}))
    control = panel.control("regularization.dropouts")
    control.check_box.click()
    assert panel.experiment().regularization.dropouts == "0.0005, 0.0005"
    slider = control.sliders[1]
    slider.box.selectAll()
    QTest.keyClicks(slider.box, "1e-5")
    QTest.keyClick(slider.box, Qt.Key.Key_Return)
    assert panel.experiment().regularization.dropouts == "0.0005, 0.00001"
    assert shown(panel, "regularization.dropouts") == ["5e-4", "1e-5"]


def test_what_is_typed_for_a_layer_that_is_gone_meanwhile_changes_nothing(panel):
    panel.set_experiment(replace(Experiment(), {"model.widths": "32, 16"}))
    slider = panel.control("model.widths").sliders[1]
    slider.box.setFocus()
    slider.box.selectAll()
    QTest.keyClicks(slider.box, "20")
    panel.set_experiment(replace(Experiment(), {"model.depth": 1, "model.widths": "32"}))
    slider.box.editingFinished.emit()  # as where the focus leaves it
    assert panel.experiment().model.widths == "32"


@pytest.mark.parametrize("path", COMMON)
def test_tab_goes_down_the_layers_and_on(panel, path):
    control = panel.control(path)
    panel.set_experiment(replace(panel.experiment(), {"model.depth": 1}))
    control.check_box.click()
    panel.set_experiment(replace(panel.experiment(), {"model.depth": 3}))
    control.check_box.setFocus()
    seen = []
    while not seen or control.isAncestorOf(seen[-1]):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        seen.append(QApplication.focusWidget())
    assert seen[:-1] == [part for one in control.sliders for part in (one.box, one.slider)]
    assert seen[-1] is not control.check_box
    assert panel.isAncestorOf(seen[-1])
    assert seen[-1].mapTo(panel, QPoint()).y() > control.mapTo(panel, QPoint()).y()
