"""Sheets that were uploaded."""

import factory
from factory.django import DjangoModelFactory

from programs.roster.models import Sheet, SheetRow
from tests.factories.programs import ProgramFactory
from tests.times import NOON


class SheetFactory(DjangoModelFactory):
    """Read: nobody has said yet what its columns hold."""

    class Meta:
        model = Sheet

    program = factory.SubFactory(ProgramFactory)
    file_name = "people.csv"
    header = factory.LazyFunction(lambda: ["Full name", "E-mail"])
    uploaded_at = NOON
    read_at = NOON


class SheetRowFactory(DjangoModelFactory):
    class Meta:
        model = SheetRow

    sheet = factory.SubFactory(SheetFactory)
    line = factory.Sequence(lambda n: n + 2)
    cells = factory.LazyAttribute(lambda row: [f"Person {row.line}", f"person{row.line}@example.org"])
