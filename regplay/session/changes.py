"""An experiment as what it has otherwise than another one: short, and exact all the same."""

from collections.abc import Mapping

from regplay.core.experiment import Experiment
from regplay.core.fields import Value, differences, get, replace

_NAME = "data.name"


def changes(base: Experiment, experiment: Experiment) -> dict[str, Value]:
    """The values, by field path, that lead from `base` to `experiment`.

    Another dataset brings its own defaults along: what it has otherwise is told after that.
    """
    found: dict[str, Value] = {}
    if experiment.data.name != base.data.name:
        found[_NAME] = experiment.data.name
        base = replace(base, found)
    return found | {path: get(experiment, path) for path in differences(base, experiment)}


def changed(base: Experiment, values: Mapping[str, object]) -> Experiment:
    """The experiment that `changes` was given.

    Raises
    ------
    ExperimentError
        If a path is unknown or a value is refused.
    """
    rest = dict(values)
    if _NAME in rest:
        base = replace(base, {_NAME: rest.pop(_NAME)})
    return replace(base, rest)
