"""Looking for garbage: what the program itself is made of stays, so it is not looked through again and again."""

import gc

YOUNG, MIDDLE, OLD = 50_000, 20, 50
"""So many new objects before the youngest are looked through; a page makes a few ten thousand."""


def settle() -> None:
    """Call once the program is loaded: what is there now is left out from then on."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
