"""Dashes of a line are of one length, however many points it goes through."""

from types import SimpleNamespace

import numpy as np
import pytest

from regplay.gui.plots.shapes import in_dashes


@pytest.mark.parametrize("points", [2, 60, 173, 200, 260, 1200])
@pytest.mark.parametrize("zoom", [1.0, 1.5])
def test_dashes_and_gaps_are_even(points, zoom):
    frame = SimpleNamespace(width=1150.0, zoom=zoom)
    x, keep = in_dashes(np.linspace(0.0, 1150.0, points), frame)
    begins = x[1:-1][~keep[:-1] & keep[1:]]
    ends = x[1:-1][keep[:-1] & ~keep[1:]][1:]
    assert len(begins) > 50
    assert np.diff(begins) == pytest.approx(12 * zoom, abs=2)
    n = min(len(begins), len(ends))
    assert (ends - begins[:n])[:n] == pytest.approx(8 * zoom, abs=2)
