"""Going back to earlier experiments."""

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.session.session import Past

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


def place(past, experiment, text, now, *, goes_on):
    after = replace(experiment, {"data.points": text})
    past.note(experiment, after, now, goes_on=goes_on)
    return after


def test_two_clicks_within_a_second_are_two_steps_and_a_drag_is_one():
    past, a = Past(), replace(Experiment(), {"data.name": "points", "data.points": "0 0"})
    b = place(past, a, "0 0;1 1", 0.0, goes_on=False)
    c = place(past, b, "0 0;1 1;2 2", 0.1, goes_on=False)
    d = place(past, c, "0 0;1 1;2 3", 0.2, goes_on=True)
    e = place(past, d, "0 0;1 1;2 4", 9.0, goes_on=True)  # held still for a while
    assert past.back(e) == b
    assert past.back(b) == a
    assert past.back(a) is None


def test_what_goes_on_may_have_begun_with_other_fields():
    past, sine = Past(), Experiment()
    taken = replace(sine, {"data.name": "points", "data.points": "0 0"})
    past.note(sine, taken, 0.0, goes_on=False)
    assert past.back(place(past, taken, "1 1", 0.1, goes_on=True)) == sine


def test_after_a_step_back_there_is_nothing_to_go_on_with():
    past, a = Past(), replace(Experiment(), {"data.name": "points", "data.points": "0 0"})
    b = place(past, a, "1 1", 0.0, goes_on=False)
    assert past.back(b) == a
    c = place(past, a, "2 2", 0.1, goes_on=True)
    assert past.back(c) == a
