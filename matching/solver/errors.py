"""What can be wrong with a problem, said so that a coordinator understands it."""


class MatchError(ValueError):
    """The input contradicts itself or is not what it should be. Raised while a problem is made, before any work starts.

    `code` is one of the words of the specification ("lock_twice", "capacity", ...), `where` the criterion key, the person's index or the
    pair (i, j) that it is about, None where it is about the whole.
    """

    def __init__(self, code: str, sentence: str, where: object = None) -> None:
        super().__init__(sentence)
        self.code = code
        self.where = where


class Cancelled(Exception):
    """The caller's `cancelled` said yes. Nothing is left behind."""
