"""A sweep's members, their order, and the positions of each slider."""

import numpy as np
import pytest

from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, ExperimentError, get, replace
from regplay.core.hyperparameters import SWEEPABLE, is_used
from regplay.core.sweep import Sweep, SweepAxis, sweep_axis
from regplay.gui.controls.slider_scale import scale_of

WD, DROPOUT = "regularization.weight_decay", "regularization.dropout"


def test_members_are_the_product_of_axes_and_seeds_the_last_fastest():
    sweep = Sweep(
        Experiment(), (SweepAxis(WD, (0.0, 0.1)), SweepAxis(DROPOUT, (0.0, 0.2, 0.5))), seeds=2
    )
    found = [(get(e, WD), get(e, DROPOUT), e.seed) for e in sweep.experiments]
    assert sweep.shape == (2, 3, 2)
    assert found == [(w, p, s) for w in (0.0, 0.1) for p in (0.0, 0.2, 0.5) for s in (0, 1)]
    for w in range(2):
        for p in range(3):
            assert found[sweep.member(w, p)] == ((0.0, 0.1)[w], (0.0, 0.2, 0.5)[p], 0)
            assert found[sweep.member(w, p, 1)][2] == 1


def test_only_what_is_varied_differs():
    base = replace(Experiment(), {"epochs": 7, "data.name": "moons", "seed": 3})
    for experiment in Sweep(base, (SweepAxis(WD, (0.0, 0.1)),)).experiments:
        assert replace(experiment, {WD: 0.0}) == base


def test_a_resampling_sweep_draws_other_data_with_each_seed_and_any_other_keeps_them():
    base = replace(Experiment(), {"seed": 5, "data.seed": 9})
    resampled = Sweep(base, seeds=3, resamples=True).experiments
    assert [(e.seed, e.data.seed) for e in resampled] == [(5, 9), (6, 10), (7, 11)]
    assert {e.data.seed for e in Sweep(base, seeds=3).experiments} == {9}


def test_seeds_go_on_at_0_after_the_largest():
    base = replace(Experiment(), {"seed": 2**31 - 1})
    assert [e.seed for e in Sweep(base, seeds=2).experiments] == [2**31 - 1, 0]


def test_a_wrong_value_is_refused_with_path_and_bound():
    with pytest.raises(ExperimentError, match=r"regularization.dropout = 2.0: .*0 to 0.95"):
        _ = Sweep(Experiment(), (SweepAxis(DROPOUT, (0.0, 2.0)),)).experiments


def test_values_are_laid_out_as_the_members_are():
    sweep = Sweep(Experiment(), (SweepAxis(WD, (0.0, 0.1)), SweepAxis(DROPOUT, (0.0, 0.2, 0.5))))
    laid = sweep.shaped(np.arange(12.0).reshape(2, 6))
    assert laid.shape == (2, 2, 3, 1)
    assert laid[0, 1, 2, 0] == sweep.member(1, 2)


@pytest.mark.parametrize("path", SWEEPABLE)
def test_positions_rise_from_zero_and_are_values_of_the_slider(path):
    values = sweep_axis(path).values
    assert 25 <= len(values) <= 33 or path in ("model.degree", "model.depth")
    assert list(values) == sorted(set(values))
    if FIELDS[path].minimum == 0 and path != "data.n_train":  # where 0 stands for all points
        assert values[0] == 0
    assert set(values) <= set(scale_of(FIELDS[path]).values)
    assert [FIELDS[path].check(value) for value in values] == list(values)


def test_the_published_dropout_rates_and_penalties_are_positions():
    assert {0.0, 0.2, 0.3, 0.5, 0.7} <= set(sweep_axis(DROPOUT).values)
    assert {0.0, 0.001, 0.01, 0.1, 1.0, 3.0} <= set(sweep_axis(WD).values)


def test_a_linear_model_uses_no_dropout_and_a_dataset_only_its_own_fields():
    linear = replace(Experiment(), {"model.depth": 0})
    assert not is_used(linear, DROPOUT)
    assert not is_used(linear, "model.width")
    assert is_used(linear, WD)
    assert is_used(Experiment(), DROPOUT)
    assert is_used(Experiment(), "data.noise")
    assert not is_used(replace(Experiment(), {"data.name": "digits"}), "data.noise")
