"""What is inside a network, from the states that are kept of its training."""

from regplay.core.datasets import Dataset
from regplay.core.inside import Inside, InsideLog, Layers
from regplay.core.population import Population
from regplay.core.state import State
from regplay.session.run import Run


class Insides:
    """Measures the layers of one run after another; it belongs to the training thread."""

    def __init__(self) -> None:
        self._log: InsideLog | None = None
        self._run: Run | None = None  # whose log it is
        self._seen = -1  # the newest epoch in the log
        self._count = 0  # states until then

    def of(
        self, run: Run, dataset: Dataset, network: Population, shown: State | None
    ) -> Inside | None:
        """All layers of a network, over its training.

        Parameters
        ----------
        network
            A population of one, as it is now.
        shown
            The state to show instead, if any.
        """
        states = list(run.checkpoints)
        if not states:
            return None

        def layers(state: State) -> Layers:
            return network.with_parameters(state.parameters).member()

        known = sum(state.epoch <= self._seen for state in states)
        if run is not self._run or self._log is None or known > self._count:  # some were filled in
            self._run, self._seen = run, -1
            self._log = InsideLog(layers(states[0]))
        for state in states:
            if state.epoch > self._seen:
                self._log.append(state.epoch, layers(state))
                self._seen = state.epoch
        self._count = len(states)
        now = network.member() if shown is None else layers(shown)
        epoch = states[-1].epoch if shown is None else shown.epoch
        return self._log.inside(epoch, now, run.experiment.model.activation, dataset)
