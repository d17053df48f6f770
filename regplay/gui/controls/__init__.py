"""The controls: one for each value of an experiment, generated from `FIELDS`."""

from regplay.gui.controls.group import Framing
from regplay.gui.controls.handle_slider import HandleSlider
from regplay.gui.controls.number import NumberControl, SweepableControl
from regplay.gui.controls.panel import ControlPanel, Folding
from regplay.gui.controls.slider_scale import scale_of
from regplay.gui.controls.sweep_curve import CurvePicture
