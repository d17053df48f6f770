"""The earlier curves of a fit, and whether the legend speaks of them."""

import pytest

from regplay.gui.plots.fit_view import FitView
from regplay.gui.theme import DARK, palette_of


@pytest.fixture
def view(qtbot, make_dataset) -> FitView:
    view = FitView()
    qtbot.addWidget(view)
    view.set_dataset(make_dataset("curve"))
    return view


def _says_earlier(view: FitView) -> bool:
    return "earlier" in [entry.text for entry in view.panel.legend.entries]


def test_without_a_past_the_legend_names_none(view, make_fit) -> None:
    dataset = view.panel.dataset
    assert not _says_earlier(view)
    view.set_fit(make_fit(dataset, 30))
    assert not _says_earlier(view)  # the one curve that is kept is the fit itself
    view.setPalette(palette_of(DARK))
    assert not _says_earlier(view)
    view.set_fit(make_fit(dataset, 31))  # too soon for another one, but the first is past now
    assert len(view.panel.past.curves) == 1
    assert _says_earlier(view)
    view.set_fit(make_fit(dataset, 60))
    assert len(view.panel.past.curves) == 2
    assert _says_earlier(view)


def test_the_entry_goes_with_the_curves(view, make_fit) -> None:
    dataset = view.panel.dataset
    for epoch in (0, 1, 2, 4):
        view.set_fit(make_fit(dataset, epoch))
    assert _says_earlier(view)
    view.panel.clear_past()
    assert not _says_earlier(view)
    view.set_fit(make_fit(dataset, 200))  # a network that was trained elsewhere
    assert not _says_earlier(view)
    view.set_fit(make_fit(dataset, 201))
    assert _says_earlier(view)
    view.set_fit(make_fit(dataset, 10))  # back to an earlier moment
    assert not _says_earlier(view)
    view.set_fit(make_fit(dataset, 20))
    assert _says_earlier(view)
