"""After a restore the backup holds people again who had been erased since."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from programs.privacy import services, tombstones


class Command(BaseCommand):
    help = (
        "Erase once more everybody whom the list of erased people names and a restored backup brought back. Run it after a restore, before "
        "a worker starts. It may run twice."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=settings.TOMBSTONES, help="the list; by default the one of this site")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        if not file.exists():
            self.stdout.write(f"Nobody has been erased here: there is no {file}.")
            return
        try:
            listed = list(tombstones.read(file))
        except ValueError as wrong:
            raise CommandError(f"{file} has a line that names nobody: {wrong}") from None
        erased = sum(services.erase_again(tombstone=tombstone, now=timezone.now()) for tombstone in listed)
        self.stdout.write(f"{len(listed)} people are listed; {erased} were there again, and are erased.")
