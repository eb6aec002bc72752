"""The one expected error: a rule says no."""

from django.utils.functional import Promise


class Refused(Exception):
    """A rule says no. Carries a whole sentence, translatable, for the person who asked."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def __str__(self) -> str:
        return str(self.sentence)
