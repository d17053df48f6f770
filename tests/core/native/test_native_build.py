"""How the native library is built, and what an install does where it can't be."""

import ctypes
import os
import runpy
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from regplay.core import native
from regplay.core.native import build

PROJECT = build.SOURCES.parents[2]


@pytest.fixture
def project(tmp_path):
    """A copy of what an install builds from, to be changed."""
    root = tmp_path / "project"
    copy = root / build.SOURCES.relative_to(PROJECT)
    copy.mkdir(parents=True)
    for path in [*build.SOURCES.glob("*.[ch]"), *build.SOURCES.glob("*.py")]:
        shutil.copy(path, copy)
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(PROJECT / name, root)
    (root / "resources").mkdir()
    return SimpleNamespace(root=root, sources=copy)


def of(sources: Path) -> SimpleNamespace:
    """The build module of other sources, loaded as the hook loads it."""
    return SimpleNamespace(**runpy.run_path(str(sources / "build.py")))


def break_sources(sources: Path) -> None:
    for path in sources.glob("*.c"):
        path.write_text("int mistaken = ;\n", encoding="utf-8")


def loaded(path: Path) -> ctypes.CDLL:
    library = ctypes.CDLL(str(path))
    library.regplay_version.restype = ctypes.c_int64
    return library


def test_the_library_can_be_loaded_and_bears_the_version_of_its_sources(tmp_path):
    library = loaded(build.build(tmp_path / "new" / "folder"))
    assert library.regplay_version() == build.version() > 0


def test_a_library_that_a_program_may_run_on_is_replaced_and_never_written_into(project, tmp_path):
    (project.sources / "variant.c").write_text("")
    (project.sources / "library.c").write_text(
        "#include <stdint.h>\n"
        '__attribute__((visibility("default")))\n'
        "int64_t regplay_version(void) { return REGPLAY_VERSION; }\n"
    )
    module, folder = of(project.sources), tmp_path / "folder"
    path = module.build(folder)
    library, before = loaded(path), path.stat()
    assert module.build(folder) == path
    assert [file.name for file in folder.iterdir()] == [module.host_target().library]
    assert not os.path.samestat(path.stat(), before)
    assert library.regplay_version() == module.version()


def test_a_mistake_is_told_in_the_compilers_words(project, tmp_path):
    break_sources(project.sources)
    module = of(project.sources)
    with pytest.raises(module.BuildError, match=r"(?s)library\.c:1:16: error: expected expression"):
        module.build(tmp_path / "folder")
    assert not (tmp_path / "folder").exists()


def test_without_a_compiler_it_is_said_that_it_is_missing(monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "ziglang.py").write_text("raise ImportError('no such compiler')")
    with pytest.raises(build.BuildError, match="no such compiler"):
        build.build(tmp_path / "folder")


def test_the_version_is_that_of_the_sources_whatever_their_lines_end_in(project):
    assert of(project.sources).version() == build.version()
    header = project.sources / "kernel.h"
    text = header.read_bytes()
    header.write_bytes(text.replace(b"\n", b"\r\n"))
    assert of(project.sources).version() == build.version()
    header.write_bytes(text + b" ")
    assert of(project.sources).version() != build.version()
    header.write_bytes(text)
    (project.sources / "new.h").touch()
    assert of(project.sources).version() != build.version()


@pytest.mark.parametrize(("name", "target"), build.TARGETS.items())
def test_a_target_is_of_one_system_and_one_processor(name, target):
    system, machine = name.split("-")
    tag, suffix = {
        "linux": ("manylinux_", ".so"),
        "macos": ("macosx_", ".dylib"),
        "windows": ("win_", ".dll"),
    }[system]
    assert target.platform_tag.startswith(tag)
    assert target.library == "kernel" + suffix
    assert system in target.triple
    assert target.triple.startswith("aarch64-" if machine == "arm64" else "x86_64-")
    assert target.platform_tag.endswith(("aarch64", "arm64") if machine == "arm64" else "64")
    assert ("neon" in target.variants) == (machine == "arm64")
    assert ("sse2" in target.variants) == (machine == "x86_64")


def test_the_targets_are_the_five_that_wheels_are_built_for():
    systems = {"linux-x86_64", "linux-arm64", "macos-arm64", "macos-x86_64", "windows-x86_64"}
    assert set(build.TARGETS) == systems
    assert build.host_target() in build.TARGETS.values()


@pytest.mark.parametrize(
    ("machine", "libc", "missing"),
    [("riscv64", "glibc", "linux-riscv64"), ("x86_64", "", "linux-x86_64 without glibc")],
)
def test_another_platform_is_refused_by_its_name(monkeypatch, tmp_path, machine, libc, missing):
    monkeypatch.setattr(build.sys, "platform", "linux")
    monkeypatch.setattr(build.platform, "machine", lambda: machine)
    monkeypatch.setattr(build.platform, "libc_ver", lambda: (libc, ""))
    with pytest.raises(build.BuildError, match=missing):
        build.build(tmp_path)


def test_an_unknown_sanitizer_is_refused(tmp_path):
    with pytest.raises(ValueError, match="'thread' is none of"):
        build.build(tmp_path, sanitize="thread")


def wheel(project, folder, **environment):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    environment = {"REGPLAY_TARGET": "", **environment}
    return subprocess.run(
        command, cwd=project.root, env=os.environ | environment, capture_output=True, text=True
    )


def test_an_install_that_cannot_build_the_library_goes_on_and_says_so(project, tmp_path):
    break_sources(project.sources)
    done = wheel(project, tmp_path / "dist")
    assert done.returncode == 0, done.stderr
    assert "can't be built" in done.stderr
    assert "expected expression" in done.stderr
    assert "installed without it" in done.stderr
    (built,) = (tmp_path / "dist").iterdir()
    assert built.name.endswith("-py3-none-any.whl")
    # pip shows nothing of that: the program tells it.
    with zipfile.ZipFile(built) as archive:
        archive.extractall(tmp_path)
    missing = native.load(tmp_path / "regplay" / "core" / "native" / "kernel.so")
    assert isinstance(missing, native.Missing)
    begin, _, end = missing.reason.partition(": ")
    assert begin == "there is no kernel.so; it could not be built when regplay was installed"
    assert end.endswith("library.c:1:16: error: expected expression")


@pytest.mark.parametrize("name", ["linux-arm64", "beos-x86_64"])
def test_a_wheel_that_is_asked_for_a_platform_is_built_for_it_or_not_at_all(
    project, tmp_path, name
):
    break_sources(project.sources)
    done = wheel(project, tmp_path / "dist", REGPLAY_TARGET=name)
    assert done.returncode != 0
    assert ("expected expression" if name in build.TARGETS else "is none of") in done.stderr
    assert not list((tmp_path / "dist").glob("*.whl"))
