"""Guidelines of a program, and who has acknowledged them."""

from datetime import timedelta

import factory
from factory.django import DjangoModelFactory

from guidelines.versions.models import Acknowledgement, GuidelineVersion
from tests.factories.programs import MembershipFactory, ProgramFactory
from tests.times import NOON


class GuidelineVersionFactory(DjangoModelFactory):
    """Published, two topics long."""

    class Meta:
        model = GuidelineVersion

    class Params:
        draft = factory.Trait(published_at=None)

    program = factory.SubFactory(ProgramFactory)
    number = factory.Sequence(lambda number: number + 1)
    text = "# Time\n\nTell each other a day before if you cannot come.\n\n# Money\n\nNo loans.\n"
    summary_of_change = ""
    written_by = factory.SubFactory(
        MembershipFactory, program=factory.SelfAttribute("..program"), is_participant=False, is_coordinator=True
    )
    created_at = NOON - timedelta(days=60)
    changed_at = factory.SelfAttribute("created_at")
    published_at = NOON - timedelta(days=60)


class AcknowledgementFactory(DjangoModelFactory):
    """A participant of the program has read the version."""

    class Meta:
        model = Acknowledgement

    version = factory.SubFactory(GuidelineVersionFactory)
    membership = factory.SubFactory(MembershipFactory, program=factory.SelfAttribute("..version.program"))
    acknowledged_at = NOON - timedelta(days=50)
