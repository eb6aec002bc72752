from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import services
from mentoring.kernel.outbox.models import OutboxMessage


class Command(BaseCommand):
    help = "What is owed by mail, what was given up, and what is kept back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--count-open", action="store_true", help="how many mails are owed and not sent yet")
        what.add_argument("--list-dead", action="store_true", help="the mails that were given up, and why; ids only")
        what.add_argument("--send-again", type=int, metavar="ID", help="owe one of those once more")
        what.add_argument("--hold", action="store_true", help="after restoring a backup: keep back whatever was waiting")
        what.add_argument("--release-held", action="store_true", help="let go what was kept back")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["count_open"]:
            self.stdout.write(str(OutboxMessage.objects.open().count()))
        elif options["list_dead"]:
            for message in OutboxMessage.objects.dead().order_by("ended_at", "pk").iterator():
                program = f"program {message.program_id}" if message.program_id else "no program"
                self.stdout.write(
                    f"{message.pk}\t{message.kind}\t{program}\tdue {message.due_at:%Y-%m-%d %H:%M}Z\t"
                    f"{message.attempt} attempts\t{message.last_error}"
                )
        elif options["hold"]:
            self.stdout.write(f"{services.hold(now=now)} mails are kept back.")
        elif options["release_held"]:
            self.stdout.write(f"{services.release_held(now=now)} mails were let go.")
        else:
            self._send_again(options["send_again"])

    def _send_again(self, key: int) -> None:
        try:
            services.send_again(message=OutboxMessage.objects.get(pk=key), now=timezone.now())
        except OutboxMessage.DoesNotExist:
            raise CommandError(f"There is no mail {key}.") from None
        except Refused as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(f"Mail {key} is owed again.")
