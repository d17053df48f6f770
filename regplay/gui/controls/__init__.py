"""The controls: one for each value of an experiment, generated from `FIELDS`."""

from regplay.gui.controls.control import Control
from regplay.gui.controls.panel import ControlPanel

__all__ = ["Control", "ControlPanel"]
