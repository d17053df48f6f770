"""Back to defaults, for a group and for all, in the real window."""

from regplay.core.experiment import Experiment
from regplay.core.fields import replace

CHANGED = {"data.name": "moons", "data.noise": 1.0, "model.width": 9, "optimizer.lr": 0.02}


def test_a_group_is_one_step_back(person):
    before = replace(person.controller.session.experiment, CHANGED)
    person.controller.change(before)
    person.click("model.defaults")
    after = person.controller.session.experiment
    assert after == replace(before, {"model.width": 64})
    person.choose("Undo change of settings")
    assert person.controller.session.experiment == before


def test_all_settings_go_back_but_the_dataset_stays(person):
    before = replace(person.controller.session.experiment, CHANGED)
    person.controller.change(before)
    person.choose("All settings back to defaults")
    assert person.controller.session.experiment == replace(Experiment(), {"data.name": "moons"})
    person.choose("Undo change of settings")
    assert person.controller.session.experiment == before
