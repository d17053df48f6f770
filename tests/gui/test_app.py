"""What the application does besides its window."""

import gc

from regplay.gui.app import collect_from_now_on


def test_garbage_is_collected_again_but_never_among_what_is_there():
    before = gc.get_freeze_count()
    gc.disable()
    try:
        collect_from_now_on()
        assert gc.isenabled()
        frozen = gc.get_freeze_count()
        assert frozen > before
        collect_from_now_on()  # after a failure that comes later
        assert gc.get_freeze_count() == frozen
    finally:
        gc.unfreeze()
        gc.enable()
        gc.collect()
        gc.freeze()  # as it is for all tests
