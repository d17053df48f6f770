"""Going back to earlier experiments."""

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.session.past import Past

WD, DROPOUT = "regularization.weight_decay", "regularization.dropout"


def walk(past, *changes, start=None):
    """Make changes (field path, value, time); the experiments on the way."""
    experiments = [start or Experiment()]
    for path, value, now in changes:
        experiments.append(replace(experiments[-1], {path: value}))
        past.note(experiments[-2], experiments[-1], now)
    return experiments


def test_back_and_forward_go_through_all_changes():
    past = Past()
    a, b, c = walk(past, (WD, 0.1, 0.0), (DROPOUT, 0.5, 0.1))
    assert past.back(c) == b
    assert past.back(b) == a
    assert past.back(a) is None
    assert past.forward(a) == b
    assert past.forward(b) == c
    assert past.forward(c) is None


def test_a_drag_is_one_change_and_the_next_one_is_another():
    past = Past()
    drag = [(WD, 0.01 * step, 0.05 * step) for step in range(1, 60)]
    steps = walk(past, *drag, (WD, 1.0, 10.0))
    assert past.back(steps[-1]) == steps[-2]
    assert past.back(steps[-2]) == Experiment()


def test_another_change_forgets_the_way_forward():
    past = Past()
    a, b = walk(past, (WD, 0.1, 0.0))
    assert past.back(b) == a
    (_, c) = walk(past, (WD, 0.2, 0.2), start=a)
    assert past.forward(c) is None
    assert past.back(c) == a  # a step of its own, though it came soon after


def test_nothing_changed_is_no_step():
    past = Past()
    past.note(Experiment(), Experiment(), 0.0)
    assert past.back(Experiment()) is None


def test_it_is_bounded():
    past = Past()
    *_, last = walk(past, *((WD, 0.001 * step, 2.0 * step) for step in range(1, 1000)))
    steps = 0
    while (before := past.back(last)) is not None:
        last, steps = before, steps + 1
    assert steps == 200
