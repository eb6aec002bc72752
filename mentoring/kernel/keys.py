"""Keys and other whole numbers that come with an address or a form, from whoever typed them."""

MOST_DIGITS = 18


def whole_number(text: str) -> int | None:
    """None where it is not one that the database can hold: it is then a key of nothing, and never cut to another."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else None
