"""Training by the native kernel: whole stretches in one call, the interpreter's lock released.

Members are shared out among threads, each taking the next that is left; none waits for another,
and a member's numbers are the same whoever computes them.
"""

import threading
from collections.abc import Callable, Sequence
from ctypes import byref
from typing import Any

import torch
from torch import Tensor

from regplay.core.device import cores
from regplay.core.engine import MEASURED, PROGRESS, RATES, Networks, Stop, Stretch, Work
from regplay.core.native import (
    Kernel,
    Kernels,
    Network,
    PredictionCall,
    TrainingCall,
    address,
    integer,
)

_ACTIVATIONS = ("tanh", "relu", "gelu", "sigmoid")  # as kernel.h counts them
_LOSSES = ("mse", "cross_entropy")
_OPTIMIZERS = ("sgd", "momentum", "adam", "adamw")
_WORTH_A_THREAD = 5e5  # products; fewer take less time than starting a thread


class NativeEngine:
    """`regplay.core.engine.Engine` by the native kernel.

    Parameters
    ----------
    kernels
        Of one variant.
    threads
        The most to use; None is one for each core that this process may use.
    """

    problem = ""
    overhead = 1e-7

    def __init__(self, kernels: Kernels, threads: int | None = None) -> None:
        self.name = f"native, {kernels.name}"
        self._kernels = kernels
        self.at_once = threads or cores()
        self._own = threading.local()

    def train(self, work: Work, stretch: Stretch, goal: int, stop: Stop) -> None:
        """As `Engine.train`."""
        kernel, network = self._kernel(work.population)
        (members, parameters), real = work.population.flat.shape, work.population.flat.dtype
        records = len(stretch.record_steps)
        kept = [*stretch.kept, None, None][:3]
        epochs = 0 if stretch.orders is None else stretch.orders.shape[1]
        taken = integer()
        call = self._call(
            work,
            network,
            orders=address(stretch.orders, torch.int32, work.orders.distinct, epochs, work.n_train),
            first_epoch=stretch.first_epoch,
            epochs=epochs,
            goal=min(goal, stretch.end),
            records=records,
            record_steps=address(stretch.record_steps, "i8", records),
            values=address(stretch.values, "f8", records, members, MEASURED),
            kept=address(kept[0], real, records, members, parameters),
            kept_first=address(kept[1], real, records, members, parameters),
            kept_second=address(kept[2], real, records, members, parameters),
            stop=address(stop.flag, "i4", 1),
            next=address(taken, "i4", 1),
        )
        _check_numbers(work, stretch, work.x.shape[1])
        count = self._threads_for(int((work.rates["trains"] != 0).sum()))
        work.progress["held"] = 0
        for space in work.held:
            work.progress["held"][space.held] = 1
        spaces = work.held + self._spaces(kernel, network, count - len(work.held))
        try:
            _run(kernel.train, [(byref(call), s.address, s.held.ctypes.data) for s in spaces])
        finally:
            work.held = [space for space in spaces if space.held[0] >= 0]
            self._own.free += [space for space in spaces if space.held[0] < 0]

    def settle(self, work: Work) -> None:
        """As `Engine.settle`."""
        if not work.held:
            return
        kernel, network = self._kernel(work.population)
        call = self._call(work, network)
        for space in work.held:
            kernel.settle(byref(call), space.address, int(space.held[0]))

    def _call(self, work: Work, network: Network, **stretch: int | None) -> TrainingCall:
        """What the kernel is told of a population, and of a stretch of its training."""
        population, n = work.population, work.x.shape[1]
        (members, parameters), real = population.flat.shape, population.flat.dtype
        inputs, outputs = population.shape.sizes[0], population.shape.sizes[-1]
        momenta = [*work.momenta, None, None][:2]
        return TrainingCall(
            network=network,
            optimizer=_OPTIMIZERS.index(work.optimizer),
            decays_biases=work.decays_biases,
            momentum=work.momentum,
            train_points=work.n_train,
            valid_points=n - work.n_train,
            batch_size=work.batch_size,
            x_stride=0 if len(work.x) == 1 else n * inputs,
            y_stride=0 if len(work.y) == 1 else n * outputs,
            x=address(work.x, real, _one_or(members, work.x), n, inputs),
            y=address(work.y, real, _one_or(members, work.y), n, outputs),
            parameters=address(population.flat, real, members, parameters),
            first=address(momenta[0], real, members, parameters),
            second=address(momenta[1], real, members, parameters),
            progress=address(work.progress, PROGRESS, members),
            rates=address(work.rates, RATES, members),
            **stretch,
        )

    def predict(self, population: Networks, x: Tensor) -> Tensor:
        """As `Engine.predict`."""
        kernel, network = self._kernel(population)
        (members, parameters), real = population.flat.shape, population.flat.dtype
        inputs, outputs = population.shape.sizes[0], population.shape.sizes[-1]
        is_shared = x.stride(0) == 0 or len(x) == 1
        x = (x[:1] if is_shared else x).contiguous()
        n = x.shape[1]
        found = torch.empty(members, n, outputs, dtype=real)
        taken = integer()
        call = PredictionCall(
            network=network,
            points=n,
            x_stride=0 if is_shared else n * inputs,
            x=address(x, real, _one_or(members, x), n, inputs),
            parameters=address(population.flat, real, members, parameters),
            outputs=address(found, real, members, n, outputs),
            next=address(taken, "i4", 1),
        )
        is_small = members * n * parameters < _WORTH_A_THREAD
        spaces = self._spaces(kernel, network, 1 if is_small else self._threads_for(members))
        _run(kernel.predict, [(byref(call), space.address) for space in spaces])
        self._own.free += spaces
        return found

    def _kernel(self, population: Networks) -> tuple[Kernel, Network]:
        sizes = population.shape.sizes
        network = Network(
            layers=len(sizes) - 1,
            activation=_ACTIVATIONS.index(population.activation),
            loss=_LOSSES.index(population.loss),
            members=population.shape.members,
        )
        network.sizes[: len(sizes)] = sizes
        return self._kernels.of(population.flat.dtype), network

    def _threads_for(self, members: int) -> int:
        return max(1, min(self.at_once, members))

    def _spaces(self, kernel: Kernel, network: Network, count: int) -> list["_Workspace"]:
        """As many as asked for, those that this thread used before where they are large enough."""
        size = kernel.workspace_bytes(network)
        free: list[_Workspace] = self._own.__dict__.setdefault("free", [])
        found = []
        for _ in range(count):
            space = free.pop() if free else None
            found.append(_Workspace(size) if space is None or len(space.memory) < size else space)
        return found


class _Workspace:
    """Memory for one thread of the kernel, and the member whose newest numbers are in it."""

    def __init__(self, size: int) -> None:
        self.memory = torch.empty(size, dtype=torch.uint8)
        self.address = self.memory.data_ptr()
        self.held = integer(-1)


def _run(function: Callable[..., None], arguments: Sequence[tuple[Any, ...]]) -> None:
    """Call a function with each of these, each on a thread of its own, this one among them.

    Where no more threads can be started, this one does what is left to do.
    """
    helpers: list[threading.Thread] = []
    try:
        for each in arguments[1:]:
            helpers.append(threading.Thread(target=function, args=each))
            try:
                helpers[-1].start()
            except RuntimeError:  # a limit of the system is reached
                helpers.pop()
                break
        for each in (arguments[0], *arguments[1 + len(helpers) :]):
            function(*each)
    finally:
        _wait_for(helpers)


def _wait_for(helpers: Sequence[threading.Thread]) -> None:
    """Until all have ended, whatever interrupts: they write into tensors that must not go yet."""
    interruption: KeyboardInterrupt | None = None
    for helper in helpers:
        while helper.ident is not None and helper.is_alive():
            try:
                helper.join()
            except KeyboardInterrupt as error:
                interruption = error
    if interruption is not None:
        raise interruption


def _check_numbers(work: Work, stretch: Stretch, n: int) -> None:
    """Refuse counts and places by which the kernel would leave its arrays, or divide by 0.

    Raises
    ------
    ValueError
        If one is not within its range.
    """
    trains = work.rates["trains"] != 0
    rates, steps = work.rates[trains], work.steps_per_epoch
    ranges: dict[str, tuple[float, float, float]] = {
        "n_train": (work.n_train, 1, n),
        "batch_size": (work.batch_size, 1, work.n_train),
    }
    if len(rates):
        ranges["dropout"] = (float(rates["dropout"].max()), 0.0, 0.999)
    if stretch.orders is not None and len(rates):
        orders, (distinct, epochs, _) = stretch.orders, stretch.orders.shape
        begun = work.progress["step"][trains]
        first = stretch.first_epoch
        ranges |= {
            "order": (int(rates["order"].max()), 0, distinct - 1),
            "first_epoch": (first, 0, int(begun.min()) // steps),
            "end": (stretch.end, 0, (first + epochs) * steps),
            "orders": (int(orders.max()), 0, work.n_train - 1),
        }
    elif work.batch_size < work.n_train and stretch.end > stretch.first_epoch * steps:
        raise ValueError("orders is not there, for batches of some of the points")
    for name, (value, low, high) in ranges.items():
        if not low <= value <= high:
            raise ValueError(f"{name} is not within {low} … {high}: {value}")


def _one_or(members: int, tensor: Tensor) -> int:
    return 1 if len(tensor) == 1 else members
