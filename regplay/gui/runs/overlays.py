"""Pinned runs as overlays of the fit."""

from regplay.core.experiment import Experiment
from regplay.gui.plots.panel import Overlay
from regplay.gui.runs.palette import pin_color
from regplay.gui.theme import Colors
from regplay.session.pins import Pins


def pin_overlays(pins: Pins, experiment: Experiment, colors: Colors) -> list[Overlay]:
    """Overlays of the pins that are shown and that learned the same problem.

    Their data may be drawn otherwise: of another seed, with more noise or more points.
    """
    data = experiment.data
    problem = (data.name, data.file, data.target, data.n_inputs, data.n_classes)
    found = []
    for pin in pins:
        own = pin.run.experiment.data
        is_same = (own.name, own.file, own.target, own.n_inputs, own.n_classes) == problem
        if pin.fit is not None and is_same and not pin.is_hidden:
            found.append(Overlay(pin.name, pin_color(pin.color, colors), pin.fit, pin.grid))
    return found
