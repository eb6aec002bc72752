"""`manage.py demo`: an invented program to look at, and to check against."""

import gc
import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from mentoring.demo import build, copies, report, stories
from programs.memberships.models import Program


class Command(BaseCommand):
    help = "Load two invented programs, once. The same seed on the same day gives the same story."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--pairs", type=int, default=build.PAIRS_TOLD, help="how many pairs; above the told ones the rest are copies")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--weeks", type=int, default=stories.WEEKS, help=f"how long it has been going on, {build.FEWEST_WEEKS} at least"
        )
        parser.add_argument("--json", action="store_true", help="print who may sign in, and where to look, as JSON")

    def handle(self, *args: Any, pairs: int, seed: int, weeks: int, **options: Any) -> None:
        if not (settings.DEBUG or settings.EVENHAND_PROBE):
            raise CommandError("The demo is for a place to try things out: it needs DEBUG, or EVENHAND_PROBE=1.")
        now = timezone.now()
        # Half a year makes very many objects: Python need not look through all that are there again and again.
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
        if not Program.objects.filter(slug=build.NORTHSIDE).exists():
            with transaction.atomic(), build.without_savepoints():
                told_pairs = max(build.PAIRS_TOLD, min(pairs, build.MOST_PAIRS_TOLD))
                build.Teller(seed=seed, pairs=told_pairs, weeks=max(weeks, build.FEWEST_WEEKS), now=now).tell()
        copies.make_up_to(pairs, program=Program.objects.get(slug=build.NORTHSIDE), now=now)
        told = report.of_the_demo(now=now)
        if options["json"]:
            self.stdout.write(json.dumps(told, indent=2))
            return
        self.stdout.write(f"The demo is there: {told['pairs']} pairs. The password of everybody is {told['password']}")
        for account in told["accounts"]:
            self.stdout.write(f"  {account['role']:<18} {account['email']}")
        self.stdout.write(f"Sign in at {settings.BASE_URL}{reverse('account_login')}")
