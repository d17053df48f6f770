"""Puts together what the window shows of a run, or of a member of a study, at one moment."""

from contextlib import suppress

from regplay.core.bias_variance import Spread
from regplay.core.datasets import Dataset, DatasetError, load, seen_by
from regplay.core.experiment import Experiment
from regplay.core.fit import Fit, grid_of
from regplay.core.internals import Internals, InternalsLog, Layers
from regplay.core.joint import JointTraining
from regplay.core.layers import dropouts
from regplay.core.population import Population, fit_at, stochastic_passes
from regplay.core.state import State
from regplay.core.training import Training
from regplay.core.verdict import PointLosses
from regplay.gui.training.messages import Job, Look, View
from regplay.session.session import Run


class InternalsReader:
    """Measures the layers of one run after another; it belongs to the training thread."""

    def __init__(self) -> None:
        self._log: InternalsLog | None = None
        self._run: Run | None = None  # whose log it is
        self._seen = -1  # the newest epoch in the log
        self._count = 0  # states until then

    def of(
        self, run: Run, dataset: Dataset, network: Population, shown: State | None
    ) -> Internals | None:
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
            self._log = InternalsLog(layers(states[0]))
        for state in states:
            if state.epoch > self._seen:
                self._log.append(state.epoch, layers(state))
                self._seen = state.epoch
        self._count = len(states)
        now = network.member() if shown is None else layers(shown)
        epoch = states[-1].epoch if shown is None else shown.epoch
        model = run.experiment.model
        return self._log.internals(epoch, now, model.activation, seen_by(model, dataset))


_PASSES = 40  # thinned networks for a band


def own_fit(state: State, experiment: Experiment) -> Fit:
    """What the network of an experiment predicts for its own data at a state."""
    dataset = load(experiment.data)
    return fit_at(state, experiment, dataset, grid_of(dataset))


class Viewer:
    """Makes views; it belongs to the training thread."""

    def __init__(self) -> None:
        self._internals = InternalsReader()
        self._best: tuple[State, Fit] | None = None
        self._best_until: tuple[State, Fit] | None = None  # the moment that is shown
        self._beside: dict[State, Fit] = {}

    def of_member(self, job: Job, study: JointTraining, look: Look, placement: str) -> View:
        """The view of a member of a study, in place of the run of a job."""
        experiment, dataset, grid = study.experiments[look.member], job.dataset, job.grid
        if experiment.data != job.experiment.data:
            dataset = study.datasets[look.member]
            grid = grid_of(dataset)
        run = Run(experiment, study.history.member(look.member), placement=placement)
        fit = study.fit(grid, look.member, look.epoch)
        snapshot = run.history.last
        assert snapshot is not None
        moment = None if look.epoch is None else run.history.until(fit.epoch).last
        return View(
            generation=job.generation,
            run=run,
            dataset=dataset,
            snapshot=snapshot,
            moment=moment or snapshot,
            fit=fit,
            best=None,
            look=look,
            is_finished=True,
            points=study.point_losses(look.member, look.epoch),
            beside=self._beside_at(look),
        )

    def of_run(self, job: Job, run: Run, training: Training, look: Look) -> View:
        """The view of the run of a job."""
        snapshot = run.history.last
        assert snapshot is not None
        if snapshot.step < training.step:
            snapshot = training.peek()
        kept = None if look.epoch is None else run.checkpoints.at(look.epoch)
        if kept is None:
            fit = training.fit(job.grid)
        else:
            fit = fit_at(kept, run.experiment, job.dataset, job.grid)
        moment = None if look.epoch is None else run.history.until(fit.epoch).last
        internals = None
        if look.internals:
            internals = self._internals.of(run, job.dataset, training.population, kept)
        return View(
            generation=job.generation,
            run=run,
            dataset=job.dataset,
            snapshot=snapshot,
            moment=moment or snapshot,
            fit=fit,
            best=self._best_fit(job, run) if look.best else None,
            look=look,
            is_finished=training.finished,
            internals=internals,
            passes=self._passes(job, run, training, kept) if look.passes else None,
            points=self._points(job, run, fit, look),
            beside=self._beside_at(look),
        )

    def _beside_at(self, look: Look) -> tuple[Fit | None, ...]:
        """The fits of other runs; the same objects as the last time where nothing has changed.

        None for those that have not begun by then, or whose data can't be read.
        """
        fits: dict[State, Fit] = {}
        found: list[Fit | None] = []
        for run in look.beside:
            state = run.checkpoints.at(look.epoch)
            if state is not None:
                known = self._beside.get(state)
                with suppress(DatasetError):  # such as a table that is gone
                    fits[state] = own_fit(state, run.experiment) if known is None else known
            found.append(None if state is None else fits.get(state))
        self._beside = fits
        return tuple(found)

    def _best_fit(self, job: Job, run: Run) -> Fit | None:
        """The fit at the best epoch; the same object as the last time if that is still the best."""
        state = run.checkpoints.at(run.history.best_epoch)
        if state is None:
            return None
        if self._best is None or self._best[0] is not state:
            self._best = state, fit_at(state, run.experiment, job.dataset, job.grid)
        return self._best[1]

    def _points(self, job: Job, run: Run, fit: Fit, look: Look) -> PointLosses:
        """The losses of the points now, and at the best epoch until then."""
        history = run.history if look.epoch is None else run.history.until(fit.epoch)
        state = run.checkpoints.at(history.best_epoch)
        if state is None:
            return PointLosses.of(run.experiment, job.dataset, fit)
        if self._best_until is None or self._best_until[0] is not state:
            self._best_until = state, fit_at(state, run.experiment, job.dataset, None)
        return PointLosses.of(run.experiment, job.dataset, fit, self._best_until[1].valid)

    def _passes(self, job: Job, run: Run, training: Training, kept: State | None) -> Spread | None:
        """What networks thinned by dropout predict, where there is any."""
        shares = dropouts(run.experiment)
        if job.grid is None or not any(shares):
            return None
        network = training.population
        if kept is not None:
            network = network.with_parameters(kept.parameters)
        return stochastic_passes(network, job.dataset, job.grid.x, shares, _PASSES)
