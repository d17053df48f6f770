"""Storyboards of a network that trains in no time, at a few frames a second."""

import pytest

from regplay.session.storyboard import loads_storyboard

HEAD = """
title = "A small film"
fps = 10
sizes = ["640x480"]
experiment = {{ epochs = {epochs}, model.width = 8, data.n_valid = 20 }}
"""


@pytest.fixture(scope="session")
def film():
    """Makes a storyboard of these steps, in TOML."""

    def make(*steps: str, epochs: int = 20):
        tables = "".join(f"[[steps]]\n{step}\n" for step in steps)
        return loads_storyboard(HEAD.format(epochs=epochs) + tables)

    return make
