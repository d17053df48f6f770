import numpy as np
import pytest
from keywords import by_path

from regplay.core import UserError
from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, differences, replace
from regplay.core.history import MEASURES, Snapshot
from regplay.session.pins import LONGEST_NAME, Pins, PinsFullError, as_now, compared, value_texts
from regplay.session.session import Run


def _experiment(**values: object) -> Experiment:
    return replace(Experiment(), by_path(values))


def _run(**values: object) -> Run:
    return Run(_experiment(**values))


def _snapshot(epoch: int) -> Snapshot:
    values = np.full((len(MEASURES), 1), float(epoch))
    return Snapshot(epoch, epoch, values, np.array([-1]), np.array([False]))


def test_the_thirteenth_run_is_refused_in_plain_words() -> None:
    pins = Pins()
    for seed in range(12):
        pins.pin(_run(seed=seed), None)
    with pytest.raises(PinsFullError, match=r"^12 runs are pinned: delete one first\.$"):
        pins.pin(_run(seed=12), None)
    assert issubclass(PinsFullError, UserError)
    assert len(pins) == 12
    pins.remove(pins[4])
    assert pins.pin(_run(seed=12), None) is pins[11]


def test_a_colour_stays_and_only_a_deleted_one_is_given_again() -> None:
    pins = Pins()
    a, b, c = (pins.pin(_run(seed=seed), None) for seed in range(3))
    pins.move(c, 0)
    pins.remove(a)
    assert (b.color, c.color) == (1, 2)
    assert pins.pin(_run(seed=5), None).color == 0
    assert pins.pin(_run(seed=6), None).color == 3


def test_names_say_what_differs_of_those_before_too() -> None:
    pins, names = Pins(), []
    for values in (
        {},
        {"regularization__weight_decay": 0.01},
        {"regularization__weight_decay": 0.01, "regularization__dropout": 0.3},
        {"regularization__weight_decay": 0.01, "regularization__dropout": 0.3},
    ):
        pins.pin(_run(**values), None)
        names.append([pin.name for pin in pins])
    three = ["λ 0, p 0", "λ 0.01, p 0", "λ 0.01, p 0.3"]
    assert names[:3] == [["plain"], ["λ 0", "λ 0.01"], three]
    assert names[3] == [*three, "λ 0.01, p 0.3 (2)"]


def test_the_first_is_called_by_its_regularization() -> None:
    assert Pins().pin(_run(regularization__l1=0.001, model__depth=4), None).name == "l1 0.001"


@pytest.mark.parametrize("name", ["  ", "plain"])
def test_who_changes_no_name_has_given_none(name: str) -> None:
    pins = Pins()
    pin = pins.pin(_run(), None)
    pins.rename(pin, name)
    pins.pin(_run(model__depth=4), None)
    assert [each.name for each in pins] == ["depth 2", "depth 4"]


def test_a_polynomial_is_called_by_its_degree_too() -> None:
    ridge = _run(model__kind="polynomial", model__degree=15, regularization__weight_decay=0.1)
    assert Pins().pin(ridge, None).name == "degree 15, λ 0.1"
    assert Pins().pin(_run(model__kind="polynomial"), None).name == "degree 4"


def test_much_that_differs_is_no_name() -> None:
    pins = Pins()
    first = pins.pin(_run(), None)
    other = _run(seed=3, model__depth=4, model__width=8, data__noise=0.1)
    assert pins.pin(other, None).name == "run 2"
    assert first.name == "run 1"
    assert pins.pin(_run(seed=9), None).name == "seed 9"


def test_names_that_were_given_stay() -> None:
    pins = Pins()
    renamed, own = (pins.pin(_run(seed=seed), None) for seed in range(2))
    pins.rename(renamed, "mine")
    assert pins.pin(_run(seed=2, regularization__l1=0.1), None, "strong").name == "strong"
    assert [pin.name for pin in pins] == ["mine", "l1 0, seed 1", "strong"]
    pins.restore([*pins])  # as from a file: what could be ours is ours again
    pins.remove(pins[2])
    pins.pin(_run(seed=4), None)
    assert [pin.name for pin in pins] == ["mine", "seed 1", "seed 4"]
    assert own is pins[1]
    pins.restore([])
    assert pins.pin(_run(), None).name == "plain"


def test_renaming_ignores_blanks() -> None:
    pins = Pins()
    pin = pins.pin(_run(), None)
    pins.rename(pin, "  no   penalty ")
    assert pin.name == "no penalty"
    pins.rename(pin, "   ")
    assert pin.name == "no penalty"


def test_names_are_one_line_that_is_not_blank_and_of_some_length() -> None:
    pins = Pins()
    pin = pins.pin(_run(), None, "  all\nof it ")
    assert (pin.name, pin.is_named) == ("all of it", True)
    pins.rename(pin, "feature, " * 99)
    assert len(pin.name) <= LONGEST_NAME
    assert pin.name.endswith("feature, f…")
    blank = pins.pin(_run(seed=1), None, "  ")
    assert (blank.name, blank.is_named) == ("seed 1", False)


def test_moving() -> None:
    pins = Pins()
    a, b, c = (pins.pin(_run(seed=seed), None) for seed in range(3))
    pins.move(a, 2)
    assert list(pins) == [b, c, a]
    pins.move(a, -1)
    assert list(pins) == [a, b, c]
    pins.move(b, 99)
    assert list(pins) == [a, c, b]


def test_what_differs_among_pins_and_the_present_experiment() -> None:
    pins = Pins()
    pins.pin(_run(seed=1), None)
    pins.pin(_run(seed=1, regularization__dropout=0.3), None)
    assert pins.differing() == ("regularization.dropout",)
    present = _experiment(seed=2, data__noise=0.1)
    assert pins.differing(present) == ("data.noise", "regularization.dropout", "seed")
    assert Pins().differing(present) == ()


def test_values_without_effect_are_not_told() -> None:
    paths = ("model.depth", "model.width", "regularization.dropout", "regularization.decay_bias")
    linear = {"model__depth": 0}
    assert value_texts(_experiment(**linear), paths) == ["depth 0"]
    decayed = _experiment(**linear, regularization__weight_decay=0.1)
    assert value_texts(decayed, paths) == ["depth 0", "penalized biases"]
    assert value_texts(_experiment(), paths)[:3] == ["depth 2", "width 64", "p 0"]


def test_large_numbers_are_grouped_but_not_those_that_are_names() -> None:
    many = _experiment(epochs=200_000, data__n_train=12_000, data__seed=12_345, seed=54_321)
    paths = ("epochs", "data.n_train", "data.seed", "seed")
    assert value_texts(many, paths) == [
        "epochs 200,000",
        "n 12,000",
        "data seed 12345",
        "seed 54321",
    ]
    strong = _experiment(regularization__weight_decay=1e-5, data__noise=0.25)
    texts = value_texts(strong, ("regularization.weight_decay", "data.noise"))
    assert texts == ["λ 10⁻⁵", "σ 0.25"]


def test_own_points_are_counted_and_not_told() -> None:
    own = _experiment(data__name="points", data__points="0 1; 1 2; 2 1", data__valid_points="0 1")
    texts = value_texts(own, ("data.points", "data.valid_points", "data.standardize"))
    assert texts == ["3 points", "valid 1 point", "as measured"]


@pytest.mark.parametrize("name", ["csv", "points"])
def test_each_field_can_be_told(name: str) -> None:
    experiment = _experiment(data__name=name, data__target="y", data__inputs="a, b")
    texts = value_texts(experiment, FIELDS)
    assert all(len(text) < 40 for text in texts), texts
    assert ("from a, b" in texts) == (name == "csv")


def test_a_pin_stays_as_it_was_while_the_run_goes_on() -> None:
    run = _run()
    for epoch in range(255):
        run.history.append(_snapshot(epoch))
    pin = Pins().pin(run, None)
    for epoch in range(255, 600):  # beyond what the history has room for now
        run.history.append(_snapshot(epoch))
    run.experiment = _experiment(seed=7)
    run.changed_at.append(300)
    assert pin.run.experiment == Experiment()
    assert pin.run.history.epochs.tolist() == list(range(255))
    assert pin.run.history.last.epoch == 254
    assert pin.run.history.column("train_loss")[-1] == 254
    assert pin.run.changed_at == []
    assert len(as_now(run).history) == 600


def test_four_are_compared_from_the_same_start() -> None:
    experiment = _experiment(data__noise=0.5, seed=3)
    four = compared(experiment)
    assert list(four) == ["none", "weight decay", "dropout", "both"]
    strengths = [(e.regularization.weight_decay, e.regularization.dropout) for e in four.values()]
    assert strengths == [(0, 0), (0.01, 0), (0, 0.3), (0.01, 0.3)]
    allowed = {"regularization.weight_decay", "regularization.dropout"}
    assert all(set(differences(experiment, e)) <= allowed for e in four.values())


def test_comparing_keeps_the_experiments_own_strengths() -> None:
    experiment = _experiment(regularization__weight_decay=0.2, regularization__dropout=0.5)
    four = compared(experiment)
    assert four["both"] == experiment
    assert four["none"].regularization.weight_decay == 0
    assert four["dropout"].regularization.dropout == 0.5
    assert four["dropout"].regularization.weight_decay == 0


def test_a_linear_model_has_nothing_to_drop() -> None:
    two = compared(_experiment(model__depth=0, regularization__dropout=0.4))
    assert list(two) == ["none", "weight decay"]
    assert [e.regularization.dropout for e in two.values()] == [0, 0]


def test_a_degree_says_that_it_is_a_polynomial() -> None:
    paths = ("model.kind", "model.degree", "model.depth")
    polynomial = replace(Experiment(), {"model.kind": "polynomial"})
    assert value_texts(polynomial, paths) == ["degree 4"]
    assert value_texts(polynomial, ["model.kind"]) == ["polynomial"]
    assert value_texts(Experiment(), paths) == ["network", "depth 2"]
