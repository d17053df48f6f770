"""What the application does besides its window."""

import gc

from regplay.gui.application.app import collect_from_now_on


def test_garbage_is_collected_again_but_never_among_what_is_there():
    gc.disable()
    before = gc.get_freeze_count()
    kept = [[] for _ in range(2000)]  # what lives and dies elsewhere meanwhile is far less
    try:
        collect_from_now_on()
        assert gc.isenabled()
        frozen = gc.get_freeze_count()
        assert frozen > before + 1000
        kept.append([[] for _ in range(2000)])
        collect_from_now_on()  # after a failure that comes later
        assert gc.get_freeze_count() < frozen + 1000
    finally:
        gc.unfreeze()
        gc.enable()
        gc.collect()
        gc.freeze()  # as it is for all tests
