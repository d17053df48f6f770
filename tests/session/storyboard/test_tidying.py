"""What a person did becomes few steps, with the times that it took, and reads the same again."""

import pytest

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.session.storyboard import (
    Action,
    Caption,
    Draw,
    Hide,
    PinRun,
    Scrub,
    SetValues,
    ShowTab,
    StepsTogether,
    Storyboard,
    StoryboardError,
    SweepField,
    Train,
    Wait,
    load_storyboard,
    loads_storyboard,
    read_step,
    step_toml,
    storyboard_toml,
    tidied,
    write_storyboard,
)

WD = "regularization.weight_decay"


def at(second, step, end=None):
    return Action(second, second if end is None else end, step, is_drag=True)


def dragged(values, begin=1.0, every=0.05, path=WD):
    return [at(begin + every * k, SetValues(set={path: value})) for k, value in enumerate(values)]


def test_a_drag_is_one_sweep_and_what_follows_waits_as_long_as_the_person_did():
    values = [0.001 * k for k in range(1, 41)]
    steps = tidied([*dragged(values), at(5.0, Scrub(scrub=3)), at(6.0, Scrub(scrub=9))], 8.0)
    assert steps == (
        Wait(wait=1.0),
        SweepField(sweep=WD, to=0.04, seconds=2.0),
        Wait(wait=2.0),
        Scrub(scrub=3, seconds=0.3),
        Wait(wait=1.0),
        Scrub(scrub=9, seconds=0.3),
        Wait(wait=2.0),
    )


def test_a_drag_that_turns_back_is_a_sweep_each_way():
    there = [0.1 * k for k in range(1, 11)]
    steps = tidied(dragged([*there, *there[-2::-1]], begin=0.0), 1.0)
    assert [(step.sweep, step.to) for step in steps if isinstance(step, SweepField)] == [
        (WD, 1.0),
        (WD, 0.1),
    ]


def test_the_handle_of_the_epochs_goes_each_way_from_where_it_stood():
    def scrubbed(epochs, begin=0.0):
        return [at(begin + k / 10, Scrub(scrub=epoch)) for k, epoch in enumerate(epochs)]

    there = [70, 40, 10]
    assert tidied(scrubbed([*there, 20, 60, "end"]), 0.5) == (
        Scrub(scrub=10, seconds=0.3),
        Scrub(scrub="end", seconds=0.3),
    )
    again = scrubbed([0, *range(1, 50), "end"])  # a run that is shown once more
    assert tidied(again, 5.0) == (Scrub(scrub=0, seconds=0.3), Scrub(scrub="end", seconds=5.0))
    assert tidied(again, 5.0, epoch=0) == (Scrub(scrub="end", seconds=5.0),)
    change = at(1.0, SetValues(set={WD: 0.1}))
    back = [*scrubbed(there), change, *scrubbed([30, 50], begin=2.0)]
    assert [step.scrub for step in tidied(back, 3.0) if isinstance(step, Scrub)] == [10, 30, 50]


def test_a_jump_is_no_sweep_and_its_pause_is_its_own():
    change = SetValues(set={"model.depth": 4})
    steps = tidied([at(0.0, change), at(1.5, SetValues(set={"data.name": "moons"}))], 2.5)
    assert steps == (
        SetValues(set={"model.depth": 4}, seconds=1.5),
        SetValues(set={"data.name": "moons"}, seconds=1.0),
    )


def test_training_takes_as_long_as_it_took_and_a_stroke_is_one_step():
    strokes = [
        at(4.0 + k / 10, Draw(draw="line", points=tuple((i, i) for i in range(k + 2))))
        for k in range(5)
    ]
    train = Train(train="end", seconds=3.0)
    steps = tidied([Action(0.0, 3.0, train), *strokes], 4.5)
    assert steps == (
        train,
        Wait(wait=1.0),
        Draw(draw="line", points=tuple((i, i) for i in range(6)), seconds=0.4),
    )


def test_single_epochs_that_follow_on_one_another_are_one_step():
    trained = Action(0.0, 3.0, Train(train=40, seconds=3.0))
    single = [at(second, Train(train=1, seconds=0.0)) for second in (3.5, 4.0, 4.5, 7.0)]
    assert tidied([trained, *single], 7.0) == (
        Train(train=40, seconds=3.0),
        Wait(wait=0.5),
        Train(train=3, seconds=1.0),
        Wait(wait=2.5),
        Train(train=1, seconds=0.0),
    )


def test_the_way_to_end_the_recording_is_no_part_of_it():
    steps = tidied([at(0.0, Scrub(scrub=3))], 25.0)
    assert steps == (Scrub(scrub=3, seconds=0.3), Wait(wait=2.0))


def test_nothing_done_is_a_pause():
    assert tidied([], 2.0) == (Wait(wait=2.0),)


STEPS = (
    Caption(caption='Say "this" – and that.'),
    Caption(caption={"de": "Bleib", "pt-BR": "Fique"}, keys="Space"),
    Hide(hide=(Train(train="end", seconds=2.0), ShowTab(show="network"))),
    SetValues(set={WD: 0.1, "data.name": "moons"}, name="named", at=3.0),
    SweepField(sweep=WD, to=0.01, start=0.5, ease="linear"),
    StepsTogether(together=((PinRun(pin="first"), Scrub(scrub="best")), (Wait(wait=1.0),))),
    StepsTogether(together=((), (Wait(wait=1.0, name="last"),))),
    Draw(draw="arrow", on="losses", points=((1.0, 2.0), (3.0, 4.5))),
)


def test_steps_read_the_same_again():
    for step in STEPS:
        assert read_step(step_toml(step)) == step
    assert "to = 17\n" in step_toml(SweepField(sweep="model.width", to=17.0))
    assert step_toml(STEPS[4]).splitlines() == [
        f'sweep = "{WD}"',
        "to = 0.01",
        "from = 0.5",
        'ease = "linear"',
    ]


def test_a_storyboard_reads_the_same_again():
    text = 'title = "t"\nexperiment = { data.name = "moons", model.width = 8 }\n'
    read = loads_storyboard(text + "steps = [{ wait = 1 }]")
    film = Storyboard(
        title="A title",
        sizes=((640, 480), (480, 640)),
        fps=25,
        experiment=read.experiment,
        theme="dark",
        scale=150,
        language="de",
        controls=(WD,),
        steps=STEPS,
    )
    assert loads_storyboard(storyboard_toml(film)) == film
    assert read.experiment != Experiment()


def test_the_page_of_a_lesson_is_named_and_not_written_out():
    film = loads_storyboard('title = "t"\nlesson = "memorising"\npage = 2\nsteps = [{ wait = 1 }]')
    text = storyboard_toml(film)
    assert 'lesson = "memorising"\npage = 2\n' in text or "experiment" not in text
    assert loads_storyboard(text).experiment == film.experiment


def test_tables_are_copied_beside_a_storyboard_but_take_no_others_place(tmp_path):
    first, second, films = tmp_path / "first.csv", tmp_path / "second.csv", tmp_path / "films"
    for table in (first, second):
        table.write_text(f"x,y\n1,2\n3,{len(table.name)}\n", encoding="utf-8")
    experiment = replace(Experiment(), {"data.name": "csv", "data.file": str(first)})
    step = SetValues(set={"data.file": str(second)})
    film = Storyboard(title="A title", sizes=((640, 480),), experiment=experiment, steps=(step,))
    films.mkdir()
    for copied in (("first.csv", "second.csv"), ()):
        assert write_storyboard(films / "film.toml", film) == copied
    assert (films / "second.csv").read_bytes() == second.read_bytes()
    read = load_storyboard(films / "film.toml")
    assert read.experiment.data.file == str(films / "first.csv")
    assert write_storyboard(films / "again.toml", read) == ()
    (films / "second.csv").write_text("another", encoding="utf-8")
    with pytest.raises(StoryboardError, match="save it in another folder"):
        write_storyboard(films / "other.toml", film)
    assert {path.name for path in films.iterdir()} == {
        "film.toml",
        "again.toml",
        "first.csv",
        "second.csv",
    }
