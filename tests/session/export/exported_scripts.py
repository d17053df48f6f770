"""What exported scripts and what training comes to."""

import re
from collections.abc import Mapping

import pytest
from trainings import run

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.training import Training


def experiment_of(values: Mapping[str, object]) -> Experiment:
    return replace(Experiment(), values)


def outcome(printed: str) -> dict[str, float]:
    """The final losses and accuracies that a script printed, by the names of measures."""
    found = {}
    for name, split in (("train", "train"), ("valid", "validation")):
        line = re.search(rf"^{split} loss: (\S+?)(?:, accuracy: (\S+))?$", printed, re.MULTILINE)
        assert line is not None, printed
        found[f"{name}_loss"] = float(line[1])
        if line[2]:
            found[f"{name}_accuracy"] = float(line[2])
    stopped = re.search(r"^stopped after (\d+) epochs$", printed, re.MULTILINE)
    if stopped:
        found["stopped"] = int(stopped[1])
    return found


def assert_same(found: Mapping[str, float], expected: Mapping[str, float]) -> None:
    """Up to rounding; the epoch at which training stopped is the same."""
    assert found.keys() == expected.keys()
    for measure, value in expected.items():
        is_accuracy = measure.endswith("accuracy")
        tolerance = {"abs": 1e-4} if is_accuracy else {"rel": 1e-3, "abs": 1e-9}
        if measure == "stopped":
            tolerance = {"abs": 0}
        assert found[measure] == pytest.approx(value, **tolerance)


def trained(*experiments: Experiment) -> list[dict[str, float]]:
    """What regplay comes to with each, all trained as one population, by names of measures."""
    *_, last = run(Training(experiments, device="cpu"))
    names = ["train_loss", "valid_loss"]
    if last.value("train_accuracy") >= 0:  # NaN in regression
        names += ["train_accuracy", "valid_accuracy"]
    found = [{name: last.value(name, m) for name in names} for m in range(len(experiments))]
    for member, values in enumerate(found):
        if last.has_stopped_early(experiments[member].epochs, member):
            values["stopped"] = int(last.stopped_at[member])
    return found
