"""Questions a lower layer asks and an upper layer may answer better."""

from collections.abc import Callable
from typing import Any


class PluginPoint:
    """A named question with a default answer. `fill` is called high, calling the point is done low.

    With `many=True` every filled function is called and a list of answers is returned.
    """

    def __init__(self, name: str, default: Callable[..., Any] | None = None, *, many: bool = False):
        self.name, self.default, self.many = name, default, many
        self._filled: list[Callable[..., Any]] = []

    def fill(self, fn: Callable[..., Any]) -> Callable[..., Any]:
        self._filled.append(fn)
        return fn

    def __call__(self, *args, **kwargs) -> Any:
        if self.many:
            return [fn(*args, **kwargs) for fn in self._filled]
        fn = self._filled[-1] if self._filled else self.default
        if fn is None:
            raise LookupError(f"nothing answers {self.name}")
        return fn(*args, **kwargs)
