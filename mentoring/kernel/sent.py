"""Of all that a form sends, what somebody took time to write."""

from django.http import QueryDict

# What a form takes with it: its key and ours, and what stood there before somebody wrote.
TAKEN_WITH_IT = {"csrfmiddlewaretoken", "once", "credential", "back", "next", "before", "knows", "asked", "read", "digest"}
STOOD_THERE = ("was_", "seen")


def written_in(posted: QueryDict) -> list[str]:
    """Words, in the order in which they were sent: never a password or a code, nor what is chosen from a list of ours.

    Several words, or one in a script that writes them together.
    """
    return [value for name, values in posted.lists() if _is_for_words(name) for value in values if _are_words(value)]


def _is_for_words(name: str) -> bool:
    name = name.rpartition("-")[2]
    return name not in TAKEN_WITH_IT and not name.startswith(STOOD_THERE) and "password" not in name and "code" not in name


def _are_words(value: str) -> bool:
    return any(map(str.isalpha, value)) and (len(value.split()) > 1 or not value.isascii())
