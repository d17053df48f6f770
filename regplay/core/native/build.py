"""Compiles the C sources beside this file into one shared library.

The compiler is `ziglang` from PyPI: clang, together with the headers and libraries of every system,
so that no compiler on the machine is needed and each platform's library can be built on any other.

The build hook loads this file by its path, when there is no package yet: it imports nothing of it.

    python regplay/core/native/build.py FOLDER [--target linux-arm64] [--sanitize undefined]
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).resolve().parent
LIBRARY_NAMES = {"linux": "kernel.so", "darwin": "kernel.dylib", "win32": "kernel.dll"}
NOT_BUILT = "not_built.txt"  # stands in its place where an install could not build it: why

_LANGUAGE = ("-std=c11", "-ffp-contract=fast", "-fno-math-errno", "-fvisibility=hidden")
_VARIANTS: dict[str, tuple[str, ...]] = {  # of the processor: what the compiler may rely on
    "avx512": ("-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mavx2", "-mfma"),
    "avx2": ("-mavx2", "-mfma"),
    "sse2": (),
    "neon": (),
}
_X86 = ("avx512", "avx2", "sse2")
_ARM = ("neon",)


class BuildError(Exception):
    """The library can't be built. The message is the compiler's, if it came so far."""


@dataclass(frozen=True)
class Target:
    """A platform that the library is built for."""

    triple: str  # zig's name for it, with the oldest system that has to load the library
    platform_tag: str  # of its wheel
    library: str  # the file's name
    variants: tuple[str, ...]  # of the processor, the fastest first


_LINUX, _MACOS, _WINDOWS = LIBRARY_NAMES.values()
TARGETS = {
    "linux-x86_64": Target("x86_64-linux-gnu.2.17", "manylinux_2_17_x86_64", _LINUX, _X86),
    "linux-arm64": Target("aarch64-linux-gnu.2.17", "manylinux_2_17_aarch64", _LINUX, _ARM),
    "macos-arm64": Target("aarch64-macos.11.0", "macosx_11_0_arm64", _MACOS, _ARM),
    "macos-x86_64": Target("x86_64-macos.11.0", "macosx_11_0_x86_64", _MACOS, _X86),
    "windows-x86_64": Target("x86_64-windows-gnu", "win_amd64", _WINDOWS, _X86),
}


def host_target() -> Target:
    """The platform of this Python.

    Raises
    ------
    BuildError
        if no library is built for it
    """
    system = {"darwin": "macos", "win32": "windows"}.get(sys.platform, sys.platform)
    machine = platform.machine()
    if system == "windows":  # runs Pythons of another processor, and theirs counts
        machine = sysconfig.get_platform().rpartition("-")[2]
    name = f"{system}-{ {'amd64': 'x86_64', 'aarch64': 'arm64'}.get(machine, machine) }"
    if system == "linux" and platform.libc_ver()[0] != "glibc":
        name += " without glibc"
    if sys.maxsize < 2**32:
        name += ", 32 bits"
    if name not in TARGETS:
        raise BuildError(f"there is none for {name}")
    return TARGETS[name]


def version() -> int:
    """A number of 63 bits that stands for the sources; their library bears it."""
    digest = hashlib.sha256()
    for path in sorted([*SOURCES.glob("*.c"), *SOURCES.glob("*.h")], key=lambda path: path.name):
        text = path.read_text(encoding="utf-8")  # whatever the lines end in
        digest.update(f"{path.name}\n{text}\0".encode())
    return int.from_bytes(digest.digest()[:8], "big") >> 1


def build(folder: Path, target: Target | None = None, *, sanitize: str = "") -> Path:
    """Build the library into a folder.

    Parameters
    ----------
    folder
        made where it is missing; a library in it is replaced at once, since programs may run on it
    target
        the platform that it is for; None for this one
    sanitize
        "undefined": what C leaves undefined is printed and aborts (zig). "address": so does memory
        that is used out of bounds or after its end (gcc or clang, whose runtime has to be in
        LD_PRELOAD when Python starts). "": neither

    Returns
    -------
    Path
        of the library

    Raises
    ------
    BuildError
        with the compiler's words
    """
    target = target or host_target()
    compiler = _compiler(target, sanitize)
    flags = [*_LANGUAGE, "-Wall", "-Wextra", f"-DREGPLAY_X86={int(target.variants == _X86)}"]
    if target.library != _WINDOWS:  # where all code can be moved
        flags.append("-fPIC")
    units = [["library.c", f"-DREGPLAY_VERSION={version()}"]]
    for variant in target.variants:
        defines = [f"-DVARIANT={variant}", *_VARIANTS[variant]]
        units.append(["variant.c", "-DREAL=float", "-DREAL_IS_DOUBLE=0", *defines])
        units.append(["variant.c", "-DREAL=double", "-DREAL_IS_DOUBLE=1", *defines])
    try:
        with tempfile.TemporaryDirectory() as work, ThreadPoolExecutor(os.cpu_count()) as pool:
            objects = [str(Path(work, f"{number}.o")) for number in range(len(units))]
            compiling = [
                [*compiler, *flags, *defines, "-c", str(SOURCES / source), "-o", path]
                for (source, *defines), path in zip(units, objects, strict=True)
            ]
            list(pool.map(_run, compiling))
            linked = Path(work, target.library)
            _run([*compiler, "-shared", *objects, "-lm", "-o", str(linked)])
            folder.mkdir(parents=True, exist_ok=True)
            beside = folder / f"{target.library}.new"
            shutil.copyfile(linked, beside)
            return beside.replace(folder / target.library)
    except OSError as error:
        raise BuildError(str(error)) from error


def _compiler(target: Target, sanitize: str) -> list[str]:
    """The command that compiles and links, without what is said of each file."""
    zig = [sys.executable, "-m", "ziglang", "cc", "-target", target.triple]
    if not sanitize:
        return [*zig, "-O3", "-s"]
    checked = ["-O1", "-g", f"-fsanitize={sanitize}"]
    if sanitize == "undefined":  # without a trap, which would say nothing
        return [*zig, *checked, "-fno-sanitize-trap=undefined", "-Werror"]
    if sanitize != "address":
        raise ValueError(f"sanitize: {sanitize!r} is none of 'undefined', 'address' and ''")
    own = shutil.which("gcc") or shutil.which("clang")
    if own is None or target != host_target():
        raise BuildError("addresses are checked by the machine's own gcc or clang, for itself")
    return [own, *checked, "-fno-omit-frame-pointer"]


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace")
    if done.returncode:
        raise BuildError(done.stderr.strip() or f"{command[0]} ended with {done.returncode}")
    sys.stderr.write(done.stderr)  # warnings


if __name__ == "__main__":
    import argparse

    parser = argparse.ArgumentParser(description="Build the native library into a folder.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--target", choices=TARGETS)
    parser.add_argument("--sanitize", choices=["undefined", "address"], default="")
    arguments = parser.parse_args()
    try:
        print(build(arguments.folder, TARGETS.get(arguments.target), sanitize=arguments.sanitize))
    except BuildError as failed:
        sys.exit(str(failed))
