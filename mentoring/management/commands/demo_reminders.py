"""`manage.py demo_reminders N`: mail to send, for whoever measures how fast and how safely it goes."""

import uuid
from argparse import ArgumentParser
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from checkins.plans import services as plans
from checkins.reminders.services import plan_due
from matching.pairings.models import Pairing
from mentoring.kernel.outbox.models import OutboxMessage
from mentoring.kernel.wishes.models import MailTimes
from programs.memberships.models import Membership, Program
from programs.people.models import User
from programs.setup.services import create_program
from programs.setup.templates import TEMPLATES

SLUG = "reminders-to-measure"
BEGAN = timedelta(weeks=2)
# Too short for a second message about the same.
OPEN_DAYS = 2
# No password fits it.
UNUSABLE = "!"
ROWS_A_STATEMENT = 1000


class Command(BaseCommand):
    help = "Queue N reminders that are due now, to N different people who are made for it. Prints N."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", type=int, help="how many")

    def handle(self, *args: Any, number: int, **options: Any) -> None:
        if not (settings.DEBUG or settings.EVENHAND_PROBE):
            raise CommandError("Invented reminders are for a place to try things out: this needs DEBUG, or EVENHAND_PROBE=1.")
        if number < 1:
            raise CommandError("Ask for one reminder or more.")
        now = timezone.now()
        with transaction.atomic():
            people = self._pairs_that_are_due(number, now)
        plan_due(now)
        queued = OutboxMessage.objects.filter(recipient__in=people, due_at__lte=now).count()
        if queued != number:
            raise CommandError(f"{queued} reminders were queued, not {number}.")
        self.stdout.write(str(queued))

    def _pairs_that_are_due(self, number: int, now: datetime) -> list[User]:
        """Pairs whose first check-in opened within this minute. Of an odd number, the last one's other half has left."""
        program = Program.objects.filter(slug=SLUG).first() or self._program(now)
        runs_it = Membership.objects.staff().get(program=program)
        rhythm = program.check_in_plan
        at_time = now.time().replace(second=0, microsecond=0)
        plans.change(plan=rhythm, by=runs_it, rule=rhythm.rule, at_time=at_time, open_days=OPEN_DAYS, now=now)
        mark = uuid.uuid4().hex[:8]
        users = User.objects.bulk_create(
            (
                User(email=f"{mark}-{place}@example.org", name=f"Somebody {mark} {place}", password=UNUSABLE)
                for place in range(number + number % 2)
            ),
            batch_size=ROWS_A_STATEMENT,
        )
        # Whoever measures does so at any hour.
        MailTimes.objects.bulk_create(
            (MailTimes(recipient=user, quiet_from=time.min, quiet_until=time.min) for user in users), batch_size=ROWS_A_STATEMENT
        )
        people = Membership.objects.bulk_create(
            (
                Membership(
                    program=program,
                    user=user,
                    is_participant=True,
                    joined_at=now - BEGAN,
                    ready_at=now - BEGAN,
                    left_at=now if place >= number else None,
                )
                for place, user in enumerate(users)
            ),
            batch_size=ROWS_A_STATEMENT,
        )
        Pairing.objects.bulk_create(
            (
                Pairing(
                    program=program,
                    first=first,
                    second=second,
                    state=Pairing.State.ACTIVE,
                    proposed_by=runs_it,
                    proposed_at=now - BEGAN,
                    first_accepted_at=now - BEGAN,
                    second_accepted_at=now - BEGAN,
                    activated_at=now - BEGAN,
                )
                for first, second in zip(people[::2], people[1::2], strict=True)
            ),
            batch_size=ROWS_A_STATEMENT,
        )
        return users[:number]

    def _program(self, now: datetime) -> Program:
        maker, _made = User.objects.get_or_create(
            email="reminders@example.org", defaults={"name": "Reminders to Measure", "may_create_programs": True, "password": UNUSABLE}
        )
        return create_program(
            by=maker,
            template=next(iter(TEMPLATES)),
            name="Reminders to measure",
            slug=SLUG,
            time_zone="UTC",
            # Before the pairs began: nothing is due from before a plan.
            now=now - 2 * BEGAN,
        )
