"""Films: what a storyboard says is done and seen, in frames that are the same each time."""

import dataclasses
import hashlib
import itertools
import json
import multiprocessing
import os
from itertools import pairwise

import av
import msgspec
import numpy as np
import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QScrollBar

from regplay.core.fields import FIELDS, get
from regplay.gui import verdict_bar
from regplay.gui.application import render as rendering
from regplay.gui.application.render import Extras, Renderer, render
from regplay.gui.plots import Chart
from regplay.gui.recording.player import NotProvedError
from regplay.gui.recording.presentation import zoom_for
from regplay.gui.recording.video_formats import RecordingError
from regplay.gui.training.prefetch import Prefetcher
from regplay.session.files import temporary_beside
from regplay.session.storyboard import (
    StoryboardError,
    at_marks,
    begun_at,
    in_language,
    loads_storyboard,
)

SIZE = (640, 480)
WD = "regularization.weight_decay"
DROPOUT = "regularization.dropout"


@pytest.fixture
def play(qtbot, tmp_path_factory):
    """Plays a film: what `look` says of the window at each frame."""

    def play_one(storyboard, look=lambda renderer, image: None):
        renderer = Renderer(storyboard, SIZE, tmp_path_factory.mktemp("film"))
        try:
            return [look(renderer, image) for image in renderer.frames()], renderer.player.log
        finally:
            renderer.close()

    return play_one


def session(renderer):
    return renderer._window.controller.session.experiment


def digest(renderer, image: QImage) -> str:
    assert (image.width(), image.height()) == SIZE
    return hashlib.sha256(bytes(image.constBits())).hexdigest()


STEPS = (
    'caption = "A caption"\nseconds = 0.3',
    'train = "end"\nseconds = 0.6',
    f'sweep = "{WD}"\nfrom = 1e-4\nto = 0.1\nseconds = 0.5',
    "scrub = 3\nseconds = 0.4",
)


def test_frames_are_the_same_again_and_beside_a_busy_core(play, film):
    frames, _ = play(film(*STEPS), digest)
    busy = multiprocessing.get_context("spawn").Process(target=_spin, daemon=True)
    busy.start()
    try:
        again, _ = play(film(*STEPS), digest)
    finally:
        busy.kill()
        busy.join()
    assert len(frames) == 18
    assert len(set(frames)) > 12  # it moves
    assert again == frames


def _spin() -> None:
    while True:
        pass


def test_training_takes_its_time_and_early_epochs_most_of_it(play, film):
    epochs, _ = play(
        film('train = "end"\nseconds = 1.0', "wait = 0.2"),
        lambda renderer, _: renderer._window.controller.view.moment.epoch,
    )
    assert epochs == sorted(epochs)
    assert (epochs[0], epochs[-1]) == (0, 20)
    assert epochs[5] == 4  # √21, less 1


def test_a_network_with_other_settings_can_begin_at_its_initial_weights(play, film):
    def look(renderer, _):
        view = renderer._window.controller.view
        return get(view.run.experiment, WD), view.moment.epoch

    change = f'{{ set = {{ "{WD}" = 0.5 }}, seconds = 0.2 }}'
    frames, _ = play(
        film(
            'hide = [{ train = "end" }]',
            f"together = [{change}, {{ train = 0, seconds = 0 }}]",
            'train = "end"\nseconds = 0.1',
            "wait = 0.1",
        ),
        look,
    )
    assert frames[:2] == [(0.5, 0)] * 2
    assert frames[-1] == (0.5, 20)


def test_a_sweep_shows_networks_of_all_its_values_which_are_trained_ahead_and_are_the_same(
    play, film, monkeypatch
):
    shown, taken, usual = [], [], Prefetcher.take

    def take(self, job):
        taken.append(usual(self, job))
        return taken[-1]

    def look(renderer, image):
        view = renderer._window.controller.view
        assert view.run.experiment == session(renderer)
        shown.append((get(view.run.experiment, WD), view.snapshot.epoch))
        return digest(renderer, image)

    monkeypatch.setattr(Prefetcher, "take", take)
    steps = 'hide = [{ train = "end" }]', STEPS[2], "wait = 0.1"
    ahead, log = play(film(*steps), look)
    values = [value for value, _ in shown]
    assert values == sorted(values)
    assert (values[0], values[-1]) == (1e-4, 0.1)
    assert len(set(values)) == 6
    assert {epoch for _, epoch in shown} == {20}
    assert len(log.pointer) > 4
    assert sum(one is not None for one in taken) == 6  # all values
    monkeypatch.setattr(Prefetcher, "prefetch", lambda self, experiments, present: None)
    assert play(film(*steps), digest)[0] == ahead


def test_a_verdict_on_a_few_frames_is_not_shown_but_the_last_one_is(play, film, monkeypatch):
    kinds, usual = itertools.cycle(["underfitting", "good fit"]), verdict_bar.judge

    def judged(history, *others, **more):
        found = usual(history, *others, **more)
        if history.last is None or history.last.epoch == 0:
            return found
        is_last = history.last.epoch == 20
        kind = "overfitting" if is_last else next(kinds)
        return dataclasses.replace(found, kind=kind, headline=kind)

    monkeypatch.setattr(verdict_bar, "judge", judged)
    shown, _ = play(
        film('train = "end"\nseconds = 1.0', "wait = 0.2"),
        lambda renderer, _: renderer._window.verdict_bar.headline.accessibleName(),
    )
    told = [kind for kind, _ in itertools.groupby(shown)]
    assert told == ["Not trained yet", "underfitting", "overfitting"]


@pytest.mark.nightly  # by day the one above
def test_a_verdict_on_a_few_networks_of_a_sweep_is_not_shown(play, film, monkeypatch):
    usual = verdict_bar.judge

    def judged(history, dataset, experiment, **more):
        decay = get(experiment, WD)
        kind = "underfitting" if decay < 0.01 else "good fit" if decay < 0.1 else "overfitting"
        found = usual(history, dataset, experiment, **more)
        return dataclasses.replace(found, kind=kind, headline=kind)

    monkeypatch.setattr(verdict_bar, "judge", judged)
    shown, _ = play(
        film('hide = [{ train = "end" }]', STEPS[2], "wait = 0.2"),
        lambda renderer, _: (
            session(renderer).regularization.weight_decay,
            renderer._window.verdict_bar.headline.accessibleName(),
        ),
    )
    assert any(0.01 <= decay < 0.1 for decay, _ in shown)  # a good fit, for a frame or two
    assert {kind for _, kind in shown} == {"underfitting", "overfitting"}


def test_the_pointer_glides_to_what_moves_next_and_is_there_in_time(play, film):
    def look(renderer, _):
        pane = renderer._window.recording.presentation.pane
        return pane.pointer, pane.is_pressed

    frames, _ = play(
        film(
            f'hide = [{{ set = {{ "{WD}" = 0.01 }} }}]',
            "wait = 1.0",
            f'sweep = "{DROPOUT}"\nto = 0.3\nseconds = 0.5',
        ),
        look,
    )
    start, aim = frames[0][0], frames[10][0]
    ways = [abs(after.y() - before.y()) for (before, _), (after, _) in pairwise(frames[:11])]
    whole = abs(aim.y() - start.y())
    assert whole > 20
    assert ways[:5] == [0.0] * 5
    assert 0.0 < max(ways) < whole
    assert [is_pressed for _, is_pressed in frames] == [False] * 10 + [True] * 5
    assert frames[10][0] == aim


@pytest.mark.nightly  # by day it glides to what moves next
def test_the_pointer_follows_a_handle_that_is_set_elsewhere(play, film):
    frames, _ = play(
        film(
            f'hide = [{{ set = {{ "{WD}" = 1e-5 }} }}]',
            "wait = 0.2",
            f'set = {{ "{WD}" = 0.1 }}\nseconds = 0.6',
        ),
        lambda renderer, _: renderer._window.recording.presentation.pane.pointer.x(),
    )
    assert frames == sorted(frames)
    assert frames[2] == frames[0]
    assert frames[0] < frames[3] < frames[4] < frames[-1] == frames[6]


def test_another_part_comes_into_focus_on_a_short_way(play, film):
    def look(renderer, _):
        presentation = renderer._window.recording.presentation
        (part, *_), strength = presentation.bright() if presentation.focus else ([None], 0.0)
        return presentation.layout.plots.sizes(), part, strength

    shared, fit, losses = (slice(n, n + 10) for n in (0, 10, 20))
    steps = (f'focus = "{name}"\nseconds = 1' for name in ("fit", "losses", ""))
    frames, _ = play(film("wait = 1", *steps, "wait = 1"), look)
    tabs = [sizes[0] for sizes, _, _ in frames]
    assert tabs[fit] == sorted(tabs[fit])
    assert tabs[0] < tabs[12] < tabs[14] < tabs[16] == tabs[19]
    assert tabs[losses] == sorted(tabs[losses], reverse=True)
    assert [strength for *_, strength in frames[shared]] == [0.0] * 10
    assert [strength for *_, strength in frames[losses]] == [1.0] * 10
    assert 0.0 < frames[13][2] < 1.0 == frames[16][2]
    assert len({part.top() for _, part, _ in frames[losses]}) > 4
    assert frames[-1] == frames[0]


def test_controls_are_as_wide_after_one_was_in_focus_as_before(film, tmp_path):
    steps = (f'focus = "{name}"\nseconds = 1' for name in (WD, ""))
    storyboard = msgspec.structs.replace(film("wait = 0.1", *steps), controls=(WD,))
    renderer = Renderer(storyboard, (640, 360), tmp_path)  # so low that controls are narrow
    halves = renderer._window.recording.presentation.layout.halves
    try:
        widths = [halves.sizes()[0] for _ in renderer.frames()]
    finally:
        renderer.close()
    assert widths[0] == widths[-1] < max(widths)


@pytest.mark.parametrize(
    ("size", "controls"), [((640, 360), (WD,)), ((640, 360), ()), ((960, 540), (WD,))]
)
def test_a_low_film_with_captions_has_both_plots_whole_and_no_scroll_bar(
    film, tmp_path, size, controls
):
    pins = ", ".join(f'{{ pin = "{name}", seconds = 0 }}' for name in "abcd")
    steps = 'caption = "Said"\nseconds = 0.1', 'show = "network"\nseconds = 0.2'
    steps = f"hide = [{pins}]", *steps
    storyboard = msgspec.structs.replace(film(*steps), controls=controls)
    renderer = Renderer(storyboard, size, tmp_path)
    layout, bars = renderer._window.recording.presentation.layout, []
    try:
        for _ in renderer.frames():
            shown = [bar for bar in renderer._window.findChildren(QScrollBar) if bar.isVisible()]
            bars += [bar for bar in shown if bar.maximum() > bar.minimum()]
        graph = layout.tabs.network.graph
        heights = layout.losses.height(), graph.height(), graph.visibleRegion().boundingRect()
    finally:
        renderer.close()
    assert not bars
    assert heights[0] > 100
    assert heights[2].height() == heights[1] > 70


def test_a_low_film_shows_a_map_alone_and_losses_in_focus_and_tells_what_is_drawn_unseen(
    film, tmp_path
):
    draw = 'draw = "arrow"\non = "losses"\npoints = [[1, 1], [9, 1]]\nseconds = 0.1'
    steps = 'show = "landscape"\nseconds = 0.1', 'focus = "losses"\nseconds = 0.2', draw
    storyboard = film('caption = "Said"\nseconds = 0.1', steps[0], draw, *steps[1:], 'show = "fit"')
    renderer = Renderer(storyboard, (640, 360), tmp_path)
    layout, seen = renderer._window.recording.presentation.layout, {}
    try:
        for _ in renderer.frames():
            parts = layout.tabs, layout.losses
            seen[renderer.player.number] = [part.isVisible() for part in parts]
    finally:
        renderer.close()
    assert seen[1] == [True, True]
    assert seen[2] == seen[3] == [True, False]
    assert seen[5] == [False, True]
    assert renderer.player.log.unseen == [("step 3 (draw)", "losses")]


def test_each_field_can_be_in_focus(play, film):
    steps = [f'focus = "{path}"\nseconds = 0.1' for path in FIELDS]
    frames, _ = play(film(*steps), lambda renderer, _: renderer.player.number)
    assert frames == [*range(1, len(FIELDS) + 1)]


def test_what_is_hidden_takes_no_time_but_happens(play, film):
    frames, log = play(
        film('hide = [{ train = "end", seconds = 9 }, { caption = "unheard" }]', "wait = 0.5"),
        lambda renderer, _: renderer._window.controller.view.snapshot.epoch,
    )
    assert frames == [20] * 5
    assert log.captions == [(0.0, "unheard")]  # it stays in sight


def test_steps_together_begin_at_once_and_last_as_long_as_the_longest(play, film):
    frames, log = play(
        film(
            f'together = [{{ caption = "Both", seconds = 0.2 }}, '
            f'{{ set = {{ "{WD}" = 0.5 }}, seconds = 0.7 }}]'
        ),
        lambda renderer, _: get(session(renderer), WD),
    )
    assert frames == [0.5] * 7
    assert log.captions == [(0.0, "Both")]


def test_steps_one_after_another_go_beside_one_that_lasts(play, film):
    frames, log = play(
        film(
            'together = [{ train = "end", seconds = 1 }, [{ caption = "One", seconds = 0.3 }, '
            '{ caption = "Two", seconds = 0.1 }, { caption = "Three", seconds = 0.1, at = 0.7 }]]'
        )
    )
    assert len(frames) == 10
    assert [(round(begin, 6), text) for begin, text in log.captions] == [
        (0.0, "One"),
        (0.3, "Two"),
        (0.7, "Three"),
    ]


def test_keys_are_shown_for_a_while_after_the_step_that_presses_them(play, film):
    frames, log = play(
        film('wait = 0.3\nkeys = "P"', "wait = 1.5"),
        lambda renderer, _: renderer._window.recording.presentation.pane.keys,
    )
    assert frames == ["P"] * 15 + [""] * 3
    assert log.keys == [(0.0, "P")]


def test_captions_are_in_the_language_that_was_chosen(play, film):
    storyboard = film(
        'caption = { en = "Points", de = "Punkte" }\nseconds = 0.2',
        'caption = "Sinus"\nseconds = 0.1',
    )
    _, log = play(in_language(storyboard, "de"))
    assert [words for _, words in log.captions] == ["Punkte", "Sinus"]


def test_a_picture_in_which_nothing_changes_is_taken_once(play, film):
    frames, _ = play(film('train = "end"\nseconds = 0.4', "wait = 2"), lambda _, image: image)
    assert len(frames) == 24
    assert len(set(map(id, frames[:5]))) == 5
    assert len(set(map(id, frames[8:]))) < 8
    assert all(image == frames[-1] for image in frames[-5:])


def test_thinned_networks_and_their_band_are_shown_over_the_fit(play, film):
    def look(renderer, _):
        window = renderer._window
        return window.tabs.tab, [button.isChecked() for button in window.passes.buttons]

    shown = [f'show = "{view}"\nseconds = 0.1' for view in ("network", "thinned", "band", "fit")]
    frames, _ = play(film(f'hide = [{{ set = {{ "{DROPOUT}" = 0.3 }} }}]', *shown), look)
    assert frames == [
        ("network", [False, False]),
        ("fit", [False, True]),
        ("fit", [True, False]),
        ("fit", [False, False]),
    ]


def test_a_tab_that_is_shown_is_trained(play, film):
    def look(renderer, _):
        tabs = renderer._window.tabs
        tab = tabs.seeds if tabs.tab == "seeds" else tabs.landscape
        control = tab.control if tabs.tab == "seeds" else tab.header.control
        return tabs.tab, control.is_on, control.done

    shown = [f'show = "{tab}"\nseconds = 0.3' for tab in ("seeds", "landscape")]
    frames, _ = play(film('hide = [{ train = "end" }]', *shown), look)
    assert frames[2] == ("seeds", True, 1.0)
    assert frames[5] == ("landscape", True, 1.0)


@pytest.mark.parametrize(
    ("scale", "size", "zoom"),
    [
        (100, (1280, 720), 100),
        (150, (1080, 1080), 150),
        (100, (1080, 1920), 175),
        (200, (1080, 1920), 200),
        (100, (720, 1280), 110),
        (100, (320, 480), 100),
    ],
)
def test_text_of_upright_films_is_as_large_as_a_telephone_asks_for(scale, size, zoom):
    assert zoom_for(scale, size) == zoom


def test_ranges_rest_from_the_first_frame_after_what_is_off_camera(play, film):
    def look(renderer, _):
        plots = renderer._window.history_view.plots
        return [plot.box.viewRange() for plot in plots.values()]

    made = 'hide = [{ set = { "data.noise" = 0.0 } }, { train = "end" }]'
    made = film(made, "wait = 0.5", epochs=1000)
    frames, _ = play(msgspec.structs.replace(made, fps=30), look)
    assert len(frames) == 15
    assert all(ranges == frames[0] for ranges in frames)


def test_remedies_are_compared(play, film):
    frames, _ = play(
        film('show = "compare"\nseconds = 0.2'),
        lambda renderer, _: (
            renderer._window.tabs.tab,
            renderer._window.tabs.side.findChildren(Chart),
        ),
    )
    assert frames[-1][0] == "split"
    assert len(frames[-1][1]) == 4


def test_steps_begin_at_their_second_or_their_mark_and_late_ones_are_told(play, film):
    storyboard = film(
        'caption = "first"\nseconds = 0.1',
        'caption = "at a second"\nseconds = 0.1\nat = 0.5',
        'caption = "at a mark"\nseconds = 0.2\nname = "spoken"',
        'caption = "late"\nseconds = 0.1\nat = 0.3',
    )
    _, log = play(at_marks(storyboard, {"spoken": 0.9}))
    assert [begin for begin, _ in log.captions] == pytest.approx([0.0, 0.5, 0.9, 1.1])
    assert log.late == [("step 4 (caption)", pytest.approx(0.8))]


def test_a_film_from_a_chapter_on_has_what_was_before_behind_it(play, film):
    def seen(renderer, _):
        window = renderer._window
        return window.controller.view.snapshot.epoch, window.recording.presentation.caption.text()

    before = 'section = "One"', 'caption = "Trained"', 'train = "end"'
    frames, log = play(begun_at(film(*before, 'section = "Two"', "wait = 0.3"), "Two"), seen)
    assert frames == [(20, "Trained")] * 3
    assert log.sections == [(0.0, "Two")]
    assert log.captions == [(0.0, "Trained")]


def test_what_was_before_a_chapter_waits_for_no_second(play, film):
    beside = 'together = [{ wait = 0.2 }, [{ caption = "x", at = 5 }, { caption = "y" }]]'
    storyboard = film('section = "One"', beside, 'section = "Two"', "wait = 0.2")
    frames, log = play(begun_at(storyboard, "Two"))
    assert len(frames) == 2
    assert log.captions == [(0.0, "y")]


@pytest.mark.parametrize(
    "step",
    [
        pytest.param("wait = 0.2", marks=pytest.mark.nightly),
        'wait-until = "train_loss < 0"\nlimit = 0.5',
        'train = "end"',
    ],
)
def test_a_table_that_is_not_there_ends_the_film_and_leaves_no_file(qtbot, tmp_path, step):
    table = 'set = { "data.name" = "csv", "data.file" = "none.csv" }\nseconds = 0'
    text = f'title = "t"\nfps = 10\n[[steps]]\nwait = 0.1\n[[steps]]\n{table}\n[[steps]]\n{step}'
    with pytest.raises(
        StoryboardError, match=r"step \d \(.*\): .*none\.csv: there is no such file"
    ):
        render(loads_storyboard(text, tmp_path), SIZE, [tmp_path / "film.mp4"])
    assert [*tmp_path.iterdir()] == []


def test_training_goes_on_until_a_claim_holds(play, film):
    until = 'wait-until = "valid_loss < 0.9 * valid_loss(epoch=0)"\nepochs = 10\nlimit = 5'
    losses, _ = play(
        film(until, "wait = 0.1", epochs=5000),
        lambda renderer, _: renderer._window.controller.view.snapshot.value("valid_loss"),
    )
    assert len(losses) > 2
    assert losses[-1] < 0.9 * losses[0]
    assert losses[-3] >= 0.9 * losses[0]


def test_off_camera_training_goes_on_until_a_claim_holds_or_its_limit(play, film):
    until = 'hide = [{ wait-until = "epoch >= 50", epochs = 100, limit = 5 }]'
    epochs, _ = play(
        film(until, "wait = 0.1", epochs=5000),
        lambda renderer, _: renderer._window.controller.view.snapshot.epoch,
    )
    assert len(epochs) == 1
    assert epochs[0] >= 50
    never = 'hide = [{ wait-until = "train_loss < 1e-9", limit = 0.3 }]'
    with pytest.raises(NotProvedError, match="does not hold"):
        play(film(never, epochs=5000), lambda *_: None)


def test_a_claim_is_not_about_the_run_before(play, film):
    again = 'train = "end"\nseconds = 0.2', "train = 0\nseconds = 0"
    epochs, _ = play(
        film(*again, 'wait-until = "epoch >= 5"\nepochs = 10', "wait = 0.1"),
        lambda renderer, _: renderer._window.controller.view.snapshot.epoch,
    )
    assert epochs[2:] == [0, 1, 2, 3, 4, 5, 5]


def test_what_is_drawn_stays_at_its_place_in_the_data(play, film):
    def is_marked(image, x, y):
        color = image.pixelColor(round(x), round(y))
        return color.blue() > 150 and color.green() < 120 < color.blue() - color.green()

    def look(renderer, image):
        chart = renderer._window.recording.charts()["fit"]
        origin = chart.viewport().mapTo(renderer._window, chart.box.geometry().topLeft().toPoint())
        frame = chart.frame()
        ends = [(float(frame.x(x)), float(frame.y(y))) for x, y in ((-2.0, 1.5), (2.0, -1.5))]
        return [is_marked(image, origin.x() + x, origin.y() + y) for x, y in ends], frame.y_range

    frames, _ = play(
        film(
            'draw = "arrow"\npoints = [[-2.0, 1.5], [2.0, -1.5]]\nseconds = 0.5',
            'set = { "data.noise" = 2.0 }\nseconds = 0.5',  # other ranges
            'draw = "erase"\nseconds = 0.1',
        ),
        look,
    )
    marks = [mark for mark, _ in frames]
    assert marks[1] == [True, False]  # it is on its way
    assert marks[5:10] == [[True, True]] * 5
    assert marks[10] == [False, False]
    assert len({str(y_range) for _, y_range in frames}) > 1


def test_a_control_that_is_set_is_scrolled_to(qtbot, film, tmp_path):
    steps = ('set = { "optimizer.lr" = 0.02 }', "wait = 1", f'set = {{ "{WD}" = 0.1 }}')
    log = render(film(*steps), SIZE, [tmp_path / "frames"])
    assert log is not None
    assert len({y for _, _, y, _ in log.pointer}) > 1
    assert all(0 < y < SIZE[1] for _, _, y, _ in log.pointer)


def unlike(one: QImage, other: QImage) -> int:
    """How many bytes of two pictures differ."""
    pictures = [
        np.frombuffer(image.convertToFormat(QImage.Format.Format_RGB32).constBits(), np.uint8)
        for image in (one, other)
    ]
    return int((pictures[0] != pictures[1]).sum())


def test_a_still_shows_what_is_there_before_the_next_step_changes_it(qtbot, film, tmp_path):
    change = f'set = {{ "{WD}" = 0.1 }}\nseconds = 0.2'
    again = 'set = { "data.noise" = 0.9 }\nseconds = 0.2'
    storyboard = film(change, 'still = "one.png"', again, 'still = "two.png"', 'focus = "losses"')
    frames = tmp_path / "frames"
    render(storyboard, SIZE, [frames])
    one, two = (QImage(str(tmp_path / name)) for name in ("frames-one.png", "frames-two.png"))
    last_of_one, last_of_two = (QImage(str(frames / f"{n:05}.png")) for n in (1, 3))
    assert unlike(one, last_of_one) < unlike(one, last_of_two)
    assert unlike(two, last_of_two) < unlike(two, last_of_one)
    assert len([*frames.iterdir()]) == 9


def test_a_still_beside_other_steps_shows_what_is_there_before_the_next_one(qtbot, film, tmp_path):
    change = f'{{ set = {{ "{WD}" = 0.1 }}, seconds = 0.2 }}'
    again = '{ set = { "data.noise" = 0.9 }, seconds = 0.1 }'
    storyboard = film(
        f'together = [{{ wait = 0.5 }}, [{change}, {{ still = "one.png" }}, {again}]]',
        'together = [{ still = "two.png" }]',
        f"together = [{change.replace('0.1', '0.01')}]",
    )
    frames = tmp_path / "frames"
    render(storyboard, SIZE, [frames])
    assert len([*frames.iterdir()]) == 7
    for name, before, after in (("one", 1, 3), ("two", 4, 6)):
        still, own, others = (
            QImage(str(tmp_path / each))
            for each in (f"frames-{name}.png", f"frames/{before:05}.png", f"frames/{after:05}.png")
        )
        assert unlike(still, own) < unlike(still, others)


REFUTED = ('require = "valid_loss < 0.0001"', 'wait-until = "train_loss < 1e-9"\nlimit = 0.3')


@pytest.mark.parametrize("step", [pytest.param(REFUTED[0], marks=pytest.mark.nightly), REFUTED[1]])
def test_what_does_not_hold_ends_the_film_and_leaves_no_file(qtbot, film, tmp_path, step):
    storyboard = film('train = "end"\nseconds = 0.2', step)
    with pytest.raises(NotProvedError, match=r"step 2 \(\S+\): .* does not hold:\n  0\.\d+ \w+"):
        render(storyboard, SIZE, [tmp_path / "film.mp4", tmp_path / "film.gif"])
    assert [*tmp_path.iterdir()] == []


def test_a_film_in_several_formats_with_all_that_goes_with_it(qtbot, film, tmp_path):
    storyboard = film(
        'section = "Begin"',
        'caption = "Look <here>"\nseconds = 0.3',
        'still = "one.png"',
        f'set = {{ "{WD}" = 0.1 }}\nseconds = 0.2\nkeys = "Ctrl+W"',
        'require = "valid_loss > 0"',
        'still = "last.png"',
    )
    killed = temporary_beside(tmp_path / "film.mp4"), temporary_beside(tmp_path / "frames")
    killed[0].write_text("half a film, of long ago")
    killed[1].mkdir()
    (killed[1] / "00000.png").touch()
    for left in killed:
        os.utime(left, (0, 0))
    seconds = []
    log = render(
        storyboard,
        SIZE,
        [tmp_path / "film.mp4", tmp_path / "film.webm", tmp_path / "frames"],
        extras=Extras(captions=True, chapters=True, sheet=True, track=True),
        progress=lambda second: not seconds.append(second),
    )
    assert log is not None
    assert sorted({*seconds}) == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4, 0.5])
    assert seconds == sorted(seconds)
    names = {"film.mp4", "film.webm", "frames", "film.srt", "film.vtt", "film.chapters.txt"}
    names |= {"film.sheet.png", "film.track.json", "film-one.png", "film-last.png"}
    assert {path.name for path in tmp_path.iterdir()} == names
    for name in ("film.mp4", "film.webm"):
        with av.open(str(tmp_path / name)) as container:
            assert sum(1 for _ in container.decode(video=0)) == 5
    assert len([*(tmp_path / "frames").iterdir()]) == 5
    assert QImage(str(tmp_path / "film-one.png")).size().toTuple() == SIZE
    assert (tmp_path / "film.srt").read_text() == (
        "1\n00:00:00,000 --> 00:00:00,500\nLook &lt;here>\n\n"
    )
    assert (
        (tmp_path / "film.vtt")
        .read_text()
        .startswith("WEBVTT\nKind: captions\nLanguage: en\n\n1\n00:00:00.000 -->")
    )
    assert (tmp_path / "film.chapters.txt").read_text() == "00:00 Begin\n"
    track = json.loads((tmp_path / "film.track.json").read_text())
    assert all(0 <= point["x"] < 640 for point in track["pointer"])
    assert track["keys"] == [{"seconds": 0.3, "keys": "Ctrl+W"}]


@pytest.mark.nightly  # by day it is stopped at a worse moment
def test_a_film_that_is_stopped_leaves_no_file(qtbot, film, tmp_path):
    made = render(film("wait = 5"), SIZE, [tmp_path / "film.mp4"], progress=lambda s: s < 0.2)
    assert made is None
    assert [*tmp_path.iterdir()] == []


def test_a_film_is_stopped_while_something_is_trained_out_of_sight(qtbot, film, tmp_path):
    asked, endless = [], 'hide = [{ set = { epochs = 1000000 } }, { train = "end" }]'
    made = render(
        film("wait = 0.1", endless),
        SIZE,
        [tmp_path / "film.mp4"],
        progress=lambda second: asked.append(second) or asked.count(asked[-1]) < 5 or second == 0,
    )
    assert made is None
    assert asked[-1] == pytest.approx(0.1)
    assert [*tmp_path.iterdir()] == []


def test_without_a_font_there_is_no_film(qtbot, film, tmp_path, monkeypatch):
    monkeypatch.setattr(rendering.QFontDatabase, "families", lambda: [])
    with pytest.raises(rendering.StoryboardError, match="no font to write with; install one"):
        render(film("wait = 0.1"), SIZE, [tmp_path / "film.mp4"])
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("name", ["film.mp4", pytest.param("film.gif", marks=pytest.mark.nightly)])
def test_what_can_not_be_written_is_told_by_the_name_of_the_film(qtbot, film, tmp_path, name):
    with pytest.raises(RecordingError, match=rf"none.{name}: .*; choose a folder that exists"):
        render(film("wait = 0.1"), SIZE, [tmp_path / "none" / name])
