"""Where training runs: the CPU, or a GPU where there is one and it is faster."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regplay.core import UserError
from regplay.core.measurements import Cost

if TYPE_CHECKING:
    import torch

# A step on a GPU is some thirty kernel launches, whatever its size.
_GPU_STEP = 300.0  # µs


class DeviceError(UserError):
    """A device name that means nothing; the message says which ones do."""


class MemoryFullError(UserError):
    """What is to be trained takes more memory than the machine has left."""


@contextmanager
def within_memory(what: str) -> Iterator[None]:
    """Tell in plain words that the CPU's memory is full, of which torch and numpy raise their own.

    A GPU's `torch.OutOfMemoryError` passes: there the CPU may have more.

    Raises
    ------
    MemoryFullError
        saying what is to be trained
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "DefaultCPUAllocator" not in str(error):
            raise
        raise MemoryFullError(f"there is not enough memory left to train {what}") from error


@dataclass(frozen=True)
class Placement:
    """A device, and the reason in words."""

    device: "torch.device"
    reason: str


def cores() -> int:
    """How many cores of the CPU this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def available() -> list[str]:
    """The names that may be asked for here, `auto` and `cpu` first."""
    import torch  # which the window does not wait for

    names = ["auto", "cpu"]
    if torch.cuda.is_available():
        names += [f"cuda:{i}" for i in range(torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        names.append("mps")
    return names


def check_device(request: str) -> str:
    """`request`, if it is the name of a device, whether there is one here or not.

    Raises
    ------
    DeviceError
        If it is no device name; the message says which ones are.
    """
    if re.fullmatch(r"auto|cpu|mps|cuda(:[0-9]+)?", request) is None:
        raise DeviceError(f"device {request}: must be auto, cpu, cuda, cuda:N or mps")
    return request


def place(request: str, cost: Cost, members: int = 1) -> Placement:
    """Decide where to train.

    Parameters
    ----------
    request
        `auto`, `cpu`, `cuda`, `cuda:N` or `mps`. `auto` takes a GPU only if a step is expected to
        take longer than a GPU's smallest on all cores of the CPU. A GPU that is not there is
        replaced by the CPU, and the reason says so.
    cost
        What a step of all members together is expected to cost.
    members
        How many there are: each is trained by one core at a time.

    Raises
    ------
    DeviceError
        If `request` is no device name.
    """
    import torch  # which the window does not wait for

    check_device(request)
    cpu = torch.device("cpu")
    names = available()
    if request == "cpu":
        return Placement(cpu, "CPU, as asked")
    if request == "auto":
        gpu = next((name for name in names if name not in ("auto", "cpu")), None)
        if gpu is None:
            return Placement(cpu, "CPU: no GPU found")
        expected = cost.step / min(cores(), members)
        if expected < _GPU_STEP:
            reason = f"CPU: a step takes about {expected:.0f} µs, on {gpu} at least {_GPU_STEP:.0f}"
            return Placement(cpu, reason)
        reason = f"{gpu}: a step would take about {expected / 1000:.1f} ms on the CPU"
        return Placement(torch.device(gpu), reason)
    wanted = "cuda:0" if request == "cuda" else request
    if wanted in names:
        return Placement(torch.device(wanted), f"{wanted}, as asked")
    return Placement(cpu, f"CPU: there is no {request} on this machine")
