"""Names of people, as they write them themselves."""

from itertools import dropwhile

# What stands before a name in many a list of people, in small letters.
TITLES = frozenset("dr dra frau herr miss mme mr mrs ms mx pan pani prof professor rev sig sir sr sra srta".split())


def without_titles(name: str) -> list[str]:
    """`Dr. Rodrigo da Paz` -> its words from `Rodrigo` on."""
    return list(dropwhile(lambda word: word.rstrip(".").casefold() in TITLES, name.split()))
