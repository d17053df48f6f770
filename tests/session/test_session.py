"""What is worked on: changes of an experiment, and the way back."""

import pytest

from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, get, replace
from regplay.core.hyperparameters import ADJUSTABLE_FIELDS
from regplay.session.session import Change, Run, Session, UndoStack, UndoStep

OTHER = {
    "data.name": "cubic",
    "data.file": "table.csv",
    "data.target": "y",
    "data.inputs": "x",
    "data.task": "regression",
    "data.format": "decimal = comma",
    "data.columns": "x = category",
    "data.missing": "fill",
    "data.split": "last",
    "data.points": "0 1\n1 2\n",
    "data.valid_points": "0 1\n",
    "data.edits": "delete 1",
    "data.label_noise": 0.1,
    "data.n_informative": 3,
    "model.kind": "polynomial",
    "model.activation": "relu",
    "model.init": "xavier",
    "model.init_scale": 2.0,
    "optimizer.name": "sgd",
    "optimizer.momentum": 0.5,
    "model.widths": "16, 8",
    "regularization.dropouts": "0.1, 0.3",
}

WD, DROPOUT = "regularization.weight_decay", "regularization.dropout"


def other(path):
    """A value that the default experiment does not have at `path`."""
    if path in OTHER:
        return OTHER[path]
    default = get(Experiment(), path)
    if isinstance(default, bool):
        return not default
    return default + (1 if isinstance(default, int) else 0.125)


def changed(path):
    return replace(Experiment(), {path: other(path)})


WHILE_TRAINING = sorted(ADJUSTABLE_FIELDS - {"epochs"})
FROM_THE_START = sorted(set(FIELDS) - ADJUSTABLE_FIELDS - {"data.edits"})


def test_the_adjustable_fields_are_those_that_change_no_shape_and_no_data():
    assert set(WHILE_TRAINING) == {
        "regularization.weight_decay",
        "regularization.l1",
        "regularization.dropout",
        "regularization.dropouts",
        "regularization.input_dropout",
        "regularization.input_noise",
        "regularization.max_norm",
        "regularization.label_smoothing",
        "regularization.early_stopping",
        "regularization.decay_bias",
        "optimizer.lr",
        "optimizer.momentum",
    }


@pytest.mark.parametrize("keeps_weights", [False, True])
def test_the_same_experiment_changes_nothing(keeps_weights):
    session = Session(Experiment())
    session.keeps_weights = keeps_weights
    assert session.change(Experiment(), epoch=1000) is Change.NOTHING
    assert session.experiment == Experiment()


@pytest.mark.parametrize("path", WHILE_TRAINING)
def test_by_default_a_setting_retrains(path):
    session = Session(Experiment())
    assert session.change(changed(path), epoch=10) is Change.RETRAIN
    assert session.experiment == changed(path)


@pytest.mark.parametrize("path", WHILE_TRAINING)
def test_with_kept_weights_a_setting_is_adjusted(path):
    session = Session(Experiment())
    session.keeps_weights = True
    assert session.change(changed(path), epoch=10) is Change.ADJUST
    assert session.experiment == changed(path)


def test_a_polynomial_is_solved_anew():
    session = Session(replace(Experiment(), {"model.kind": "polynomial"}))
    session.keeps_weights = True
    other = replace(session.experiment, {WD: 0.1})
    assert session.change(other, epoch=1) is Change.RETRAIN
    assert session.experiment == other


@pytest.mark.parametrize("keeps_weights", [False, True])
@pytest.mark.parametrize("path", FROM_THE_START)
def test_another_network_or_other_data_restart(path, keeps_weights):
    session = Session(Experiment())
    session.keeps_weights = keeps_weights
    assert session.change(changed(path), epoch=1000) is Change.RESTART
    assert session.experiment == changed(path)  # and it is given no more epochs


@pytest.mark.parametrize("keeps_weights", [False, True])
def test_an_edited_point_is_retrained_on(keeps_weights):
    session = Session(Experiment())
    session.keeps_weights = keeps_weights
    assert session.change(changed("data.edits"), epoch=1000) is Change.RETRAIN
    both = replace(changed("data.edits"), {"data.edits": "", "data.noise": 0.1})
    assert session.change(both, epoch=1000) is Change.RESTART


def test_a_setting_together_with_a_shape_restarts():
    session = Session(Experiment())
    session.keeps_weights = True
    both = replace(Experiment(), {"model.depth": 3, "regularization.l1": 0.1})
    assert session.change(both) is Change.RESTART


@pytest.mark.parametrize("keeps_weights", [False, True])
@pytest.mark.parametrize(
    ("epochs", "epoch", "change"),
    [
        (2000, 10, Change.ADJUST),
        (2000, 1000, Change.ADJUST),
        (500, 499, Change.ADJUST),
        (500, 500, Change.ADJUST),
        (500, 501, Change.RETRAIN),  # it has trained further than the experiment now says
        (500, 1000, Change.RETRAIN),
    ],
)
def test_a_number_of_epochs_that_is_still_ahead_goes_on(epochs, epoch, change, keeps_weights):
    session = Session(Experiment())
    session.keeps_weights = keeps_weights
    assert session.change(replace(Experiment(), {"epochs": epochs}), epoch=epoch) is change
    assert session.experiment.epochs == epochs


def test_a_finished_run_that_is_adjusted_gets_as_many_epochs_again():
    session = Session(Experiment())
    session.keeps_weights = True
    decay = {"regularization.weight_decay": 0.5}
    assert session.change(replace(session.experiment, decay), epoch=1000) is Change.ADJUST
    assert session.experiment == replace(Experiment(), decay | {"epochs": 2000})
    lr = {"optimizer.lr": 0.5}
    assert session.change(replace(session.experiment, lr), epoch=1500) is Change.ADJUST
    assert session.experiment.epochs == 2000  # there is something left
    dropout = {"regularization.dropout": 0.5}
    assert session.change(replace(session.experiment, dropout), epoch=2000) is Change.ADJUST
    assert session.experiment.epochs == 3000


def test_an_extension_is_of_the_number_that_was_asked_for_last():
    session = Session(Experiment())
    session.extend(1000)
    assert session.experiment.epochs == 2000
    session.extend(2000)
    assert session.experiment.epochs == 3000
    session.change(replace(session.experiment, {"epochs": 50}), epoch=3000)
    session.extend(50)
    assert session.experiment.epochs == 100


def test_an_extension_ends_where_the_field_does():
    session = Session(replace(Experiment(), {"epochs": 900_000}))
    session.extend(900_000)
    assert session.experiment.epochs == FIELDS["epochs"].maximum == 1_000_000
    session.extend(1_000_000)
    assert session.experiment.epochs == 1_000_000


def test_a_larger_change_includes_the_smaller_ones():
    order = [Change.NOTHING, Change.ADJUST, Change.RETRAIN, Change.RESTART]
    assert [change.value for change in order] == sorted(change.value for change in Change)


def test_epochs_added_to_go_on_are_taken_back_by_a_run_that_begins_anew():
    session = Session(replace(Experiment(), {"epochs": 100}))
    session.extend(100)
    session.extend(200)
    assert session.experiment.epochs == 300
    decayed = replace(session.experiment, {"regularization.weight_decay": 0.1})
    assert session.change(decayed, epoch=300) is Change.RETRAIN
    assert session.experiment.epochs == 100
    session.extend(100)
    session.begin_anew()
    assert session.experiment == replace(decayed, {"epochs": 100})
    session.change(replace(decayed, {"epochs": 70}), epoch=0)
    session.begin_anew()
    assert session.experiment.epochs == 70


POINTS = replace(Experiment(), {"data.name": "points", "data.points": "0 0;1 1;2 2"})


@pytest.mark.parametrize("keeps_weights", [False, True])
def test_a_point_that_is_placed_retrains(keeps_weights):
    session = Session(POINTS)
    session.keeps_weights = keeps_weights
    moved = replace(POINTS, {"data.points": "0 0;1 1;2 3"})
    assert session.change(moved, epoch=10) is Change.RETRAIN
    assert session.experiment == moved


def test_points_that_are_taken_over_retrain_and_so_do_those_before_them():
    session = Session(Experiment())
    assert session.change(POINTS) is Change.RETRAIN
    assert session.restore(Experiment()) is Change.RETRAIN


def test_an_earlier_experiment_is_as_it_was_where_weights_are_kept():
    decayed = replace(Experiment(), {"regularization.weight_decay": 0.1})
    session = Session(decayed)
    session.keeps_weights = True
    assert session.restore(Experiment(), epoch=Experiment().epochs) is Change.RETRAIN
    assert session.experiment == Experiment()


def test_points_together_with_another_network_restart():
    session = Session(POINTS)
    both = replace(POINTS, {"data.points": "0 0;1 1", "model.depth": 1})
    assert session.change(both) is Change.RESTART


# experiments that were worked on before


def walk(past, *changes, start=None):
    """Make changes (field path, value, time); the experiments on the way."""
    experiments = [start or Experiment()]
    for path, value, now in changes:
        experiments.append(replace(experiments[-1], {path: value}))
        past.note(experiments[-2], experiments[-1], now)
    return experiments


def back(past, present):
    """The experiment before the last change."""
    step = past.back(UndoStep(present))
    return None if step is None else step.experiment


def forward(past, present):
    """The experiment before the last step back."""
    step = past.forward(UndoStep(present))
    return None if step is None else step.experiment


def test_back_and_forward_go_through_all_changes():
    past = UndoStack()
    a, b, c = walk(past, (WD, 0.1, 0.0), (DROPOUT, 0.5, 0.1))
    assert back(past, c) == b
    assert back(past, b) == a
    assert back(past, a) is None
    assert forward(past, a) == b
    assert forward(past, b) == c
    assert forward(past, c) is None


def test_a_drag_is_one_change_and_the_next_one_is_another():
    past = UndoStack()
    drag = [(WD, 0.01 * step, 0.05 * step) for step in range(1, 60)]
    steps = walk(past, *drag, (WD, 1.0, 10.0))
    assert back(past, steps[-1]) == steps[-2]
    assert back(past, steps[-2]) == Experiment()


@pytest.mark.parametrize("is_drag", [False, True])
def test_soon_after_a_change_that_stands_for_itself_or_a_drag_comes_another(is_drag):
    past = UndoStack()
    a, b, c = walk(past, (WD, 0.1, 0.0), (WD, 0.2, 0.1))
    past = UndoStack()
    past.note(a, b, 0.0, goes_on=False)
    if is_drag:
        past.note(b, c, 0.1, goes_on=True)
    present = c if is_drag else b
    last = replace(present, {WD: 0.3})
    past.note(present, last, 0.2)
    assert back(past, last) == present
    assert back(past, present) == a


def test_another_change_forgets_the_way_forward():
    past = UndoStack()
    a, b = walk(past, (WD, 0.1, 0.0))
    assert back(past, b) == a
    (_, c) = walk(past, (WD, 0.2, 0.2), start=a)
    assert forward(past, c) is None
    assert back(past, c) == a  # a step of its own, though it came soon after


def test_nothing_changed_is_no_step():
    past = UndoStack()
    past.note(Experiment(), Experiment(), 0.0)
    assert back(past, Experiment()) is None


def test_a_run_that_was_left_comes_back_and_the_one_after_it_too():
    past, whole, earlier = UndoStack(), Run(Experiment()), Run(Experiment())
    (_, a) = walk(past, (WD, 0.1, 0.0))
    whole.experiment = earlier.experiment = a
    past.note_run(whole)
    assert past.back(UndoStep(a, earlier)) == UndoStep(a, whole)
    assert past.back(UndoStep(a, whole)) == UndoStep(Experiment())
    assert past.forward(UndoStep(Experiment())) == UndoStep(a)
    assert past.forward(UndoStep(a, whole)) == UndoStep(a, earlier)


def test_the_last_three_runs_are_kept():
    past, runs = UndoStack(), [Run(Experiment()) for _ in range(5)]
    for run in runs:
        past.note_run(run)
    found = []
    while (step := past.back(UndoStep(Experiment()))) is not None:
        found.append(step.run)
    assert found == [runs[4], runs[3], runs[2]]


def test_what_runs_before_the_last_three_were_trained_with_comes_back_without_them():
    past = UndoStack()
    runs = [Run(replace(Experiment(), {"seed": seed})) for seed in (1, 1, 2, 3, 4, 5)]
    for run in runs:
        past.note_run(run)
    found = []
    while (step := past.back(UndoStep(Experiment()))) is not None:
        found.append((step.experiment.seed, step.run))
    assert found == [(5, runs[5]), (4, runs[4]), (3, runs[3]), (2, None), (1, None)]


def test_it_is_bounded():
    past = UndoStack()
    *_, last = walk(past, *((WD, 0.001 * step, 2.0 * step) for step in range(1, 1000)))
    steps = 0
    while (before := back(past, last)) is not None:
        last, steps = before, steps + 1
    assert steps == 200


def place(past, experiment, text, now, *, goes_on):
    after = replace(experiment, {"data.points": text})
    past.note(experiment, after, now, goes_on=goes_on)
    return after


def test_two_clicks_within_a_second_are_two_steps_and_a_drag_is_one():
    past, a = UndoStack(), replace(Experiment(), {"data.name": "points", "data.points": "0 0"})
    b = place(past, a, "0 0;1 1", 0.0, goes_on=False)
    c = place(past, b, "0 0;1 1;2 2", 0.1, goes_on=False)
    d = place(past, c, "0 0;1 1;2 3", 0.2, goes_on=True)
    e = place(past, d, "0 0;1 1;2 4", 9.0, goes_on=True)  # held still for a while
    assert back(past, e) == b
    assert back(past, b) == a
    assert back(past, a) is None


def test_what_goes_on_may_have_begun_with_other_fields():
    past, sine = UndoStack(), Experiment()
    taken = replace(sine, {"data.name": "points", "data.points": "0 0"})
    past.note(sine, taken, 0.0, goes_on=False)
    assert back(past, place(past, taken, "1 1", 0.1, goes_on=True)) == sine


def test_after_a_step_back_there_is_nothing_to_go_on_with():
    past, a = UndoStack(), replace(Experiment(), {"data.name": "points", "data.points": "0 0"})
    b = place(past, a, "1 1", 0.0, goes_on=False)
    assert back(past, b) == a
    c = place(past, a, "2 2", 0.1, goes_on=True)
    assert back(past, c) == a
