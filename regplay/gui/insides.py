"""What is inside a network, from the states that are kept of its training."""

from regplay.core.checkpoints import Checkpoints
from regplay.core.datasets import Dataset
from regplay.core.experiment import Experiment
from regplay.core.inside import Inside, InsideLog, Layers
from regplay.core.population import Population
from regplay.core.state import State


class Insides:
    """Measures the layers of one run after another; it belongs to the training thread."""

    def __init__(self) -> None:
        self._log: InsideLog | None = None
        self._of: object = None
        self._seen = -1  # the newest epoch in the log

    def of(
        self,
        run: object,
        experiment: Experiment,
        dataset: Dataset,
        network: Population,
        checkpoints: Checkpoints,
        shown: State | None,
    ) -> Inside | None:
        """All layers of a network, over its training.

        Parameters
        ----------
        run
            Whose it is; another object begins anew.
        network
            A population of one, as it is now.
        shown
            The state to show instead, if any.
        """
        states = list(checkpoints)
        if not states:
            return None

        def layers(state: State) -> Layers:
            return network.with_parameters(state.parameters).member()

        if run is not self._of or self._log is None:
            self._of, self._seen = run, -1
            self._log = InsideLog(layers(states[0]))
        for state in states:
            if state.epoch > self._seen:
                self._log.append(state.epoch, layers(state))
                self._seen = state.epoch
        now = network.member() if shown is None else layers(shown)
        epoch = states[-1].epoch if shown is None else shown.epoch
        return self._log.inside(epoch, now, experiment.model.activation, dataset)
