"""Where training runs, and what is said about it."""

import pytest
import torch

from regplay.core.device import DeviceError, available, check_device, place
from regplay.core.experiment import Experiment
from regplay.core.measurements import Cost
from regplay.core.training import Training

SMALL = Cost(step=80.0, measure=60.0, step_flops=1e6)
LARGE = Cost(step=50_000.0, measure=60.0, step_flops=1.5e9)


@pytest.fixture
def gpus(monkeypatch):
    """Set what torch says about GPUs: how many of CUDA's there are, and whether Apple's is."""

    def pretend(cuda=0, mps=False):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)

    pretend()
    return pretend


@pytest.mark.parametrize("cost", [SMALL, LARGE])
def test_without_a_gpu_auto_is_the_cpu_and_says_why(gpus, cost):
    placement = place("auto", cost)
    assert placement.device == torch.device("cpu")
    assert placement.reason == "CPU: no GPU found"
    assert available() == ["auto", "cpu"]


@pytest.mark.parametrize("name", ["cuda:7", "cuda", "cuda:0", "mps"])
def test_a_gpu_that_is_not_there_gives_the_cpu_and_is_named(gpus, name):
    placement = place(name, LARGE)
    assert placement.device == torch.device("cpu")
    assert name in placement.reason
    assert "CPU" in placement.reason


def test_one_gpu_too_many_is_not_there(gpus):
    gpus(cuda=2)
    assert available() == ["auto", "cpu", "cuda:0", "cuda:1"]
    assert place("cuda:1", SMALL).device == torch.device("cuda:1")
    missing = place("cuda:2", SMALL)
    assert missing.device == torch.device("cpu")
    assert "cuda:2" in missing.reason


NONSENSE = ["gpu", "", "CPU", "cuda:", "cuda:x", "cuda:-1", "cuda:1:2", "auto:1", "cpu:0", "cuda:²"]


@pytest.mark.parametrize("name", [*NONSENSE, "cuda:1\n", " cpu", "mps:0"])
def test_nonsense_is_refused_with_the_choices(gpus, name):
    for attempt in (check_device, lambda request: place(request, SMALL)):
        with pytest.raises(DeviceError) as caught:
            attempt(name)
        message = str(caught.value)
        assert name in message
        assert all(choice in message for choice in ("auto", "cpu", "cuda", "cuda:N", "mps"))


@pytest.mark.parametrize("name", ["auto", "cpu", "cuda", "cuda:0", "cuda:12", "mps"])
def test_the_name_of_a_device_is_one_whether_it_is_there_or_not(gpus, name):
    assert check_device(name) == name


@pytest.mark.parametrize(("cuda", "mps", "gpu"), [(1, False, "cuda:0"), (0, True, "mps")])
def test_auto_takes_a_gpu_for_large_steps_alone(gpus, cuda, mps, gpu):
    gpus(cuda, mps)
    small, large = place("auto", SMALL), place("auto", LARGE)
    assert small.device == torch.device("cpu")
    assert "80 µs" in small.reason
    assert gpu in small.reason
    assert large.device == torch.device(gpu)
    assert gpu in large.reason


def test_what_is_asked_for_is_taken_whatever_the_size(gpus):
    gpus(cuda=1)
    assert place("cpu", LARGE).device == torch.device("cpu")
    assert place("cuda", SMALL).device == torch.device("cuda:0")
    assert place("cuda:0", SMALL).device == torch.device("cuda:0")
    assert "as asked" in place("cpu", LARGE).reason
    assert "as asked" in place("cuda", SMALL).reason


@pytest.mark.parametrize(
    ("cores", "members", "takes"),
    [(1, 1, "cuda"), (8, 1, "cuda"), (8, 2, "cpu"), (8, 100, "cpu"), (1, 100, "cuda")],
)
def test_auto_counts_with_the_cores_that_share_the_work(gpus, monkeypatch, cores, members, takes):
    """300 µs or more on a GPU; one core for each member, as long as there are cores."""
    gpus(cuda=1)
    middling = Cost(step=590.0, measure=60.0, step_flops=3e7)
    monkeypatch.setattr("regplay.core.device.cores", lambda: cores)
    assert place("auto", middling, members).device.type == takes


def test_a_training_says_where_it_runs(gpus):
    training = Training([Experiment()], device="cuda:7")
    assert training.placement.device == torch.device("cpu")
    assert "cuda:7" in training.placement.reason
    assert training.population.flat.device == torch.device("cpu")
    with pytest.raises(DeviceError):
        Training([Experiment()], device="abacus")
