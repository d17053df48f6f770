"""The controls: one for each value of an experiment, generated from `FIELDS`."""

from regplay.gui.controls.control import Control
from regplay.gui.controls.panel import ControlPanel
from regplay.gui.controls.slider_curves import SweepSliders

__all__ = ["Control", "ControlPanel", "SweepSliders"]
