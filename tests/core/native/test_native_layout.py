"""What Python mirrors of kernel.h by hand, held against what a C compiler makes of it."""

import subprocess
import sys

import numpy as np
import pytest

from regplay.core.engine import MEANS, MEASURED, PROGRESS, RATES
from regplay.core.native import binding, build
from regplay.core.native_engine import _ACTIVATIONS, _LOSSES, _OPTIMIZERS

STRUCTS = {
    "network": binding.Network,
    "training": binding.TrainingCall,
    "prediction": binding.PredictionCall,
    "kernel": binding._KernelTable,
    "progress": PROGRESS,
    "rates": RATES,
}
CONSTANTS = {
    **{name.upper(): index for index, name in enumerate(_ACTIVATIONS)},
    **{name.upper(): index for index, name in enumerate(_OPTIMIZERS)},
    "SQUARED_ERROR": _LOSSES.index("mse"),
    "CROSS_ENTROPY": _LOSSES.index("cross_entropy"),
    "MOST_LAYERS": binding.MOST_LAYERS,
    "MEANS": MEANS,
    "MEASURED": MEASURED,
}


def members_of(struct):
    """(name, offset, bytes, whether it is made of parts) of each, and the bytes of all."""
    if isinstance(struct, np.dtype):
        fields = [(name, *struct.fields[name][:2]) for name in struct.names]
        return [(n, at, kind.itemsize, bool(kind.shape)) for n, kind, at in fields], struct.itemsize
    fields = [(name, getattr(struct, name), kind) for name, kind in struct._fields_]
    found = [
        (name, place.offset, place.size, hasattr(kind, "_fields_") or hasattr(kind, "_length_"))
        for name, place, kind in fields
    ]
    return found, binding.ctypes.sizeof(struct)


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """What a C program says: a line for each constant and each member."""
    lines = [f'say("{name}", {name}, 0);' for name in CONSTANTS]
    everything = []
    for struct, mirror in STRUCTS.items():
        members, _ = members_of(mirror)
        lines.append(f'say("{struct}", 0, sizeof(struct {struct}));')
        lines += [
            f'say("{struct}.{name}", offsetof(struct {struct}, {name}), '
            f"sizeof(((struct {struct} *)0)->{name}));"
            for name, *_ in members
        ]
        # A member more or less than Python knows of is a warning, and so an error.
        values = ", ".join("{0}" if has_parts else "0" for *_, has_parts in members)
        everything.append(f"struct {struct} a_{struct} = {{{values}}};")
    folder = tmp_path_factory.mktemp("layout")
    source, program = folder / "layout.c", folder / "layout.exe"
    source.write_text(
        "#include <stddef.h>\n#include <stdio.h>\n"
        + f'#include "{(build.SOURCES / "kernel.h").as_posix()}"\n'
        + "\n".join(everything)
        + "\nstatic void say(const char *name, size_t at, size_t bytes) {"
        + '\n  printf("%s %zu %zu\\n", name, at, bytes);\n}\n'
        + "int main(void) {\n"
        + "\n".join(lines)
        + "\nreturn 0;\n}\n",
        encoding="utf-8",
    )
    compiler = [sys.executable, "-m", "ziglang", "cc", "-std=c11", "-Wextra", "-Werror"]
    done = subprocess.run(
        [*compiler, str(source), "-o", str(program)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    text = subprocess.run([str(program)], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in text.splitlines()]
    return {name: (int(at), int(size)) for name, at, size in rows}


def test_constants_are_those_of_the_header(printed):
    assert {name: printed[name][0] for name in CONSTANTS} == CONSTANTS


@pytest.mark.parametrize("struct", STRUCTS)
def test_structs_have_the_members_and_the_layout_that_c_gives_them(printed, struct):
    members, size = members_of(STRUCTS[struct])
    assert printed[struct] == (0, size)
    for name, *place, _ in members:
        assert [*printed[f"{struct}.{name}"]] == place, name
