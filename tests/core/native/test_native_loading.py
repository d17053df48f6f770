"""The library that is not there, broken, of elsewhere or out of date; and what trains then."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from engines import VARIANTS, kernels, native_engine, use
from trainings import run

from regplay.core import native
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.native import binding, build
from regplay.core.native_engine import NativeEngine
from regplay.core.population import engine_for
from regplay.core.torch_engine import TorchEngine
from regplay.core.training import Training

pytestmark = pytest.mark.usefixtures("one_thread")

LIBRARY = Path(
    os.environ.get("REGPLAY_NATIVE_LIBRARY")
    or Path(native.__file__).with_name(build.LIBRARY_NAMES[sys.platform])
)
CPU = torch.device("cpu")
# Where an executable says which processor it is for (its magic, the place, the number of another):
# ELF, Mach-O and PE, whose header begins where the number at 60 says.
MACHINES = {
    b"\x7fELF": (18, 2, {62: 183, 183: 62}),
    b"\xcf\xfa\xed\xfe": (4, 4, {0x01000007: 0x0100000C, 0x0100000C: 0x01000007}),
    b"MZ": (None, 2, {0x8664: 0xAA64, 0xAA64: 0x8664}),
}


def of_another_processor(library: bytes) -> bytes:
    [(place, size, others)] = [
        rest for magic, rest in MACHINES.items() if library.startswith(magic)
    ]
    if place is None:
        place = int.from_bytes(library[60:64], "little") + 4
    own = int.from_bytes(library[place : place + size], "little")
    return library[:place] + others[own].to_bytes(size, "little") + library[place + size :]


def shares(*parts):
    return {
        f"cut to {part:.1%}": lambda whole, part=part: whole[: int(len(whole) * part)]
        for part in parts
    }


BROKEN = {
    **shares(0.0, 0.0001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999),
    "cut to a byte": lambda whole: whole[:1],
    "cut within its header": lambda whole: whole[:63],
    "cut by a byte": lambda whole: whole[:-1],
    "of another processor": of_another_processor,
    "of Linux, or of nothing": lambda whole: b"\x7fELF" + bytes(5000),
    "of macOS, or of nothing": lambda whole: b"\xcf\xfa\xed\xfe" + bytes(5000),
    "of Windows, or of nothing": lambda whole: b"MZ" + bytes(5000),
    "a text": lambda whole: b"#!/bin/sh\n" * 500,
    "zeros": lambda whole: bytes(len(whole)),
}
# In a process of its own, which a broken library may end.
_LOAD = """
import sys
from pathlib import Path
from regplay.core import native
for path in sys.argv[1:]:
    print(path, flush=True)
    found = native.load(Path(path))
    assert isinstance(found, native.Missing), found
    print(found.reason, flush=True)
"""


def in_a_process(code, *arguments, **variables):
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_broken_library_is_told_and_ends_no_process(tmp_path):
    whole = LIBRARY.read_bytes()
    names = {}
    for number, (name, broken) in enumerate(BROKEN.items()):
        path = tmp_path / str(number) / LIBRARY.name
        path.parent.mkdir()
        path.write_bytes(broken(whole))
        names[str(path)] = name
    done = in_a_process(_LOAD, *names)
    lines = done.stdout.splitlines()
    assert done.returncode == 0, (names.get(lines[-1], lines[-1]), done.stderr)
    for path, reason in zip(lines[::2], lines[1::2], strict=True):
        assert reason.startswith(f"{LIBRARY.name} "), (names[path], reason)
        assert "\n" not in reason
        assert len(reason) < 300


def test_a_library_that_may_not_be_read_is_told(monkeypatch, tmp_path):
    library = tmp_path / LIBRARY.name
    library.write_bytes(LIBRARY.read_bytes())

    def refuse(path, mode="r"):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    found = native.load(library)
    assert isinstance(found, native.Missing)
    assert "Permission denied" in found.reason


def test_there_may_be_none(tmp_path):
    found = native.load(tmp_path / "kernel.so")
    assert found == native.Missing(
        "there is no kernel.so; it was not built when regplay was installed"
    )
    assert isinstance(native.load(tmp_path), native.Missing)  # a folder


def test_a_whole_copy_is_as_good(tmp_path):
    copy = tmp_path / LIBRARY.name
    copy.write_bytes(LIBRARY.read_bytes())
    found = native.load(copy)
    assert isinstance(found, native.Kernels)
    assert found.variants == kernels().variants


def test_a_library_of_other_sources_is_not_used(monkeypatch):
    assert isinstance(native.load(LIBRARY), native.Kernels)
    version = build.version()
    for other in (version + 1, version - 1, 0):
        monkeypatch.setattr(build, "version", lambda other=other: other)
        found = native.load(LIBRARY)
        assert isinstance(found, native.Missing)
        assert "other sources" in found.reason


def test_each_change_of_the_sources_is_another_version(monkeypatch, tmp_path):
    for path in [*build.SOURCES.glob("*.c"), *build.SOURCES.glob("*.h")]:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    before = build.version()
    monkeypatch.setattr(build, "SOURCES", tmp_path)
    assert build.version() == before
    (tmp_path / "kernel.h").write_text((tmp_path / "kernel.h").read_text() + "\n")
    assert build.version() != before


@pytest.mark.parametrize("system", ["freebsd14", "cygwin", "emscripten"])
def test_on_a_system_without_a_library_there_is_none(monkeypatch, system):
    monkeypatch.delenv("REGPLAY_NATIVE_LIBRARY", raising=False)
    monkeypatch.setattr(binding.sys, "platform", system)
    found = native.load()
    assert isinstance(found, native.Missing)
    assert found.reason.startswith("there is no ")


# Variants


@pytest.mark.parametrize("variant", VARIANTS)
def test_each_variant_that_the_processor_has_can_be_chosen(monkeypatch, variant):
    chosen = kernels(variant)
    assert chosen.variant == variant
    assert chosen.variants == VARIANTS
    monkeypatch.setenv("REGPLAY_NATIVE_VARIANT", variant)
    assert kernels().variant == variant
    assert kernels().name in NativeEngine(kernels()).name


def test_the_first_is_taken_and_the_last_needs_nothing_special(monkeypatch):
    monkeypatch.delenv("REGPLAY_NATIVE_VARIANT", raising=False)
    assert kernels().variant == VARIANTS[0]
    assert VARIANTS[-1] in ("sse2", "neon")


@pytest.mark.parametrize("variant", ["altivec", "none", "AVX2", "sse2 "])
def test_what_the_processor_cannot_run_is_told(monkeypatch, variant):
    rest = f" is {variant!r}, but this processor runs {', '.join(VARIANTS)}"
    assert native.load(variant=variant) == native.Missing(f"the variant{rest}")
    monkeypatch.setenv("REGPLAY_NATIVE_VARIANT", variant)
    assert native.load() == native.Missing(f"REGPLAY_NATIVE_VARIANT{rest}")
    assert isinstance(native.load(variant=VARIANTS[-1]), native.Kernels)  # what is asked for counts


# What trains then


BUSY = {
    "epochs": 40,
    "data.n_train": 20,
    "optimizer.batch_size": 6,
    "regularization.dropout": 0.3,
    "regularization.input_noise": 0.1,
}


def histories():
    experiments = [replace(Experiment(), BUSY | {"seed": seed}) for seed in (0, 1)]
    training = Training(experiments, device="cpu", dtype=torch.float64)
    return training.population.engine.name, np.array(
        [snapshot.values for snapshot in run(training)]
    )


def test_training_goes_on_by_torch_with_the_same_result(monkeypatch, tmp_path):
    use(monkeypatch, native_engine())
    name, expected = histories()
    assert name.startswith("native")
    broken = tmp_path / "kernel.so"
    for make in (lambda: None, lambda: broken.write_bytes(b"nonsense")):
        make()
        monkeypatch.setenv("REGPLAY_NATIVE_LIBRARY", str(broken))
        chosen = engine_for.__wrapped__(CPU)
        assert isinstance(chosen, TorchEngine)
        use(monkeypatch, chosen)
        name, found = histories()
        assert "kernel.so" in name
        assert "PyTorch" in name
        np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_the_environment_chooses_the_library_and_the_variant(monkeypatch):
    losses, names = [], {}
    for library, variant in (
        (str(LIBRARY), VARIANTS[0]),
        (str(LIBRARY), VARIANTS[-1]),
        ("none", VARIANTS[0]),
        (str(LIBRARY), "altivec"),
    ):
        monkeypatch.setenv("REGPLAY_NATIVE_LIBRARY", library)
        monkeypatch.setenv("REGPLAY_NATIVE_VARIANT", variant)
        use(monkeypatch, engine_for.__wrapped__(CPU))
        names[library, variant], values = histories()
        losses.append(values[-1, :2])
    best, plain, none, unable = names.values()
    monkeypatch.setenv("REGPLAY_NATIVE_LIBRARY", str(LIBRARY))
    assert best == native_engine(variant=VARIANTS[0]).name
    assert plain == native_engine(variant=VARIANTS[-1]).name
    assert none == "PyTorch, without the native library: REGPLAY_NATIVE_LIBRARY says so"
    assert "PyTorch" in unable
    assert "altivec" in unable
    for found in losses:
        np.testing.assert_allclose(found, losses[0], rtol=1e-6)


def test_a_gpu_is_for_torch():
    """Whatever the library is."""
    for name in ("cuda", "mps"):
        chosen = engine_for.__wrapped__(torch.device(name))
        assert isinstance(chosen, TorchEngine)
        assert name in chosen.name
