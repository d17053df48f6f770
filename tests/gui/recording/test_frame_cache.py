"""Frames that are kept: the same as those that are painted, whatever was kept before."""

import hashlib
import shutil
import threading
from functools import partial

import av
import pytest
from av.error import ExternalError
from PySide6.QtGui import QImage

from regplay.gui.application import render as rendering
from regplay.gui.application.render import render
from regplay.gui.recording import frame_cache
from regplay.gui.recording.frame_cache import FrameCache
from regplay.gui.recording.video import StreamFile
from regplay.session.storyboard import loads_storyboard

SIZE = (640, 480)
SWEEP = 'sweep = "regularization.weight_decay"\nfrom = 1e-4\nto = 0.1\nseconds = 0.3'
STEPS = (
    'caption = "A caption"\nseconds = 0.1',
    'train = "end"\nseconds = 0.3',
    'still = "trained.png"',
    SWEEP,
    "scrub = 3\nseconds = 0.2",
)
CHANGED = (*STEPS[:3], SWEEP.replace("0.1", "0.01"), STEPS[4])


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


@pytest.fixture
def frames_of(qtbot, film, tmp_path):
    """Renders these steps: a digest of each frame, and how many pictures were taken."""
    return partial(_frames, film, tmp_path)


def _frames(film, place, steps, cache):
    taken, usual = [], rendering.picture_of
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rendering, "picture_of", lambda window: taken.append(1) or usual(window))
        folder = place / "frames"
        log = render(film(*steps), SIZE, [folder], cache=cache)
    assert [name for _, name in log.stills] == ["trained.png"]
    files = [*sorted(folder.iterdir()), place / f"{folder.name}-trained.png"]
    return [hashlib.sha256(file.read_bytes()).hexdigest() for file in files], len(taken)


@pytest.fixture(scope="module")
def once_rendered(qapp, film, tmp_path_factory):
    """What `frames_of` says of `STEPS` without anything kept; the folder of what was kept of it."""
    place = tmp_path_factory.mktemp("once")
    plain = _frames(film, place, STEPS, None)
    assert _frames(film, place, STEPS, place / "cache") == plain
    return plain, place / "cache"


@pytest.fixture
def kept(once_rendered, cache):
    """What `frames_of` says of `STEPS`, whose frames are in `cache`."""
    plain, folder = once_rendered
    shutil.copytree(folder, cache)
    return plain


def test_films_are_the_same_with_and_without_what_is_kept(frames_of, kept, cache):
    plain, _ = kept
    assert len(set(plain)) > 6
    assert frames_of(STEPS, cache) == (plain, 1)  # the still
    changed, repainted = frames_of(CHANGED, cache)
    anew = frames_of(CHANGED, None)[0]
    assert anew != plain
    assert changed == anew
    assert 0 < repainted < 7  # the sweep, and what comes after it
    assert frames_of(STEPS, cache) == (plain, 1)  # the still


def test_other_rows_in_a_table_that_a_step_takes_up_are_painted_anew(qtbot, tmp_path, cache):
    table = tmp_path / "my.csv"
    steps = '[{ wait = 0.1 }, { set = { "data.name" = "csv", "data.file" = "my.csv" } }]'
    text = f'title = "t"\nfps = 10\nexperiment = {{ epochs = 20 }}\nsteps = {steps}'
    storyboard = loads_storyboard(text, tmp_path)

    def last_frame():
        render(storyboard, SIZE, [tmp_path / "frames"], cache=cache)
        return max((tmp_path / "frames").iterdir()).read_bytes()

    pictures = []
    for slope in (1, -1):
        table.write_text("x,y\n" + "".join(f"{x},{slope * x}\n" for x in range(40)))
        pictures.append(last_frame())
    assert pictures[0] != pictures[1]


def test_a_pinned_run_that_grew_while_it_was_not_painted_looks_the_same(frames_of, cache):
    steps = "train = 4\nseconds = 0.3", 'pin = "Pinned"', 'train = "end"\nseconds = 0.6'
    still = 'still = "trained.png"'
    frames_of((*steps, 'caption = "One"\nseconds = 0.2', still), cache)
    changed = (*steps, 'caption = "Two"\nseconds = 0.2', still)
    kept, painted = frames_of(changed, cache)
    assert 0 < painted < 6
    assert kept == frames_of(changed, None)[0]


def test_a_picture_that_stays_is_written_at_its_beginning_and_its_end(frames_of, cache):
    plain, painted = frames_of(("wait = 1.0", STEPS[1], 'still = "trained.png"'), cache)
    assert len(plain) == 14
    counts = []
    for file in cache.iterdir():
        with av.open(str(file)) as container:
            counts.append([round(frame.time * 10) for frame in container.decode(video=0)])
    assert [0, 9] in counts
    again, repainted = frames_of(("wait = 1.0", STEPS[1], 'still = "trained.png"'), cache)
    assert (again, repainted) == (plain, 1)  # the still
    assert painted > 0


def test_a_step_that_is_not_written_in_time_is_left_out(qapp, film, cache, monkeypatch):
    monkeypatch.setattr(frame_cache, "_WAITING_BYTES", 0)  # but four pictures may wait
    goes_on, usual = threading.Event(), FrameCache._write
    monkeypatch.setattr(FrameCache, "_write", lambda *given: (goes_on.wait(), usual(*given)))
    kept = FrameCache(cache, film(*STEPS), SIZE, "cpu")
    pictures = [QImage(*SIZE, QImage.Format.Format_RGB32) for _ in range(6)]
    for level, picture in enumerate(pictures):
        picture.fill(level)
        kept.put(1 if level < 4 else 2, picture)
    goes_on.set()
    kept.finish()
    assert [*kept.frames(1)] == pictures[:4]
    assert kept.frames(2) is None


def test_a_step_whose_file_is_damaged_is_painted_from_there_on(frames_of, kept, cache):
    plain, painted = kept
    files = sorted(cache.iterdir(), key=lambda file: file.stat().st_size)
    files[0].write_bytes(b"no film")
    assert frames_of(STEPS, cache)[0] == plain
    files[-1].write_bytes(files[-1].read_bytes()[: files[-1].stat().st_size // 2])
    found, repainted = frames_of(STEPS, cache)
    assert len(found) == len(plain)
    assert 0 < repainted < painted


# Of a longer file at night: `test_a_step_whose_file_is_damaged_…` has one by day.
@pytest.mark.nightly
def test_what_was_painted_after_a_damaged_place_is_not_kept_for_the_whole_step(frames_of, cache):
    steps = (*STEPS[:3], SWEEP.replace("0.3", "2.5"))
    plain, painted = frames_of(steps, cache)
    file = max(cache.iterdir(), key=lambda file: file.stat().st_size)
    file.write_bytes(file.read_bytes()[: file.stat().st_size * 3 // 5])
    _, repainted = frames_of(steps, cache)
    assert 0 < repainted < painted - 10  # what comes before was read
    assert not file.exists()
    assert frames_of(steps, cache)[0] == plain
    assert frames_of(steps, cache) == (plain, 1)  # the still


def test_a_step_of_which_a_picture_can_not_be_written_is_not_kept(qapp, film, cache, monkeypatch):
    kept, usual, refused = FrameCache(cache, film(*STEPS), SIZE, "cpu"), StreamFile.write, []

    def write(self, image, count=1):
        if image in refused:
            raise ExternalError(0, "an encoder that fails")
        usual(self, image, count)

    monkeypatch.setattr(StreamFile, "write", write)
    pictures = [QImage(*SIZE, QImage.Format.Format_RGB32) for _ in range(3)]
    for level, picture in enumerate(pictures):
        picture.fill(level)
    refused.append(pictures[1])
    for picture in pictures:
        kept.put(1, picture)
    kept.finish()
    assert kept.frames(1) is None
    assert not [*cache.iterdir()]


def test_what_was_used_last_stays_and_all_of_it_is_bounded(frames_of, kept, cache, monkeypatch):
    sizes = sorted(file.stat().st_size for file in cache.iterdir())
    assert len(sizes) == 4
    monkeypatch.setattr(frame_cache, "MOST_BYTES", sum(sizes) - 1)
    assert frames_of(STEPS, cache)[0] == kept[0]
    assert len([*cache.iterdir()]) == 3
    assert frames_of(STEPS, cache)[0] == kept[0]


def test_a_cache_that_can_not_be_written_is_done_without(frames_of, once_rendered, tmp_path):
    (tmp_path / "file").touch()
    assert frames_of(STEPS, tmp_path / "file" / "cache") == once_rendered[0]
