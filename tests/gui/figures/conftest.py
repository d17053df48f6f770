"""A plot on screen."""

import pytest
from plots import fit_view

from regplay.gui.plots.fit_view import FitView


@pytest.fixture
def view(show_widget) -> FitView:
    """Of one input."""
    return show_widget(fit_view(1), 640, 400)
