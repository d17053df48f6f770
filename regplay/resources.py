"""Where the files that ship with the program lie, in a wheel as in a checkout."""

from pathlib import Path

from regplay.core import UserError

_PACKAGE = Path(__file__).resolve().parent


def resource(*parts: str) -> Path:
    """Path of a shipped file or folder, such as `resource("datasets", "digits.csv")`.

    A wheel holds the files in `regplay/_resources`, a checkout in `resources/` beside the package.

    Raises
    ------
    UserError
        If there is no such file: the installation is damaged.
    """
    installed = _PACKAGE / "_resources"
    root = installed if installed.is_dir() else _PACKAGE.parent / "resources"
    path = root.joinpath(*parts)
    if not path.exists():
        raise UserError(f"{path} is missing: install regplay again")
    return path
