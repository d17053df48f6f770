"""Which settings pose the same problem, so that what was learned of them can be compared."""

from regplay.core.datasets.dataset import DatasetError
from regplay.core.datasets.points import shape_of
from regplay.core.experiment import DataSettings


def problem_of(settings: DataSettings) -> tuple[object, ...]:
    """What must be equal for the fits of two experiments to be drawn in one plot.

    Their data may be drawn otherwise: of another seed, with more noise or other points.
    """
    if settings.name != "points":
        return (
            settings.name,
            settings.file,
            settings.target,
            settings.inputs,
            settings.task,
            settings.n_inputs,
            settings.n_classes,
        )
    try:
        return settings.name, *shape_of(settings)
    except DatasetError:
        return (settings.name,)
