"""The build hook: an install builds the native library, and a wheel holds its platform's.

Where it can't be built the install goes on without it and says so. pip shows that with `-v` alone:
the reason is installed too, for the program to tell. With `REGPLAY_TARGET`, a name of
`build.TARGETS`, a wheel is built for that platform, or not at all.
"""

import os
import runpy
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_HERE = Path(__file__).resolve().parent


class NativeLibraryHook(BuildHookInterface[BuilderConfig]):
    """Builds the library, into the source tree where the install is editable."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build before hatchling gathers files."""
        # By its path, for its package is not installed yet.
        build = SimpleNamespace(**runpy.run_path(str(_HERE / "build.py")))
        wanted = os.environ.get("REGPLAY_TARGET")
        if wanted and wanted not in build.TARGETS:
            raise ValueError(f"REGPLAY_TARGET: {wanted!r} is none of {', '.join(build.TARGETS)}")
        self._folder = tempfile.TemporaryDirectory()
        folder = _HERE if version == "editable" else Path(self._folder.name)
        reason = folder / build.NOT_BUILT
        reason.unlink(missing_ok=True)
        try:
            target = build.TARGETS[wanted] if wanted else build.host_target()
            made = build.build(folder, target)
            if version != "editable":
                build_data["pure_python"] = False
                build_data["tag"] = f"py3-none-{target.platform_tag}"
        except build.BuildError as error:
            if wanted:
                raise
            print(f"The native library of regplay can't be built: {error}", file=sys.stderr)
            print("regplay is installed without it, and trains more slowly.", file=sys.stderr)
            reason.write_text(f"{error}\n", encoding="utf-8")
            made = reason
        if version != "editable":
            place = _HERE.relative_to(Path(self.root).resolve()) / made.name
            build_data["force_include"][str(made)] = place.as_posix()

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Delete what is in the wheel by now."""
        self._folder.cleanup()
