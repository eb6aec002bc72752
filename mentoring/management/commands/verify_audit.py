"""Walks every program's chain of audit events."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mentoring.kernel.audit import services
from mentoring.kernel.audit.models import NO_PROGRAM


class Command(BaseCommand):
    help = (
        "Check that no audit event was altered, added or removed. Prints where each program's chain ends: "
        "compare it with what a backup's manifest says, since nothing inside can show a chain that was cut off and closed again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        faults = 0
        for program_id in services.program_ids():
            called = "no program" if program_id == NO_PROGRAM else f"program {program_id}"
            if fault := services.verify(program_id):
                faults += 1
                self.stderr.write(f"{called}: event {fault.seq} is the first that is wrong: {fault.reason}.")
            else:
                seq, head = services.head_of(program_id)
                self.stdout.write(f"{called}: {seq} events, all as they were written, the last is {head}")
        if faults:
            raise CommandError(f"The trail is not whole: see the {faults} above." if faults > 1 else "The trail is not whole: see above.")
