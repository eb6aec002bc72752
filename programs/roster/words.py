"""How words in a cell are compared: by what they say, not how they are typed."""

import re
import unicodedata
from collections.abc import Container
from functools import lru_cache


def key_of(text: str) -> str:
    """The same for "Mentor", "mentor " and "MENTOR"."""
    return _key_of_few_words(text) if len(text) <= FEW_WORDS else _key_of(text)


def _key_of(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


# The same few answers come again on every row of a sheet.
FEW_WORDS = 80
_key_of_few_words = lru_cache(maxsize=5_000)(_key_of)


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", key_of(text))


def pieces_of(cell: str, known: Container[str]) -> list[str]:
    """The several values of one cell: between commas, semicolons, bars, line ends, or slashes where these are not part of a choice.

    `known` holds the keys of the choices.
    """
    if key_of(cell) in known:
        return [cell.strip()]
    found: list[str] = []
    rough = [piece.strip() for piece in re.split(r"[,;|\n]", cell) if piece.strip()]
    at = 0
    while at < len(rough):
        # A choice may hold a comma itself: the longest that is one counts.
        for end in range(min(len(rough), at + 4), at, -1):
            joined = ", ".join(rough[at:end])
            if key_of(joined) in known:
                found.append(joined)
                at = end
                break
        else:
            found += [piece.strip() for piece in rough[at].split("/") if piece.strip()]
            at += 1
    return list(dict.fromkeys(found))
