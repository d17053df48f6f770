import numpy as np


def test_the_gap_is_validation_less_training(make_map) -> None:
    shown = make_map(0.5, train=0.2)
    np.testing.assert_allclose(shown.shown("gap"), 0.3)


def test_diverged_and_untrained_cells_have_nothing_to_show(make_map, losses) -> None:
    losses[0, 0], losses[1, 1] = np.nan, np.inf
    shown = make_map(losses, diverged=[(2, 3)])
    for measure in ("valid_loss", "gap"):
        hidden = np.argwhere(np.isnan(shown.shown(measure))).tolist()
        assert hidden == [[0, 0], [1, 1], [3, 2]]


def test_a_diverged_cell_is_trained_and_an_empty_one_is_not(make_map, losses) -> None:
    losses[0, 0] = losses[3, 2] = np.nan
    trained = make_map(losses, diverged=[(2, 3)]).trained
    assert np.argwhere(~trained).tolist() == [[0, 0]]


def test_the_best_has_the_smallest_validation_loss_also_where_the_gap_is_shown(
    make_map, losses
) -> None:
    losses[4, 3] = 0.05
    train = losses.copy()
    train[0, 0] = 5.0  # by far the smallest gap
    shown = make_map(losses, train=train)
    assert shown.best("valid_loss") == shown.best("gap") == (3, 4)


def test_what_diverged_is_not_the_best(make_map, losses) -> None:
    losses[4, 3] = 0.05
    assert make_map(losses, diverged=[(3, 4)]).best("valid_loss") == (0, 0)


def test_the_best_accuracy_is_the_highest_with_the_smallest_loss(make_map, losses) -> None:
    accuracy = np.full(losses.shape, 0.5)
    accuracy[2, 1] = accuracy[6, 4] = 0.9
    assert make_map(losses, accuracy=accuracy).best("accuracy") == (1, 2)


def test_nothing_is_best_before_anything_is_trained(make_map) -> None:
    assert make_map(np.nan).best("valid_loss") is None
    assert make_map(0.5).best("accuracy") is None
