"""How a solve says how far it is, and hears that it should stop."""

from collections.abc import Callable

from .errors import Cancelled

Tell = Callable[[str, int], None]
Progress = Callable[[str, int], object]


def teller(progress: Progress | None, cancelled: Callable[[], bool] | None) -> Tell:
    """`tell(phase, number)` passes both on, and raises `Cancelled` where the caller wants no more."""

    def tell(phase: str, number: int) -> None:
        if cancelled is not None and cancelled():
            raise Cancelled
        if progress is not None:
            progress(phase, number)

    return tell
