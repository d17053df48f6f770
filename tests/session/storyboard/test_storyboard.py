"""Storyboards are read whole, or refused with the step, what is wrong and what to write."""

import pytest

from regplay.core.fields import get
from regplay.session.storyboard import (
    Caption,
    Hide,
    Scrub,
    SetValues,
    StepsTogether,
    StoryboardError,
    SweepField,
    Train,
    at_marks,
    begun_at,
    duration,
    in_language,
    load_storyboard,
    loads_storyboard,
    read_step,
    step_toml,
    storyboard_toml,
    unused_marks,
)

WD = "regularization.weight_decay"
TEXT = f"""
title = "What weight decay does"
lesson = "memorising"
sizes = ["1280x720", "1080x1920"]
values = {{ valley = 0.01, calm = {{}} }}

[[steps]]
caption = "Thirty noisy points, and a network."
[[steps]]
train = "end"
seconds = 4
[[steps]]
sweep = "{WD}"
to = "$valley"
seconds = 5
[[steps]]
together = [{{ caption = "Back." }}, {{ scrub = 10, seconds = 1 }}]
[[steps]]
require = "valid_loss < 0.2"
""".replace(", calm = {}", "")


def test_a_storyboard_is_read_with_its_lesson_and_named_values():
    film = loads_storyboard(TEXT)
    assert film.sizes == ((1280, 720), (1080, 1920))
    assert film.experiment.epochs == 5000  # of the first page
    caption, train, sweep, together, _ = film.steps
    assert caption == Caption(caption="Thirty noisy points, and a network.")
    assert train == Train(train="end", seconds=4.0)
    assert sweep == SweepField(sweep=WD, to=0.01, seconds=5.0)
    assert together == StepsTogether(
        together=((Caption(caption="Back."),), (Scrub(scrub=10, seconds=1.0),))
    )


def test_it_is_as_long_as_its_steps_and_a_caption_as_it_takes_to_read():
    film = loads_storyboard(TEXT)
    reading = duration(film.steps[0])
    assert reading == pytest.approx(0.5 + 35 / 15)
    back = duration(Caption(caption="Back."))
    assert back == 1.5
    assert film.seconds == pytest.approx(reading + 4 + 5 + back)
    assert duration(Caption(caption="")) == 0
    assert duration(Hide(hide=(Train(train="end", seconds=9.0),))) == 0


def test_captions_in_several_languages_take_as_long_as_the_longest():
    caption = 'caption = { en = "Back.", de = "Und nun wieder zurück zum Anfang." }'
    text = TEXT.replace('caption = "Back."', caption)
    film = loads_storyboard(text)
    ((words,), _) = film.steps[3].together
    assert duration(words) == pytest.approx(0.5 + 33 / 15)
    assert in_language(film, "de").language == "de"
    assert (words.text("de")[:3], words.text("en"), words.text("fr")) == ("Und", "Back.", "Back.")
    told = r"step 4 \(caption\): not given in fr, but in en, de"
    with pytest.raises(StoryboardError, match=told):
        in_language(film, "fr")
    with pytest.raises(StoryboardError, match=told):
        loads_storyboard('language = "fr"\n' + text)
    with pytest.raises(StoryboardError, match="de: all captions are in one language alone"):
        in_language(loads_storyboard(TEXT), "de")


def test_steps_that_begin_at_a_second_make_it_longer():
    text = TEXT.replace("seconds = 4", "seconds = 4\nat = 100")
    assert loads_storyboard(text).seconds == pytest.approx(100 + 4 + 5 + 1.5)
    beside = "scrub = 10, seconds = 1, at = 200"
    text = text.replace("scrub = 10, seconds = 1", beside)
    assert loads_storyboard(text).seconds == pytest.approx(201)


def test_a_list_beside_other_steps_is_of_steps_one_after_another():
    turn = '[{ caption = "One" }, { caption = "Two", seconds = 2 }]'
    film = loads_storyboard(TEXT.replace('{ caption = "Back." }', turn))
    beside = film.steps[3]
    assert beside.together[0] == (Caption(caption="One"), Caption(caption="Two", seconds=2.0))
    assert film.seconds == pytest.approx(duration(film.steps[0]) + 4 + 5 + 1.5 + 2)
    with pytest.raises(StoryboardError, match=r"step 4 \(together\), step 1, step 2: no verb"):
        loads_storyboard(
            TEXT.replace('{ caption = "Back." }', turn.replace('caption = "Two"', "x = 1"))
        )


def test_steps_are_moved_to_the_marks_that_they_have_the_name_of_or_name():
    text = TEXT.replace('train = "end"', 'train = "end"\nname = "now it learns"')
    text = text.replace('caption = "Back."', 'caption = "Back.", at = "and back"')
    film = at_marks(loads_storyboard(text), {"now it learns": 7.5, "and back": 30.0, "other": 2.0})
    _, train, _, together, _ = film.steps
    assert train.at == 7.5
    assert together.together[0][0].at == 30.0
    assert film.seconds == 31.5


@pytest.mark.parametrize(
    ("marks", "message"),
    [
        ({"and bakc": 3.0}, r"at = and back: no such mark; did you mean and bakc\?"),
        ({"and back": 1800.0}, r"it is 1,802 s long: a film has at most 1,800 s"),
    ],
)
def test_marks_that_do_not_fit_are_refused(marks, message):
    text = TEXT.replace('caption = "Back."', 'caption = "Back.", at = "and back"')
    with pytest.raises(StoryboardError, match=message):
        at_marks(loads_storyboard(text), marks)
    with pytest.raises(StoryboardError, match=r"no step has the name of a mark.*; the marks are x"):
        at_marks(loads_storyboard(TEXT), {"x": 1.0})


def test_a_film_from_a_chapter_on_has_its_own_time():
    chapter = '[[steps]]\nsection = "On"\n[[steps]]\nwait = 1\nat = 40\n[[steps]]\ntogether'
    text = TEXT.replace("seconds = 4", "seconds = 4\nat = 20").replace(
        "[[steps]]\ntogether", chapter
    )
    text = text.replace('caption = "Back."', 'caption = "Back.", at = 43').replace(
        "scrub = 10", "at = 3, scrub = 10"
    )
    film = loads_storyboard(text)
    hide, _, wait, together, _ = begun_at(film, "On").steps
    assert hide == Hide(hide=film.steps[:3])
    assert wait.at == pytest.approx(40 - (20 + 4 + 5))
    assert together.together[0][0].at == pytest.approx(43 - (20 + 4 + 5))
    assert together.together[1][0].at == 0.0


def test_a_chapter_that_is_there_twice_is_no_place_to_begin_at():
    twice = '[[steps]]\nsection = "On"\n'
    film = loads_storyboard(TEXT + twice + twice)
    with pytest.raises(
        StoryboardError, match=r"^On: 2 chapters are called so \(steps 6, 7\); give"
    ):
        begun_at(film, "On")


def test_marks_of_which_no_step_knows_are_told():
    text = TEXT.replace('train = "end"', 'train = "end"\nname = "now it learns"')
    film = loads_storyboard(text.replace('caption = "Back."', 'caption = "Back.", at = "back"'))
    assert unused_marks(film, {"now it lerns": 7.5, "back": 30.0}) == ["now it lerns"]


REFUSED = {
    ('train = "end"', 'trian = "end"'): r"step 2: no verb is in it; did you mean train\?",
    ('train = "end"', 'train = "end"\npin = "a"'): r"step 2: train and pin: make a step of each",
    ('"$valley"', '"$vale"'): r"step 3 \(sweep\), to: \$vale is in no values; there are \$valley",
    ('"$valley"', "-3"): r"step 3 \(sweep\): regularization\.weight_decay = -3.0: must be",
    (f'sweep = "{WD}"\nto = "$valley"', 'sweep = "model.width"\nto = inf'): r"width = inf: must be",
    (f'sweep = "{WD}"', 'sweep = "wd"'): r"step 3 \(sweep\): wd: no such field; did you mean",
    (f'sweep = "{WD}"', 'sweep = "data.name"'): r"step 3 \(sweep\): data\.name has no slider",
    ("seconds = 5", 'seconds = "x"'): r"step 3 \(sweep\), seconds = 'x': must be a number from 0",
    ("seconds = 5", "seconds = 601"): r"step 3 \(sweep\), seconds = 601: must be .* 0 to 600",
    ("seconds = 4", "secnds = 4"): r"step 2 \(train\), secnds: no such key; did you mean seconds",
    ("scrub = 10", "scrub = -1"): r"step 4 \(together\), step 2 \(scrub\), scrub = -1",
    ("scrub = 10,", "scrub = 10, wait = 1,"): r"step 4 \(together\), step 2: scrub and wait",
    ("valid_loss <", "valid_los <"): r"step 5 \(require\): column 1: valid_los: no such measure",
    ("valid_loss < 0.2", "1 < 2"): r"step 5 \(require\): nothing is measured in it",
    ('"memorising"', '"memorizing"'): r"memorizing: no such lesson; did you mean memorising\?",
    ('"memorising"', '"memorising"\npage = 60'): r"page = 60: memorising has \d pages",
    ('"memorising"', '"memorising"\nexperiment = {}'): r"lesson, experiment: give one of both",
    ("1080x1920", "1081x1920"): r"1081x1920: both must be even numbers from 320 to 3,840",
    ("1080x1920", "100000x100000"): r"100000x100000: both must be even numbers from 320 to 3,840",
    ("1080x1920", "1080"): r"sizes\[2\] = '1080': must be .*such as 1280x720",
    ('title = "What', 'tilte = "What'): r"tilte: no such key; did you mean title\?",
    ("seconds = 4", "seconds = 600\n" + "[[steps]]\nwait=600\n" * 3): r"it is 2,4\d\d s long",
    ("[[steps]]", "[[steps]]\nwait = 1\n" * 1001 + "[[steps]]"): "steps = …: must be 1 to 1000",
    ("seconds = 4", 'seconds = 4\n[[steps]]\ninclude = "more.toml"'): r"only files that lie beside",
    ("seconds = 4", 'seconds = 4\n[[steps]]\nstill = "../a.png"'): r"still = '../a.png': must be",
    ("seconds = 4", 'seconds = 4\n[[steps]]\ndraw = "line"'): r"\(draw\): give at least two points",
    ("seconds = 4", "seconds = 4\n[[steps]]\nhide = [{ wait = 1, at = 3 }]"): r"leave out at",
    (
        "seconds = 4",
        "seconds = 4\n[[steps]]\nhide = [{ together = [[{ wait = 1 }, { wait = 1, at = 3 }]] }]",
    ): r"step 3 \(hide\): off camera no time passes; leave out at",
    (
        "seconds = 4",
        'seconds = 4\n[[steps]]\nhide = [{ together = [{ still = "a.png" }] }]',
    ): r"step 3 \(hide\): off camera there is no picture; put still after it",
    (
        "seconds = 4",
        'seconds = 4\n[[steps]]\nstill = "a.png"\n[[steps]]\ntogether = [{ still = "A.png" }]',
    ): r"step 4 \(together\), step 1 \(still\): A.png is what step 3 \(still\) writes too; give it",
    (
        "seconds = 4",
        "seconds = 4\n[[steps]]\ntogether = [{ wait = 1 }, [{ hide = [{ wait = 1 }] }]]",
    ): r"step 3 \(together\): hide is off camera, .* a step of its own, before this one",
    ("seconds = 4", 'seconds = 4\n[[steps]]\nshow = "thined"'): r"show = 'thined': must be one of",
    (
        "seconds = 4",
        'seconds = 4\n[[steps]]\ncaption = { DE = "x" }',
    ): r": DE: a language is",
    ("seconds = 4", "seconds = 4\n[[steps]]\ncaption = {}"): r"\(caption\), caption = .*must be",
    ('train = "end"', "set = {}"): r"step 2 \(set\): give a field and its value, such as",
    (
        'train = "end"',
        "set = { optimizer.rl = 1 }",
    ): r"step 2 \(set\): optimizer\.rl: no such field",
    ('train = "end"\nseconds = 4', "wait-until = 3"): r"\(wait-until\), wait-until = 3: must be a",
    ('lesson = "memorising"', "experiment = 3"): r"experiment must be a table of values",
    ('lesson = "memorising"', "experiment = []"): r"experiment must be a table of values",
    ("seconds = 4", 'seconds = 4\nkeys = ""'): r"\(train\), keys = '': must be",
    ("seconds = 4", "seconds = 4\nat = 1801"): r"at = 1801: must be",
    (
        "seconds = 4",
        'seconds = 4\n[[steps]]\nfocus = "losse"',
    ): r"\(focus\): losse: .* mean losses\?",
    ("seconds = 4", 'seconds = 4\n[[steps]]\nfocus = "axes"'): r"axes: .* fit, losses, .* control",
    ("seconds = 4", 'seconds = 4\n[[steps]]\ntrain = "all"'): r"= 'all': .* 1,000,000, or 'end'",
    ("seconds = 4", 'seconds = 4\n[[steps]]\nscrub = "on"'): r"0 to 1,000,000, or one of best, end",
}


@pytest.mark.parametrize(("change", "message"), REFUSED.items(), ids=lambda it: str(it)[:40])
def test_what_is_wrong_is_told_by_its_step(change, message):
    old, new = change
    assert old in TEXT
    with pytest.raises(StoryboardError, match=message):
        loads_storyboard(TEXT.replace(old, new, 1))


def test_field_paths_may_be_written_without_quotes():
    plain, quoted = (
        loads_storyboard(f'title = "t"\nsteps = [{{ set = {{ {path} = 0.1, epochs = 9 }} }}]')
        for path in (WD, f'"{WD}"')
    )
    assert plain == quoted


@pytest.mark.parametrize(("steps", "number"), [('["wait"]', 1), ("[{ wait = 1 }, 3]", 2)])
def test_what_is_no_step_is_told_by_its_place(steps, number):
    message = rf"steps\[{number}\] = \S+: must be a table of values"
    with pytest.raises(StoryboardError, match=message):
        loads_storyboard(f'title = "t"\nsteps = {steps}')


def test_a_nest_of_steps_has_a_bottom():
    inner = "{ wait = 1 }"
    for _ in range(8):
        inner = f"{{ together = [{inner}] }}"
    with pytest.raises(StoryboardError, match="nested more than 5 deep"):
        loads_storyboard(f'title = "t"\nsteps = [{inner}]')


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "film.toml").write_text(
        'title = "t"\nsteps = [{ include = "part.toml" }, { wait = 2 }]'
    )
    (tmp_path / "part.toml").write_text(f'steps = [{{ set = {{ "{WD}" = 0.5 }} }}]')
    return tmp_path


def test_steps_of_a_file_beside_it_are_taken_in_once_that_was_allowed(folder):
    asked = []
    film = load_storyboard(folder / "film.toml", lambda files: not asked.extend(files))
    assert asked == [folder / "part.toml"]
    assert isinstance(film.steps[0], SetValues)
    assert film.seconds == 3.0
    with pytest.raises(StoryboardError, match=r"film\.toml: part\.toml: it may not be read"):
        load_storyboard(folder / "film.toml", lambda files: False)


@pytest.mark.parametrize(
    ("includes", "message"),
    [
        ("part.toml", r"part\.toml, step 1 \(include\): part\.toml includes itself; leave"),
        ("film.toml", r"part\.toml includes itself by way of film\.toml; leave that step out"),
    ],
)
def test_a_file_that_includes_itself_is_refused(folder, includes, message):
    (folder / "part.toml").write_text(f'steps = [{{ include = "{includes}" }}]')
    with pytest.raises(StoryboardError, match=message):
        load_storyboard(folder / "film.toml")


def test_a_file_may_be_included_twice(folder):
    (folder / "film.toml").write_text(
        'title = "t"\nsteps = [{ include = "part.toml" }, { include = "part.toml" }]'
    )
    assert len(load_storyboard(folder / "film.toml").steps) == 2


def test_what_is_wrong_in_an_included_file_is_told_with_its_name(folder):
    (folder / "part.toml").write_text("steps = [{ wait = -1 }]")
    with pytest.raises(StoryboardError, match=r"part\.toml, step 1 \(wait\), wait = -1: must be"):
        load_storyboard(folder / "film.toml")


def test_an_experiment_of_its_own_may_read_a_table_beside_it_and_no_other(folder):
    text = (
        'title = "t"\nsteps = [{{ wait = 1 }}]\nexperiment.data = {{ name = "csv", file = "{}" }}'
    )
    (folder / "film.toml").write_text(text.format("my.csv"))
    film = load_storyboard(folder / "film.toml")
    assert get(film.experiment, "data.file") == str(folder / "my.csv")
    for elsewhere in ("/etc/passwd", "../my.csv"):
        (folder / "film.toml").write_text(text.format(elsewhere))
        with pytest.raises(StoryboardError, match="names only files that lie beside it"):
            load_storyboard(folder / "film.toml")


SETS = 'title = "t"\nsteps = [{{ set = {{ "data.name" = "csv", "data.file" = "{}" }} }}]'


def test_a_step_takes_up_a_table_beside_it_once_that_was_allowed_and_no_other(folder):
    path, asked = folder / "film.toml", []
    path.write_text(SETS.format("my.csv").replace("}]", "}, { include = 'part.toml' }]"))
    (folder / "part.toml").write_text("steps = [{ set = { 'data.file' = 'my.csv' } }]")
    film = load_storyboard(path, lambda files: not asked.extend(files))
    assert asked == [folder / "my.csv", folder / "part.toml"]
    assert [step.set["data.file"] for step in film.steps] == [str(folder / "my.csv")] * 2
    with pytest.raises(StoryboardError, match=r"my\.csv: it may not be read"):
        load_storyboard(path, lambda files: False)
    named = 'values = { it = "/etc/passwd" }\n' + SETS.format("$it")
    within = SETS.format("/etc/passwd").replace("[{ set", "[{ hide = [{ set").replace("}]", "}] }]")
    for text in (SETS.format("/etc/passwd"), SETS.format("../my.csv"), named, within):
        path.write_text(text)
        with pytest.raises(StoryboardError, match="names only files that lie beside it"):
            load_storyboard(path)


def test_a_table_that_a_step_takes_up_is_written_as_one_beside_the_file(folder):
    (folder / "film.toml").write_text(SETS.format("my.csv"))
    film = load_storyboard(folder / "film.toml")
    text = storyboard_toml(film)
    assert 'data.file" = "my.csv"' in text
    assert loads_storyboard(text, folder) == film
    (step,) = film.steps
    assert read_step(step_toml(step), step) == step  # as the window has it edited
    with pytest.raises(StoryboardError, match="names only files that lie beside it"):
        read_step(step_toml(step))
