"""Pinned runs as overlays of the fit."""

from regplay.core.datasets.problem import problem_of
from regplay.core.experiment import Experiment
from regplay.gui.plots.panel import Overlay
from regplay.gui.runs.palette import pin_color
from regplay.gui.theme import Colors
from regplay.session.pins import Pins


def pin_overlays(pins: Pins, experiment: Experiment, colors: Colors) -> list[Overlay]:
    """Overlays of the pins that are shown and that learned the same problem.

    Their data may be drawn otherwise: of another seed, with more noise or more points.
    """
    problem = problem_of(experiment.data)
    found = []
    for pin in pins:
        is_same = problem_of(pin.run.experiment.data) == problem
        if pin.fit is not None and is_same and not pin.is_hidden:
            found.append(Overlay(pin.name, pin_color(pin.color, colors), pin.fit, pin.grid))
    return found
