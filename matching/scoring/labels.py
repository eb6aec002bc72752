"""Answers that are the same although they are spelled differently. Knows no Django."""

import unicodedata


def plain(label: str) -> str:
    """However somebody spelled it: "arabic " is Arabic."""
    return " ".join(unicodedata.normalize("NFKC", label).split()).casefold()
