"""The controls: one for each value of an experiment, generated from `FIELDS`."""

from regplay.gui.controls.control import Combo, Control
from regplay.gui.controls.number import CountBox, NumberControl
from regplay.gui.controls.panel import ControlPanel, Folding, Framing
from regplay.gui.controls.slider_scale import scale_of

__all__ = [
    "Combo",
    "Control",
    "ControlPanel",
    "CountBox",
    "Folding",
    "Framing",
    "NumberControl",
    "scale_of",
]
