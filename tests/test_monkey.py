"""A list of actions that fails is shortened to what the failure needs."""

import pytest
from monkey.shrinking import shortened


@pytest.mark.parametrize("needed", [{3}, {0, 99}, {17, 18, 60}, set(range(5))])
def test_what_a_failure_needs_is_left(needed):
    tried = []

    def fails(items: list[int]) -> bool:
        tried.append(items)
        return needed.issubset(items)

    assert shortened(range(100), fails) == sorted(needed)
    assert len(tried) < 150  # leaving out one at a time would take thousands
