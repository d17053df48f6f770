import numpy as np
import pytest

from regplay.gui.plots.contours import boundary_segments


@pytest.mark.parametrize("slope", [0.2, 5.0, 60.0])  # hesitant to saturated
def test_a_straight_boundary_is_where_the_probabilities_are_equal(slope) -> None:
    rows, columns = 9, 11
    x = np.tile(np.arange(columns), (rows, 1)).astype(float)
    y = np.tile(np.arange(rows)[:, None], (1, columns)).astype(float)
    logit = slope * (x + 0.3 * y - 4.1)  # linear, so interpolation is exact
    p = np.exp(-np.logaddexp(0, np.stack([-logit, logit], axis=2)))
    segments = boundary_segments(p)
    ends = segments.reshape(-1, 2)
    np.testing.assert_allclose(ends[:, 0] + 0.3 * ends[:, 1], 4.1, atol=1e-12)
    lengths = np.hypot(segments[:, 0] - segments[:, 2], segments[:, 1] - segments[:, 3])
    np.testing.assert_allclose(lengths.sum(), np.hypot(rows - 1, 0.3 * (rows - 1)), rtol=1e-12)


def test_three_classes_meet_in_one_point() -> None:
    rows = columns = 21
    x, y = np.meshgrid(np.arange(columns) - 10.2, np.arange(rows) - 9.7)
    angles = 2 * np.pi * np.arange(3) / 3
    logits = x[..., None] * np.cos(angles) + y[..., None] * np.sin(angles)
    p = np.exp(logits) / np.exp(logits).sum(axis=2, keepdims=True)
    segments = boundary_segments(p)
    # three rays from (10.2, 9.7), each at an angle between two of the classes
    dx, dy = segments[:, 0] - 10.2, segments[:, 1] - 9.7
    away = np.hypot(dx, dy) > 2
    third = (np.arctan2(dy, dx)[away] + np.pi) % (2 * np.pi / 3)
    off = np.minimum(third, 2 * np.pi / 3 - third) * np.hypot(dx, dy)[away]
    assert off.max() < 0.15


def test_no_boundary_within_one_class_or_at_nan() -> None:
    p = np.full((5, 6, 2), 0.5)
    p[..., 0] = 0.9
    p[..., 1] = 0.1
    assert boundary_segments(p).shape == (0, 4)
    p[2, 3] = np.nan
    assert np.isfinite(boundary_segments(p)).all()
    assert len(boundary_segments(np.full((5, 6, 3), np.nan))) == 0
