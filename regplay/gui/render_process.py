"""A process that renders one storyboard: `python -m … STORYBOARD FILE`, ended by the end of stdin.

It writes a line with the second of the film after each frame. A window that is open could not wait
for all of its training, nor have two themes.
"""

import os
import sys
import threading
from pathlib import Path

from regplay.core import UserError
from regplay.gui.render import offscreen, render
from regplay.session.storyboard import load_storyboard


def main(storyboard: Path, target: Path) -> int:
    """Render; returns the exit code, 1 where there is no film."""
    is_stopped = threading.Event()

    def wait() -> None:
        os.read(0, 1)  # `sys.stdin` would be locked when Python ends
        is_stopped.set()

    threading.Thread(target=wait, daemon=True).start()

    def tell(second: float) -> bool:
        print(f"{second:.3f}", flush=True)
        return not is_stopped.is_set()

    try:
        film = load_storyboard(storyboard)
        with offscreen():
            return 0 if render(film, film.sizes[0], [target], progress=tell) else 1
    except UserError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
