"""Who may create programs is for the operator to say."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.utils import timezone

from programs.people import services


class Command(BaseCommand):
    help = "Let somebody create programs. Makes their login if there is none; they sign in with a mailed code. May run twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", help="their email address")
        parser.add_argument("--name", default="", help="their full name, in quotes")

    def handle(self, *args: Any, address: str, name: str, **options: Any) -> None:
        address, name = address.strip(), name.strip()
        try:
            validate_email(address)
        except ValidationError:
            raise CommandError(f"{address!r} is no email address. Write it like name@example.org.") from None
        if len(name) > 150:
            raise CommandError("The name is too long. Use at most 150 characters.")
        user = services.let_create_programs(address=address, name=name, now=timezone.now())
        self.stdout.write(f"{user.email} may create programs. Sign in at /accounts/login/ with this address.")
