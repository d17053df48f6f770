"""Where training runs: the CPU, or a GPU where there is one and it is faster."""

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regplay.core.cost import Cost
from regplay.core.errors import UserError

if TYPE_CHECKING:
    import torch

# A step on a GPU is some thirty kernel launches, whatever its size.
_GPU_STEP = 300.0  # µs
_SPLIT_FLOPS = 2e7  # a smaller step gains nothing from two threads


class DeviceError(UserError):
    """A device name that means nothing; the message says which ones do."""


@dataclass(frozen=True)
class Placement:
    """A device, the number of CPU threads to use, and the reason in words.

    A population of more than one may do with fewer threads: `regplay.core.threads`.
    """

    device: "torch.device"
    threads: int
    reason: str


def available() -> list[str]:
    """The names that may be asked for here, `auto` and `cpu` first."""
    import torch

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


def place(request: str, cost: Cost) -> Placement:
    """Decide where to train.

    Parameters
    ----------
    request
        `auto`, `cpu`, `cuda`, `cuda:N` or `mps`. `auto` takes a GPU only if a step is expected to
        take longer than a GPU's smallest on all cores of the CPU. A GPU that is not there is
        replaced by the CPU, and the reason says so.
    cost
        What a step is expected to cost.

    Raises
    ------
    DeviceError
        If `request` is no device name.
    """
    import torch

    check_device(request)
    cores = os.cpu_count() or 1
    threads = cores if cost.step_flops > _SPLIT_FLOPS else 1
    cpu = torch.device("cpu")
    names = available()
    if request == "cpu":
        return Placement(cpu, threads, "CPU, as asked")
    if request == "auto":
        gpu = next((name for name in names if name not in ("auto", "cpu")), None)
        if gpu is None:
            return Placement(cpu, threads, "CPU: no GPU found")
        expected = cost.step / threads
        if expected < _GPU_STEP:
            reason = f"CPU: a step takes about {expected:.0f} µs, on {gpu} at least {_GPU_STEP:.0f}"
            return Placement(cpu, threads, reason)
        reason = f"{gpu}: a step would take about {expected / 1000:.1f} ms on the CPU"
        return Placement(torch.device(gpu), threads, reason)
    wanted = "cuda:0" if request == "cuda" else request
    if wanted in names:
        return Placement(torch.device(wanted), threads, f"{wanted}, as asked")
    return Placement(cpu, threads, f"CPU: there is no {request} on this machine")
