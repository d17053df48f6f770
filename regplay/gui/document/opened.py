"""Pinned runs of a session that was opened: at once as far as their curves go, then wholly."""

from collections.abc import Sequence

from regplay.core.datasets import Dataset, DatasetError, load
from regplay.core.fit import grid_of
from regplay.session.document import Document, StoredRun
from regplay.session.pins import Pin


def pins_of(document: Document) -> list[Pin]:
    """Its pins with their histories, without states and fits: this needs no torch."""
    return [
        Pin(pin.name, pin.color, pin.run.run(with_states=False), None, None, pin.is_hidden)
        for pin in document.pins
    ]


def complete(pins: Sequence[Pin], document: Document) -> None:
    """Give the pins that `pins_of` made their states and fits; this imports torch.

    A pin whose file is gone, or has other columns or rows than it had, stays a mere history.
    """
    from regplay.core.predictions import fit_of, network_at

    for pin, stored in zip(pins, document.pins, strict=True):
        dataset = data_of(stored.run)
        if dataset is None:
            continue
        run = stored.run.run()
        pin.run, pin.grid, state = run, grid_of(dataset), run.checkpoints.last
        if state is not None:
            network = network_at(state, run.experiment, dataset)
            pin.fit = fit_of(network, dataset, pin.grid, state.epoch, state.step)


def data_of(run: StoredRun) -> Dataset | None:
    """The data of a run, if they can be made and are of the sizes that it was trained on."""
    try:
        dataset = load(run.experiment.data)
    except DatasetError:
        return None
    return dataset if run.fits(dataset) else None
