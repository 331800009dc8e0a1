"""Compiled loops: Numba with its cache on disk, and without it where the disk may not be written."""

import numba


def compiled(signature=None, **options):
    """A decorator like `numba.njit`, releasing the interpreter lock.

    With a signature the function is compiled where it is defined, so that nothing is compiled while a clock runs.
    The cache beside the source is used when it can be; a read-only installation compiles anew in each process.
    """

    def decorate(function):
        arguments = () if signature is None else (signature,)
        try:
            return numba.njit(*arguments, cache=True, nogil=True, **options)(function)
        except RuntimeError as error:
            if "cache" not in str(error):
                raise
            return numba.njit(*arguments, nogil=True, **options)(function)

    return decorate


def warm() -> None:
    """Compile or load every loop of this package."""
    from mainspring.engines.scheduling import flexible_tabu, plant_build, tabu

    assert all((flexible_tabu.search, plant_build.build, tabu.search))
