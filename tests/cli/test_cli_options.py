"""What `--set` and `--device` do, and where a data file is looked for."""

import pytest
import torch
from experiment_files import experiment_file

from regplay.cli import main
from regplay.core.experiment import Experiment
from regplay.core.fields import get

# Values on the command line


def _trained(monkeypatch, *words: object) -> Experiment:
    """The experiment that `regplay train` would train."""
    found = []

    class StopError(Exception):
        pass

    def train(experiment: Experiment, *_: object) -> None:
        found.append(experiment)
        raise StopError

    monkeypatch.setattr("regplay.session.terminal.train", train)
    with pytest.raises(StopError):
        main(["train", *map(str, words)])
    return found[0]


def test_an_empty_file_is_the_default_experiment(monkeypatch, tmp_path):
    assert _trained(monkeypatch, experiment_file(tmp_path)) == Experiment()


def test_assignments_are_applied_together(monkeypatch, tmp_path):
    # On its own `data.name` would set the number of points to what digits has.
    words = ("--set", "data.n_train=50", "--set", "data.name=digits", "--set", "epochs=7")
    experiment = _trained(monkeypatch, experiment_file(tmp_path), *words)
    paths = ("data.n_train", "data.n_valid", "epochs")
    assert [get(experiment, path) for path in paths] == [50, 500, 7]


def test_of_two_assignments_the_last_counts(monkeypatch, tmp_path):
    words = ("--set", "model.width=8", "--set", "model.width = 16")
    assert _trained(monkeypatch, experiment_file(tmp_path), *words).model.width == 16


def test_a_data_file_is_meant_from_where_it_is_named(monkeypatch, tmp_path):
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    path = experiment_file(tmp_path, '[data]\nname = "csv"\nfile = "points.csv"\n')
    assert _trained(monkeypatch, "../experiment.toml").data.file == str(tmp_path / "points.csv")
    words = ("--set", "data.file=points.csv")
    assert _trained(monkeypatch, path, *words).data.file == str(here / "points.csv")
    words = ("--set", f"data.file={tmp_path / 'a.csv'}")
    assert _trained(monkeypatch, path, *words).data.file == str(tmp_path / "a.csv")


# Devices


def test_the_device_and_the_reason_are_said_when_asked_for(regplay, tmp_path):
    words = ("train", experiment_file(tmp_path, "epochs = 1\n"))
    assert regplay(*words)[2] == ""
    assert regplay(*words, "--device", "cpu")[2] == "Training on CPU, as asked\n"
    refused = "Training on CPU: there is no cuda:99 on this machine\n"
    assert regplay(*words, "--device", "cuda:99")[2] == refused


def test_a_gpu_without_memory_is_replaced_by_the_cpu(capsys, tmp_path, monkeypatch):
    from regplay.session import terminal

    path = str(experiment_file(tmp_path, "epochs = 40\n"))
    main(["train", path, "--json", "--out", str(tmp_path / "plain")])
    capsys.readouterr()

    class TrainingOnGpu(terminal.Training):
        """Runs out of memory in step 20, unless it is on the CPU."""

        def __init__(self, experiments: object, *, device: str) -> None:
            super().__init__(experiments, device="cpu")
            self.is_on_gpu = device == "cuda"

        def train(self, goal: int | None = None) -> object:
            if self.is_on_gpu and self.step == 20:
                raise torch.OutOfMemoryError("CUDA out of memory.")
            return super().train(20 if self.is_on_gpu and goal is None else goal)

    monkeypatch.setattr(terminal, "Training", TrainingOnGpu)
    assert main(["train", path, "--device", "cuda", "--out", str(tmp_path / "out")]) == 0
    out, err = capsys.readouterr()
    assert "The GPU has too little memory: training again on the CPU, from the start.\n" in err
    assert out.startswith("40 epochs in ")
    names = [tmp_path / folder / "history.csv" for folder in ("out", "plain")]
    assert names[0].read_bytes() == names[1].read_bytes()
