import numpy as np
import pytest

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.fit import Fit
from regplay.gui.runs.run_rows import pin_color
from regplay.gui.runs.runs_list import pin_overlays
from regplay.session.pins import Pins


@pytest.fixture
def fit() -> Fit:
    return Fit(1, 1, np.zeros(3), np.zeros(3), np.zeros(256))


def test_shown_pins_of_the_same_problem_become_overlays(make_run, fit) -> None:
    pins = Pins()
    grid = object()
    same = pins.pin(make_run(data__noise=1.0, data__n_train=9), fit, "same", grid=grid)
    pins.pin(make_run(data__name="curved"), fit, "other problem")
    pins.pin(make_run(seed=1), fit, "hidden").is_hidden = True
    pins.pin(make_run(seed=2), None, "untrained")
    (overlay,) = pin_overlays(pins, Experiment())
    assert (overlay.name, overlay.color) == ("same", pin_color(same.color))
    assert overlay.fit is fit
    assert overlay.grid is grid
    curved = replace(Experiment(), {"data.name": "curved"})
    assert [o.name for o in pin_overlays(pins, curved)] == ["other problem"]
