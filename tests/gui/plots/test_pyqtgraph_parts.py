"""pyqtgraph without most of itself, and that the rest is there once somebody asks for it."""

import subprocess
import sys

_PARTS = """
import sys
import PySide6.QtCore

names = set(dir(PySide6.QtCore))
from regplay.gui.plots import pyqtgraph_parts as parts
assert "pyqtgraph.graphicsItems.PlotItem" not in sys.modules
assert set(dir(PySide6.QtCore)) >= names
few = sum(name.startswith("pyqtgraph") for name in sys.modules)

import pyqtgraph as pg
from pyqtgraph.Point import Point
assert "pyqtgraph.graphicsItems.PlotItem" not in sys.modules

assert pg.ViewBox is parts.ViewBox
assert pg.GraphicsScene is parts.GraphicsScene
assert pg.Point is Point
assert parts._OPTIONS.items() <= pg.CONFIG_OPTIONS.items()
app = pg.mkQApp()
plot = pg.plot([1, 2, 4])
plot.grab()
assert plot.viewRange()[1][1] >= 4
many = sum(name.startswith("pyqtgraph") for name in sys.modules)
print(few < 40, many > 120)
"""


def test_only_what_is_used_is_imported_and_the_rest_when_it_is_asked_for():
    done = subprocess.run([sys.executable, "-c", _PARTS], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "True True\n"
