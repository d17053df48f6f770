"""The language of claims, and what its terms come to."""

import math
import subprocess
import sys

import numpy as np
import pytest

from regplay.core.datasets import load
from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, differences, get, replace
from regplay.core.history import MEASURES, History, Snapshot
from regplay.core.population import fit_at
from regplay.core.state import Checkpoints
from regplay.core.training import Training
from regplay.core.verdict import PointLosses, judge
from regplay.session.claims import (
    LONGEST_CLAIM,
    ClaimError,
    Term,
    Trained,
    measure_term,
    parse_claim,
)
from regplay.session.claims.terms import thinned_loss

NAN = float("nan")

SMALL = {"model.depth": 1, "model.width": 8, "data.n_train": 20, "data.n_valid": 40, "epochs": 60}


def _holds(claim, **values):
    return parse_claim(claim).holds(lambda term: values[term.measure])


# what is read


def test_terms_come_in_order_and_each_once():
    statement = parse_claim("gap(lr=0.1) < 2 * gap and gap <= max(gap(optimizer.lr=0.1), 1)")
    assert statement.terms == (Term("gap", {"optimizer.lr": 0.1}), Term("gap"))


@pytest.mark.parametrize(
    ("text", "changes", "epoch"),
    [
        ("gap", {}, None),
        ("gap(weight_decay=0.01)", {"regularization.weight_decay": 0.01}, None),
        ("gap(optimizer.name='sgd')", {"optimizer.name": "sgd"}, None),
        ('gap(data.name="moons", depth=3)', {"data.name": "moons", "model.depth": 3}, None),
        ("gap(decay_bias=false)", {"regularization.decay_bias": False}, None),
        ("gap(epochs=1e3, epoch=70)", {"epochs": 1000}, 70),
        ("gap(epoch=0)", {}, 0),
        ("gap(lr=0.0123456789)", {"optimizer.lr": 0.0123456789}, None),
        ("""gap(target='the "best"')""", {"data.target": 'the "best"'}, None),
        (r'gap(target="a.\n λ\")', {"data.target": "a.\\n λ\\"}, None),
    ],
)
def test_a_term(text, changes, epoch):
    (term,) = parse_claim(f"{text} < 1").terms
    assert (term.measure, dict(term.changes), term.epoch) == ("gap", changes, epoch)
    assert parse_claim(f"{term} < 1").terms == (term,)  # and back


def test_every_field_but_seeds_and_the_file_can_be_named_in_short_or_in_full():
    ambiguous = 0
    for path, field in FIELDS.items():
        if path in ("seed", "data.seed", "data.file"):
            continue
        text = field.kind in ("text", "choice")
        value = f'"{field.default}"' if text else str(field.default).lower()
        assert path in parse_claim(f"gap({path}={value}) < 1").terms[0].changes
        try:
            short = parse_claim(f"gap({path.rpartition('.')[2]}={value}) < 1")
        except ClaimError:
            ambiguous += 1
        else:
            assert path in short.terms[0].changes
    assert ambiguous == 2  # data.name and optimizer.name


def test_the_experiment_of_a_term_has_its_changes_and_no_others():
    base = replace(Experiment(), {"seed": 7, "data.seed": 7, "model.width": 8})
    term = parse_claim('valid_loss(lr=0.1, data.name="moons", noise=0.2) < 1').terms[0]
    moons = term.experiment(base)
    assert (get(moons, "data.name"), get(moons, "data.noise")) == ("moons", 0.2)
    assert (moons.seed, moons.data.seed, moons.model.width, moons.optimizer.lr) == (7, 7, 8, 0.1)
    assert set(differences(base, moons)) <= {path for path in FIELDS if "data." in path} | {
        "optimizer.lr"
    }


@pytest.mark.parametrize(
    ("measure", "epochs"),
    [("valid_loss", 100), ("small_weights", 30), ("variance", 30), ("verdict", 30)],
)
def test_weights_at_an_epoch_are_those_of_a_training_that_ends_there(measure, epochs):
    base = replace(Experiment(), {"epochs": 100})
    early, late = Term(measure, epoch=30), Term(measure, epoch=300)
    assert (early.experiment(base).epochs, late.experiment(base).epochs) == (epochs, 100)


# what holds


@pytest.mark.parametrize(
    "numbers",
    [
        "1 + 2 * 3",
        "(1 + 2) * 3",
        "8 / 4 / 2",
        "1 - 2 - 3",
        "-2 * -(3 - 1)",
        "abs(-3) + min(4, 2, 3) - max(1, .5)",
        "1e-3 * 2.5E2 + 7.",
        "2 - -3",
    ],
)
def test_numbers_are_those_of_python(numbers):
    assert _holds(f"{numbers} == {eval(numbers)!r}")
    assert not _holds(f"{numbers} != {eval(numbers)!r}")


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("train_loss < valid_loss", True),
        ("train_loss >= valid_loss", False),
        ("0 < train_loss < valid_loss < 4", True),
        ("0 < train_loss < valid_loss < 3", False),
        ("valid_loss > 2 and train_loss <= 1", True),
        ("valid_loss > 2 and train_loss < 1", False),
        ("valid_loss > 3 and train_loss <= 1", False),
        ("(valid_loss > 2) and (train_loss < 2 and diverged == 1)", True),
        ("diverged == 1", True),
        ('verdict == "good fit"', True),
        ('verdict != "good fit"', False),
        ("verdict == verdict(lr=0.1)", True),
    ],
)
def test_what_holds(claim, expected):
    values = {"train_loss": 1.0, "valid_loss": 3.0, "diverged": True, "verdict": "good fit"}
    assert _holds(claim, **values) is expected


@pytest.mark.parametrize("sign", ["<", "<=", ">", ">=", "==", "!="])
@pytest.mark.parametrize(
    "side", ["gap", "-gap", "gap * 0", "abs(gap)", "min(1, gap)", "max(gap, 1)", "1 / 0"]
)
def test_nan_never_holds(sign, side):
    assert not _holds(f"{side} {sign} 1", gap=NAN)
    assert not _holds(f"1 {sign} {side}", gap=NAN)


def test_infinity_is_a_number():
    assert _holds("gap > 1e300", gap=math.inf)


# what is refused


@pytest.mark.parametrize(
    ("claim", "column", "message"),
    [
        ("", 1, "the claim ends, but a measure such as valid_loss"),
        ("gap", 4, "nothing is compared: add <"),
        ("gap < ", 7, "the claim ends"),
        ("gap = 3", 5, "= sets a value in parentheses; to compare write =="),
        ("gap < 3 = 4", 9, "to compare write =="),
        ("gapp < 3", 1, "gapp: no such measure; did you mean gap?"),
        ("1 < valid_los", 5, "did you mean valid_loss?"),
        ("quality < 3", 1, "quality: no such measure; there are train_loss, valid_loss"),
        ("weight_decay < 3", 1, "is no measure but a field: set it in parentheses"),
        ("gap(weightdecay=0) < 1", 5, "did you mean regularization.weight_decay?"),
        ("gap(epohc=3) < 1", 5, "did you mean epoch"),
        ('gap(name="sgd") < 1', 5, "name may be data.name or optimizer.name"),
        ("gap(seed=3) < 1", 5, "seed can't be set: a claim is checked with many seeds"),
        ("gap(data.seed=3) < 1", 5, "data.seed can't be set"),
        ("gap(file='a.csv') < 1", 5, "file can't be set: name the file in the experiment"),
        ("gap(data.file='') < 1", 5, "data.file can't be set"),
        ("gap < 1 | gap > 2", 9, "there is no or in claims: only and joins comparisons"),
        ("gap < 1 or gap > 2", 9, "or is no word of claims: only and joins comparisons"),
        ("not gap < 1", 1, "not is no word of claims: only and joins comparisons"),
        ("gap < 1 and not gap < 0", 13, "not is no word of claims"),
        ("gap() < 1", 5, "leave out the parentheses of gap(), or set a field in them"),
        ("gap(lr=-1) < 1", 8, "optimizer.lr = -1: must be a number from 0 to 10"),
        ("gap(depth=1.5) < 1", 11, "model.depth = 1.5: must be a whole number from 0 to 8"),
        ("gap(activation=relu) < 1", 16, 'put it in quotes: activation="relu"'),
        ('gap(activation="rleu") < 1', 16, "did you mean relu?"),
        ("gap(lr=0.1, optimizer.lr=0.2) < 1", 13, "optimizer.lr is set twice"),
        ("gap(epoch=1, epoch=2) < 1", 14, "epoch is set twice"),
        ("gap(epoch=1.5) < 1", 5, "epoch=1.5: must be a whole number from 0"),
        ("gap(epoch=true) < 1", 5, "must be a whole number from 0"),
        ("gap(epoch='1') < 1", 5, "must be a whole number from 0"),
        ("gap(epoch=-1) < 1", 5, "must be a whole number from 0"),
        ("noise_floor(epoch=3) < 1", 1, "the same at every epoch"),
        ("small_weights(epoch=0) < 1", 1, "not measured before training: write epoch=1"),
        ("gap < thinned_loss(epoch=0)", 7, "thinned_loss is not measured before training"),
        ("variance(epoch=0) < 1", 1, "variance is not measured before training"),
        ("gap(1) < 1", 5, "1, but a change such as weight_decay=0.01 was expected"),
        ("gap(lr) < 1", 5, "lr, but a change such as weight_decay=0.01 was expected"),
        ("gap(lr=) < 1", 8, "), but a number, a text in quotes, true or false was expected"),
        ("gap(lr=1 < 1", 4, "( is out of place here: '(' was never closed"),
        ("gap < 1 gap > 2", 9, "gap is out of place here; join comparisons by and"),
        ("(gap < 1) + 1 > 2", 2, "parentheses hold numbers; join comparisons by and"),
        ("gap < 1, gap > 2", 8, ", is out of place here; join comparisons by and"),
        ("gap ** 2 < 1", 1, "gap ** 2: only +, -, * and / join numbers"),
        ("1 < gap is gap", 1, "only <, <=, >, >=, == and != compare"),
        ("gap < True", 7, "True, but a measure such as valid_loss or a number was expected"),
        ("gap < 1j", 8, "a blank is missing behind 1"),
        ("gap < 1and gap > 0", 8, "a blank is missing behind 1"),
        ("gap < abs(lr=1)", 11, "abs takes numbers"),
        ("gap < abs", 7, "( was expected after abs"),
        ("gap(**lr) < 1", 5, "*: no such field"),
        ("gap(lr=1)(lr=2) < 1", 1, "gap(lr=1)(lr=2), but a measure"),
        ("gap(decay_bias=True) < 1", 16, "true or false was expected"),
        ('gap(target="a" "b") < 1', 12, "is out of place here"),
        ('gap(target=r"a") < 1', 12, "is out of place here"),
        ("gap < 1)", 8, ") is out of place"),
        ("gap < true", 7, "write 1 for true and 0 for false"),
        ("gap ≤ 1", 5, "write <="),
        ("gap < 1 $", 9, "'$' is no sign of claims"),
        ('verdict == "good fit', 12, "a quote that is not closed"),
        ('verdict == "overfiting"', 12, "no such verdict; did you mean overfitting?"),
        ('verdict == "x"', 12, "there are untrained, diverged, overfitting"),
        ("verdict < 3", 9, "< between a text and a number"),
        ('noise_floor == "good fit"', 13, "== between a text and a number"),
        ('verdict < "good fit"', 9, "< compares numbers; texts take == or !="),
        ("verdict + 1 < 3", 1, "+ takes numbers, and this is a text"),
        ("1 * verdict < 3", 5, "* takes numbers"),
        ("-verdict < 3", 2, "- takes numbers"),
        ("abs(verdict) < 3", 5, "abs takes numbers"),
        ("min(1) < 2", 1, "min takes at least two numbers, not 1"),
        ("abs(1, 2) < 2", 1, "abs takes one number, not 2"),
        ("gap < 1e999", 7, "too large a number"),
        ("gap < " + 30 * "(" + "1" + 30 * ")", 27, "nested more than 20 deep"),
        ("gap < " + 30 * "-" + "1", 27, "nested more than 20 deep"),
    ],
)
def test_what_is_refused(claim, column, message):
    with pytest.raises(ClaimError) as error:
        parse_claim(claim)
    assert message in str(error.value)
    assert error.value.column == column
    assert str(error.value).startswith(f"column {column}: ")
    assert "\n" not in str(error.value)


def test_the_length_is_bounded():
    assert parse_claim("gap < " + "1 + " * 240 + "1").holds(lambda _: 240.0)
    with pytest.raises(ClaimError, match="1,001 characters, and at most 1,000"):
        parse_claim("gap<1".ljust(LONGEST_CLAIM + 1))


@pytest.mark.parametrize("claim", ["__import__('os') < 1", "gap.__class__ < 1", "(lambda: 1) < 1"])
def test_nothing_is_run_as_python(claim):
    with pytest.raises(ClaimError):
        parse_claim(claim)


def test_torch_is_not_needed_to_read_lessons_or_to_observe():
    code = (
        "import sys\n"
        "import regplay.session.lessons.progress\n"
        "from regplay.session.lessons import lessons\n"
        "assert lessons()[0].claims[0][1].statement.terms\n"
        "assert 'torch' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


# values


def _train(values):
    experiment = replace(Experiment(), SMALL | values)
    training, history, states = Training([experiment], device="cpu"), History(), Checkpoints()
    while not training.finished:
        for record in training.train():
            history.append(record.snapshot)
            states.keep(record.state.copy())
    state, best = states.last, states.at(history.best_epoch)
    return Trained(experiment, training.datasets[0], history, state, best), training


def _measure(text, trained):
    (term,) = parse_claim(f'{text} == "good fit"' if "verdict" in text else f"{text} < 1").terms
    return measure_term(term, trained)


@pytest.fixture(scope="module")
def moons():
    return _train({"data.name": "moons", "regularization.weight_decay": 0.01})


def test_recorded_measures_are_those_of_the_last_record(moons):
    trained, _ = moons
    for measure in MEASURES:
        assert _measure(measure, trained) == trained.history.column(measure)[-1]
    assert _measure("epoch", trained) == 60
    assert _measure("diverged", trained) == 0
    assert (
        _measure("verdict", trained)
        == judge(trained.history, trained.dataset, trained.experiment).kind
    )


def test_a_verdict_takes_the_losses_of_the_points_into_account_as_that_of_the_window():
    trained, training = _train({"optimizer.lr": 0.05})
    history, dataset = trained.history, trained.dataset
    now, best = training.fit(None), fit_at(trained.best, trained.experiment, dataset, None).valid
    points = PointLosses.of(trained.experiment, dataset, now, best)
    kind = judge(history, dataset, trained.experiment, points=points).kind
    assert kind != judge(history, dataset, trained.experiment).kind
    assert _measure("verdict", trained) == kind


def test_a_verdict_soon_after_the_start_is_that_of_a_longer_training():
    trained, _ = _train({"optimizer.lr": 0.1, "epochs": 15})
    assert _measure("verdict(epoch=15)", trained) == "still learning"
    assert _measure("verdict", trained) == "good fit"


def test_weights_are_counted_without_biases(moons):
    trained, training = moons
    weights = np.concatenate([w.numpy().ravel() for w, _ in training.population.member()])
    assert len(weights) == 2 * 8 + 8 * 2
    assert _measure("half_squared_norm", trained) == pytest.approx((weights**2).sum() / 2)
    assert _measure("gap", trained) == pytest.approx(
        _measure("valid_loss", trained) - _measure("train_loss", trained)
    )


def test_small_weights_are_those_below_a_thousandth():
    trained, training = _train({"regularization.l1": 0.05, "epochs": 400})
    weights = np.concatenate([w.numpy().ravel() for w, _ in training.population.member()])
    share = float(np.mean(np.abs(weights) < 1e-3))
    assert 0 < share < 1
    assert _measure("small_weights", trained) == share
    assert math.isnan(_measure("small_weights", Trained(trained.experiment, trained.dataset)))


def test_the_loss_with_units_dropped_adds_the_variance_of_the_masks():
    p = 0.5
    values = {"data.name": "sine", "regularization.dropout": p, "epochs": 200}
    experiment = replace(Experiment(), SMALL | values)
    training = Training([experiment], device="cpu")
    while not training.finished:
        state = training.train()[-1].state
    dataset = training.datasets[0]
    (w1, b1), (w2, b2) = [
        (w.double().numpy(), b.double().numpy()) for w, b in training.population.member()
    ]
    hidden = np.tanh(dataset.inputs(dataset.valid.x) @ w1.T + b1)  # [n, units]
    output = hidden @ w2.T + b2
    squares = (output - dataset.targets(dataset.valid.y).reshape(-1, 1)) ** 2
    # A unit is sent on with 1/(1 − p) or not at all: the variance of its part is p/(1 − p) of it.
    variances = p / (1 - p) * ((hidden * w2) ** 2).sum(axis=1)
    losses = [thinned_loss(state, experiment, dataset, seed) for seed in range(20)]
    expected = float(squares.mean() + variances.mean())
    assert np.mean(losses) == pytest.approx(expected, rel=0.1)
    assert expected > 1.1 * float(squares.mean())
    without = replace(experiment, {"regularization.dropout": 0.0})
    assert math.isnan(thinned_loss(state, without, dataset))


def test_an_epoch_between_records_takes_the_record_before(moons):
    trained, _ = moons
    epochs = trained.history.epochs
    between = next(int(e) + 1 for e in epochs if int(e) + 1 not in epochs and e < epochs[-1])
    record = int(np.searchsorted(epochs, between)) - 1
    losses = trained.history.column("train_loss")
    assert _measure(f"train_loss(epoch={between})", trained) == losses[record]
    assert _measure(f"epoch(epoch={between})", trained) == epochs[record]
    assert _measure("epoch(epoch=1000)", trained) == 60
    assert _measure("verdict(epoch=0)", trained) == "untrained"
    best = trained.history.column("valid_loss")[: record + 1].argmin()
    assert _measure(f"best_epoch(epoch={between})", trained) == epochs[best]
    assert _measure(f"best_valid_loss(epoch={between})", trained) == pytest.approx(
        trained.history.column("valid_loss")[best]
    )


def test_of_a_network_that_diverged_only_that_is_known():
    trained, _ = _train({"optimizer.name": "sgd", "optimizer.lr": 10.0})
    assert _measure("diverged", trained) == 1
    assert _measure("verdict", trained) == "diverged"
    for measure in (*MEASURES, "gap", "half_squared_norm", "small_weights"):
        assert math.isnan(_measure(measure, trained)), measure
    assert math.isfinite(_measure("train_loss(epoch=0)", trained))
    assert _measure("diverged(epoch=0)", trained) == 0


def test_a_huge_norm_is_measured_too(moons):
    trained, _ = moons
    last, history = trained.history.last, History()
    values = last.values.copy()
    values[MEASURES.index("weight_norm")] = 1e200
    history.append(Snapshot(last.epoch, last.step, values, last.stopped_at, last.diverged))
    huge = Trained(trained.experiment, trained.dataset, history)
    assert _measure("half_squared_norm", huge) == math.inf


def test_what_there_is_not_is_nan():
    trained, _ = _train({})
    assert math.isnan(_measure("train_accuracy", trained))
    assert math.isnan(_measure("variance", trained))
    assert _measure("noise_floor", trained) == pytest.approx(0.09)
    cars = replace(Experiment(), {"data.name": "cars"})
    assert math.isnan(_measure("noise_floor", Trained(cars, load(cars.data))))
