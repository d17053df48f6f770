"""What a person sees of the tab of many seeds."""

from PySide6.QtWidgets import QWidget

from regplay.core.datasets import load
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.hyperparameters import DECOMPOSED


def dataset_of(name, **data):
    return load(replace(Experiment(), {"data.name": name, **data}).data)


def find(view, name):
    found = view.findChild(QWidget, name)
    assert found is not None, name
    assert found.isVisible()
    return found


def choose_axis(tab, path):
    tab.combo.setCurrentIndex(DECOMPOSED.index(path))


def color_at(chart, x, y):
    """The colour of a chart at a point in data units."""
    frame = chart.frame()
    return color_at_pixel(chart, float(frame.x(x)), float(frame.y(y)))


def color_at_pixel(chart, x, y):
    """The colour of a chart at so many px from the left and the top of its inside."""
    point = chart.mapFromScene(chart.box.mapToScene(x, y))
    return chart.grab().toImage().pixelColor(point).name()
