"""The tabs over the fit, in the real window: each trains, shows, and hands over."""

import numpy as np
import pytest
from endless import ENDLESS
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication

from regplay.core.bias_variance import DOUBLE_DESCENT
from regplay.core.fields import get, replace
from regplay.core.sweep import decomposition_axis
from regplay.gui.plots import Chart
from regplay.gui.theme import DARK
from regplay.session.pins import compared

SMALL = {"epochs": 20, "model.width": 4, "data.n_train": 12, "data.n_valid": 20}


@pytest.fixture
def at_tab(begin_anew):
    """Begins on a tab; the sliders show no curves."""

    def open_at(tab, values=None):
        person = begin_anew(SMALL | (values or {}))
        person.click(f"tab.{tab}")
        return person

    return open_at


def test_tab_goes_through_the_view_between_the_row_of_tabs_and_the_losses(at_tab):
    person = at_tab("seeds")
    person.find("compare").setFocus()
    order = []
    for _ in range(6):
        person.press(Qt.Key.Key_Tab, QApplication.focusWidget())
        order.append(QApplication.focusWidget())
    names = ["count", "axis", "start", "doubleDescent", "invitation"]
    assert order[:5] == [person.find(f"seeds.{name}") for name in names]
    assert order[5] is person.window.history_view.tabs["loss"]


def texts_on_the_way_to_the_losses(person):
    """Of the widgets where Tab stops between the row of tabs and the losses."""
    after = person.window.history_view.tabs["loss"]
    stops = [person.find("compare")]
    stops[0].setFocus()
    while stops[-1] is not after and len(stops) < 20:
        person.press(Qt.Key.Key_Tab, stops[-1])
        stops.append(QApplication.focusWidget())
    return [stop.text() for stop in stops[1:-1]]


def test_tab_goes_through_fits_side_by_side_before_the_losses(at_tab):
    person = at_tab("split")
    person.wait(lambda: person.find("split.3.pin").isEnabled())
    assert texts_on_the_way_to_the_losses(person) == ["Adopt", "Pin"] * 4


def test_tab_goes_through_another_kind_of_fit_before_the_losses(at_tab):
    person = at_tab("fit")
    person.set(data__name="digits")
    person.wait(person.is_shown)
    assert texts_on_the_way_to_the_losses(person) == ["training"]  # the other by an arrow key


def test_nothing_else_goes_with_a_view_that_is_made_anew(at_tab):
    person = at_tab("seeds")
    person.window.tabs.make_anew()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    person.set(data__name="moons")
    person.wait(person.window.history_view.tabs["accuracy"].isVisible)


def test_tab_stops_where_it_is_seen(at_tab):
    person = at_tab("fit")
    stops = [person.find("timeline.play")]
    while stops.count(stops[-1]) == 1:
        person.press(Qt.Key.Key_Tab, stops[-1])
        stops.append(QApplication.focusWidget())
    assert len(stops) > 20
    assert not [stop for stop in stops if isinstance(stop, Chart)]  # which draws no ring


def landscape_of(person):
    return person.window.tabs.landscape


def test_the_landscape_trains_on_start_and_hands_over_the_clicked_network(at_tab):
    person = at_tab("landscape")
    tab = landscape_of(person)
    assert not person.controller.studies.studies
    person.click("landscape.start")
    person.wait(lambda: tab.map is not None and tab.map.is_finished)
    assert tab.map.measures["valid_loss"].shape == (9, 25)
    tab.chart.cell_chosen.emit(10, 3)
    person.wait(lambda: person.is_shown() and person.view.snapshot.epoch == 20)
    x, y = tab.header.axes
    experiment = person.controller.session.experiment
    assert get(experiment, x.path) == x.values[10]
    assert get(experiment, y.path) == y.values[3]
    shown = person.view.snapshot.value("valid_loss")
    assert shown == pytest.approx(tab.map.measures["valid_loss"][3, 10], rel=1e-5)
    assert tab.map.is_finished  # it is the same map, wherever one stands on it


def test_the_landscape_follows_the_epoch_handle(at_tab):
    person = at_tab("landscape")
    tab = landscape_of(person)
    person.train()
    person.click("landscape.start")
    person.wait(lambda: tab.map is not None and tab.map.is_finished)
    last = tab.map.measures["valid_loss"]
    person.window.timeline.track.pick_moment(0)
    person.wait(lambda: tab.map.epoch == 0)
    first = tab.map.measures["valid_loss"]
    assert np.allclose(first, first[0, 0])  # the same initial weights
    assert not np.allclose(first, last)


def test_many_seeds_show_a_band_and_the_parts_of_the_loss(at_tab):
    person = at_tab("seeds")
    tab = person.window.tabs.seeds
    tab.box.setValue(5)
    person.click("seeds.start")
    bars = tab.decomposition.bars
    axis = decomposition_axis("regularization.weight_decay")
    person.wait(lambda: len(bars.parts) == len(axis.values) and all(bars.parts))
    studies = person.controller.studies.studies
    person.wait(lambda: all(study.finished for study in studies.values()))
    assert len(studies["seeds.band"].digest.members) == 5
    assert len(tab.spread.panel.fit_band.std) == 256
    for part in bars.parts:
        assert part.total == pytest.approx(part.measured, abs=6 * part.measured_error + 0.1)


def test_the_band_of_many_seeds_follows_the_epoch_handle(at_tab):
    person = at_tab("seeds")
    tab = person.window.tabs.seeds
    tab.box.setValue(5)
    person.click("seeds.start")
    studies = person.controller.studies
    person.wait(lambda: studies.studies and all(s.finished for s in studies.studies.values()))
    person.wait(lambda: person.window.timeline.track.kept[-1:] == (20,))
    person.press(Qt.Key.Key_S)
    person.wait_for_step(1)  # by now the last of them is told
    before = {key: study.digest for key, study in studies.studies.items()}
    person.window.timeline.track.pick_moment(0)
    person.wait(
        lambda: all(study.digest is not before[key] for key, study in studies.studies.items())
    )
    band = studies.studies["seeds.band"].digest
    assert not np.allclose(band.mean, before["seeds.band"].mean)


def test_double_descent_is_one_click(at_tab):
    person = at_tab("seeds")
    person.click("seeds.doubleDescent")
    for path, value in DOUBLE_DESCENT.items():
        assert get(person.controller.session.experiment, path) == value
    assert person.window.tabs.seeds.path == "model.width"


def test_the_network_is_drawn_and_follows_the_epoch_handle(at_tab):
    person = at_tab("network")
    person.press(Qt.Key.Key_Space)
    person.wait(lambda: person.view.internals is not None and person.view.internals.epoch == 20)
    internals = person.view.internals
    assert [len(layer.now) for layer in internals.layers] == [4, 16, 4]
    assert list(internals.epochs) == list(range(21))
    total = np.sqrt((internals.norms[-1] ** 2).sum())
    assert total == pytest.approx(person.view.snapshot.value("weight_norm"), rel=1e-4)
    person.window.timeline.track.pick_moment(0)
    person.wait(lambda: person.view.internals.epoch == 0)
    for layer in person.view.internals.layers:
        np.testing.assert_array_equal(layer.now, layer.initial)


def test_the_inside_is_not_computed_while_nobody_looks(at_tab):
    person = at_tab("network")
    person.wait(lambda: person.view.internals is not None)
    person.click("tab.fit")
    person.wait(lambda: person.view.internals is None)


def test_a_pinned_run_stays_in_both_plots_while_another_is_trained(at_tab):
    person = at_tab("fit")
    window = person.window
    person.train()
    assert not window.runs.isVisible()
    person.press(Qt.Key.Key_P)
    assert window.runs.isVisible()
    person.set(regularization__weight_decay=1.0)
    person.wait_until_finished()
    pin = window.controller.pins[0]
    assert pin.run.experiment.regularization.weight_decay == 0.0
    assert window.controller.pins.differing(window.controller.session.experiment) == (
        "regularization.weight_decay",
    )
    texts = [entry.text for entry in window.fit_view.panel.legend.entries]
    assert pin.name in texts
    window.runs.choose(pin)
    person.click("runs.adopt")
    assert window.controller.session.experiment == pin.run.experiment


def test_an_adopted_pin_is_the_run_itself_with_all_its_moments_and_goes_on(at_tab):
    person = at_tab("fit")
    window = person.window
    pinned = person.train()
    person.press(Qt.Key.Key_P)
    person.set(regularization__weight_decay=1.0, epochs=5)
    person.wait_until_finished()
    window.runs.choose(window.controller.pins[0])
    person.click("runs.adopt")
    adopted = person.wait_for_step(20)
    assert adopted.run is not pinned.run
    assert list(adopted.run.history.epochs) == list(pinned.run.history.epochs)
    assert adopted.snapshot.values.tobytes() == pinned.snapshot.values.tobytes()
    np.testing.assert_array_equal(adopted.fit.grid, pinned.fit.grid)
    assert list(window.timeline.track.kept) == list(range(21))
    person.set(epochs=40)  # twice as far, and the pin stays as it was
    person.wait(lambda: person.is_shown() and person.view.snapshot.epoch == 40)
    assert window.controller.pins[0].run.history.last.epoch == 20


def test_too_many_pins_are_refused_with_a_message(at_tab):
    person = at_tab("fit")
    for _ in range(13):
        person.press(Qt.Key.Key_P)
    pins = person.controller.pins
    assert len(pins) == 12
    assert "12 runs are pinned" in person.banner
    person.window.runs.choose(pins[3])
    person.press(Qt.Key.Key_Delete, person.window.runs.view)
    assert len(pins) == 11
    assert person.banner == ""


def test_compare_trains_four_remedies_from_the_same_start(at_tab):
    person = at_tab("fit")
    person.press(Qt.Key.Key_C)
    tab = person.window.tabs.side
    wanted = compared(person.controller.session.experiment)
    person.wait(lambda: all(view.panel.fit is not None for view in tab.views))
    person.wait(lambda: all(view.panel.fit.epoch == 20 for view in tab.views))
    assert len(tab.views) == len(wanted) == 4
    fits = [view.panel.fit.grid for view in tab.views]
    assert not any(np.allclose(fits[0], other) for other in fits[1:])
    base = replace(wanted["both"], {"regularization.weight_decay": 0.0})
    assert replace(base, {"regularization.dropout": 0.0}) == wanted["none"]


def pinned_lines(person):
    return {run.source.name: run for run in person.window.history_view.plot.pinned.runs}


def test_comparing_lets_a_long_run_wait(at_tab):
    person = at_tab("fit", ENDLESS)
    person.press(Qt.Key.Key_Space)
    person.wait(lambda: person.view.snapshot.epoch > 5)
    person.press(Qt.Key.Key_C)
    assert not person.controller.runner.is_playing
    tab = person.window.tabs.side
    assert not person.find("split.0.pin").isEnabled()  # there is nothing to pin yet
    person.wait(lambda: all(view.panel.fit is not None for view in tab.views))


def test_the_handle_goes_back_to_the_run_when_the_map_is_left(at_tab):
    person = at_tab("landscape")
    person.click("landscape.start")
    timeline = person.window.timeline
    person.wait(lambda: timeline.track.kept[-1:] == (20,))
    assert person.view.snapshot.epoch == 0
    person.click("tab.fit")
    assert timeline.track.kept == (0,)


def test_the_losses_of_the_four_remedies_are_drawn_while_they_are_in_sight(at_tab):
    person = at_tab("fit")
    person.press(Qt.Key.Key_P)
    pin = person.controller.pins[0]
    assert list(pinned_lines(person)) == [pin.name]
    person.press(Qt.Key.Key_C)
    tab = person.window.tabs.side
    person.wait(lambda: len(pinned_lines(person)) == 4)
    person.wait(lambda: all(20 in run.epochs for run in pinned_lines(person).values()))
    lines = pinned_lines(person)
    none, decay, dropout, both = lines
    assert none == "none"
    assert decay.startswith("λ ")
    assert dropout.startswith("p ")
    assert both == f"{decay}, {dropout}"
    numbers = dict(zip(lines, (title.text for title in tab.titles), strict=True))
    for name, run in lines.items():
        assert f"valid {run.lines[1].values[-1]:.3g}"[:8] in numbers[name]
    person.click("tab.fit")
    assert list(pinned_lines(person)) == [pin.name]


def test_a_remedy_can_be_pinned_in_its_colour_and_adopted_as_it_was_trained(at_tab):
    person = at_tab("fit", {"regularization.dropout": 0.2})
    person.press(Qt.Key.Key_C)
    tab = person.window.tabs.side
    person.wait(lambda: tab.recorded[-1:] == [20])
    colors = [each.variant.color for each in tab.compared_runs]
    person.wait(person.find("split.2.pin").isEnabled)
    person.click("split.2.pin")
    pin = person.controller.pins[0]
    assert (pin.name, pin.color) == ("dropout p 0.2", colors[2])
    assert pin.fit is tab.views[2].panel.fit
    assert list(pin.run.history.epochs) == list(tab.compared_runs[2].run.history.epochs)
    assert [each.variant.color for each in tab.compared_runs] == colors
    assert not person.find("split.2.pin").isVisible()
    person.wait(lambda: tab.views[1].panel.fit.epoch == 20)
    trained = tab.views[1].panel.fit
    names = [each.variant.name for each in tab.compared_runs]
    person.click("split.1.adopt")
    assert [each.variant.name for each in tab.compared_runs] == names  # the others are not given up
    person.wait(lambda: person.is_shown() and person.view.snapshot.epoch == 20)
    assert person.view.run.experiment == compared(pin.run.experiment)["weight decay"]
    np.testing.assert_allclose(person.view.fit.grid, trained.grid, rtol=1e-5)


def test_pinned_runs_stand_beside_the_present_one_as_they_were_at_the_same_epoch(at_tab):
    person = at_tab("fit", {"epochs": 100, "regularization.dropout": 0.3})
    window = person.window
    person.train()
    person.press(Qt.Key.Key_P)
    window.timeline.track.pick_moment(30)
    early = {}
    person.wait(lambda: person.view.fit.epoch == 30)
    early[0] = person.view.fit
    window.timeline.set_speed(1)
    person.click("timeline.continue")
    person.wait(person.is_shown)
    window.controller.runner.pause()
    window.controller.runner.advance(20)
    person.wait(lambda: person.is_shown() and person.view.snapshot.epoch >= 50)
    assert person.view.snapshot.epoch < 100
    person.press(Qt.Key.Key_P)  # on its way: its experiment, trained again, would go further
    window.timeline.set_speed(None)
    person.train()
    first, way = window.controller.pins
    person.click("tab.split")
    tab = window.tabs.side

    def fits():
        return [view.panel.fit for view in tab.views]

    person.wait(lambda: None not in fits())
    assert [each.variant.name for each in tab.compared_runs] == ["now", first.name, way.name]
    assert fits()[0] is person.view.fit
    np.testing.assert_array_equal(fits()[1].grid, first.fit.grid)
    np.testing.assert_array_equal(fits()[2].grid, way.fit.grid)
    assert not window.controller.studies.studies  # nothing is trained again
    window.timeline.track.pick_moment(30)
    person.wait(lambda: [fit.epoch for fit in fits()] == [30, 30, 30])
    np.testing.assert_array_equal(fits()[1].grid, early[0].grid)
    at_30 = list(first.run.history.epochs).index(30)
    assert f"{first.run.history.column('train_loss')[at_30]:.4f}" in tab.titles[1].text
    person.click("split.2.adopt")
    assert window.controller.session.experiment == way.run.experiment


def test_split_after_comparing_shows_the_pins(at_tab):
    person = at_tab("fit")
    person.train()
    person.press(Qt.Key.Key_C)
    person.press(Qt.Key.Key_P)
    tab = person.window.tabs.side
    assert len(tab.compared_runs) == 4
    person.click("tab.split")
    assert [each.variant.name for each in tab.compared_runs] == [
        "now",
        person.controller.pins[0].name,
    ]


def test_the_epoch_handle_goes_where_only_the_networks_side_by_side_have_been(at_tab):
    person = at_tab("fit")
    person.press(Qt.Key.Key_C)
    tab, timeline = person.window.tabs.side, person.window.timeline
    person.wait(lambda: timeline.track.kept[-1:] == (20,))
    assert person.view.snapshot.epoch == 0  # the run itself has not been trained
    timeline.track.pick_moment(7)
    person.wait(lambda: [fit and fit.epoch for fit in (v.panel.fit for v in tab.views)] == [7] * 4)
    person.click("tab.fit")
    person.wait(lambda: timeline.track.kept == (0,))
    assert timeline.track.moment is None


def test_data_that_a_sweep_cannot_have_are_reported_once(at_tab, tmp_path):
    table = tmp_path / "table.csv"
    table.write_text("x,y\n" + "".join(f"{i},{i % 3}\n" for i in range(12)))
    person = at_tab(
        "landscape",
        {"data.name": "csv", "data.file": str(table), "data.n_train": 6, "data.n_valid": 4},
    )
    table.unlink()
    person.click("landscape.start")
    person.wait(lambda: "The landscape could not be trained" in person.banner)
    assert str(table) in person.banner
    person.window.banner.clear()
    person.controller.studies.reconsider()
    assert person.banner == ""


def test_all_tabs_turn_dark(at_tab):
    person = at_tab("landscape")
    for tab in ("seeds", "network", "split", "fit"):
        person.click(f"tab.{tab}")
    person.choose("scheme.dark")
    person.wait(lambda: person.window.tabs.landscape.chart.colors is DARK)
    assert person.window.tabs.side.views[0].panel.chart.colors.dark


def test_dropout_shows_its_band_and_single_thinned_networks(at_tab):
    person = at_tab("fit", {"regularization.dropout": 0.3})
    person.train()
    panel = person.window.fit_view.panel
    person.click("dropout.band")
    person.wait(lambda: panel.band.band is not None)
    assert (panel.band.band.std > 0).all()
    person.click("dropout.thinned")
    person.wait(lambda: len(panel.member_fits) == 5)
    person.click("dropout.band")
    person.click("dropout.thinned")
    person.wait(lambda: panel.band.band is None and not panel.member_fits)
    person.click("dropout.band")
    person.wait(lambda: person.view.passes is not None)
    person.click("tab.network")
    assert not person.find("dropout.band").isVisible()
    person.wait(lambda: person.view.passes is None)  # nothing is computed that nobody sees
    person.click("tab.fit")
    assert person.find("dropout.band").isVisible()
    person.wait(lambda: person.view.passes is not None)
    person.set(regularization__dropout=0.0)
    assert not person.find("dropout.band").isVisible()
