"""People and their programs."""

from datetime import timedelta

import factory
from factory.django import DjangoModelFactory

from programs.invitations.models import Invitation
from programs.memberships.models import Cohort, Holiday, Membership, Program
from programs.people.models import User
from programs.privacy.models import DataCopy
from programs.profiles.models import Profile, ProfileAnswer, ProfileQuestion
from tests.times import NOON


class UserFactory(DjangoModelFactory):
    """Somebody with a login and no password: they sign in with a mailed code."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        # The address was proven, as it is for everybody who came through an invitation or the coordinator command.
        verified = factory.Trait(
            address=factory.RelatedFactory("tests.factories.programs.EmailAddressFactory", factory_related_name="user")
        )

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person Number{n}")
    password = "!"  # nothing fits it
    joined_at = NOON


class EmailAddressFactory(DjangoModelFactory):
    """The address that a login answers to, proven."""

    class Meta:
        model = "account.EmailAddress"

    user = factory.SubFactory(UserFactory)
    email = factory.SelfAttribute("user.email")
    verified = True
    primary = True


class ProgramFactory(DjangoModelFactory):
    """A dated program that runs, in London. Its staff need a second sign-in step, as by default."""

    class Meta:
        model = Program

    class Params:
        archived = factory.Trait(archived_at=NOON)

    name = factory.Sequence(lambda n: f"Program {n}")
    slug = factory.Sequence(lambda n: f"program-{n}")
    time_zone = "Europe/London"
    created_by = factory.SubFactory(UserFactory)
    created_at = NOON


class CohortFactory(DjangoModelFactory):
    class Meta:
        model = Cohort

    program = factory.SubFactory(ProgramFactory)
    name = factory.Sequence(lambda n: f"Intake {n}")
    starts_on = factory.LazyFunction(lambda: NOON.date())


class HolidayFactory(DjangoModelFactory):
    """A week from today on."""

    class Meta:
        model = Holiday

    program = factory.SubFactory(ProgramFactory)
    name = factory.Sequence(lambda n: f"Break {n}")
    first_day = factory.Sequence(lambda n: (NOON + timedelta(days=n)).date())
    last_day = factory.LazyAttribute(lambda holiday: holiday.first_day + timedelta(days=6))


class MembershipFactory(DjangoModelFactory):
    """A participant who joined. Who is staff and a participant too: `MembershipFactory(coordinator=True, is_participant=True)`."""

    class Meta:
        model = Membership

    class Params:
        coordinator = factory.Trait(is_coordinator=True, is_participant=False)
        admin = factory.Trait(is_admin=True, is_participant=False)
        deputy = factory.Trait(is_deputy=True, is_participant=False)
        left = factory.Trait(left_at=NOON)
        ready = factory.Trait(ready_at=NOON)

    program = factory.SubFactory(ProgramFactory)
    user = factory.SubFactory(UserFactory)
    is_participant = True
    joined_at = NOON


class ProfileFactory(DjangoModelFactory):
    """A finished profile of somebody who seeks mentoring; `mentor` offers it, `both` does both."""

    class Meta:
        model = Profile

    class Params:
        mentor = factory.Trait(offers_mentoring=True, seeks_mentoring=False)
        both = factory.Trait(offers_mentoring=True, seeks_mentoring=True)

    membership = factory.SubFactory(MembershipFactory)
    seeks_mentoring = True
    finished_at = NOON
    changed_at = NOON


class ProfileQuestionFactory(DjangoModelFactory):
    """A line of text, asked of everyone, for the other half of a pairing to read."""

    class Meta:
        model = ProfileQuestion

    program = factory.SubFactory(ProgramFactory)
    text = factory.Sequence(lambda n: f"Question {n}?")
    kind = ProfileQuestion.Kind.SHORT_TEXT
    position = factory.Sequence(lambda n: n)


class ProfileAnswerFactory(DjangoModelFactory):
    class Meta:
        model = ProfileAnswer

    profile = factory.SubFactory(ProfileFactory)
    question = factory.SubFactory(ProfileQuestionFactory, program=factory.SelfAttribute("..profile.membership.program"))
    value = "As it comes"


class InvitationFactory(DjangoModelFactory):
    """To take part, open for another thirty days from noon."""

    class Meta:
        model = Invitation

    class Params:
        expired = factory.Trait(expires_at=NOON - timedelta(days=1))
        withdrawn = factory.Trait(withdrawn_at=NOON)
        accepted = factory.Trait(accepted_at=NOON)

    program = factory.SubFactory(ProgramFactory)
    email = factory.Sequence(lambda n: f"guest{n}@example.org")
    name = factory.Sequence(lambda n: f"Guest Number{n}")
    created_at = NOON
    expires_at = NOON + timedelta(days=30)


class DataCopyFactory(DjangoModelFactory):
    """Asked for at noon and being made; `ready` can be fetched for a day."""

    class Meta:
        model = DataCopy

    class Params:
        ready = factory.Trait(content="UEs=", ready_at=NOON, expires_at=NOON + timedelta(hours=24))

    user = factory.SubFactory(UserFactory)
    asked_at = NOON
