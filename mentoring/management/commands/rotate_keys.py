"""Writes every encrypted text anew with the newest key."""

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mentoring.kernel.encryption import keys, services


class Command(BaseCommand):
    help = (
        "Encrypt all that is encrypted with the newest key of FIELD_KEYS. Put the new key first and keep the old ones behind it, "
        "restart every process, run this; an old key can be removed when nothing is left of it. It may be stopped and run again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        rewritten: Counter[str] = Counter()
        unreadable: Counter[str] = Counter()
        for portion in services.rotate():
            rewritten[str(portion.column)] += portion.rewritten
            unreadable[str(portion.column)] += portion.unreadable
            self.stdout.write(f"{portion.column}: {rewritten[str(portion.column)]} written anew")
            self.stdout.flush()
        for key_id, texts in services.rows_by_key().items():
            self.stdout.write(f"key {key_id}: {self._what_is_left(key_id, texts)}")
        if lost := +unreadable:
            listed = ", ".join(f"{column}: {texts}" for column, texts in lost.items())
            raise CommandError(f"Some texts cannot be read with any key of FIELD_KEYS, and stay as they are ({listed}).")

    def _what_is_left(self, key_id: str, texts: int) -> str:
        if key_id == keys.newest_key_id():
            return f"{texts} texts, the newest"
        if key_id not in keys.known_key_ids():
            return f"{texts} texts, but it is not among FIELD_KEYS"
        return f"{texts} texts left" if texts else "nothing left: it can be removed from FIELD_KEYS"
