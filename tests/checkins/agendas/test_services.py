from datetime import timedelta

import pytest

from checkins.agendas import services
from checkins.agendas.models import AgendaItem
from matching.facts.models import Fact
from matching.pairings.models import Pairing
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from tests.factories.checkins import AgendaItemFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("half", ["first", "second"])
def test_either_half_adds_a_topic_under_their_own_name(half, noon):
    pairing = PairingFactory(active=True)
    author = getattr(pairing, half)

    item = services.add(pairing=pairing, by=author, text="  How we\n start ", now=noon)

    assert (item.author, item.text, item.raised_at) == (author, "How we start", noon)
    assert Fact.objects.get(kind=Fact.Kind.TOPIC_RAISED, source_id=item.pk).by == author
    assert AuditEvent.objects.filter(verb="agenda.added", object_id=str(item.pk)).exists()


def test_nobody_else_adds_a_topic_whatever_role_they_have(noon):
    pairing = PairingFactory(active=True)
    others = [
        pairing.coordinator,
        MembershipFactory(admin=True, program=pairing.program),
        MembershipFactory(program=pairing.program),
    ]

    for other in others:
        with pytest.raises(Refused):
            services.add(pairing=pairing, by=other, text="A word", now=noon)

    assert not AgendaItem.objects.exists()


@pytest.mark.parametrize("state", [state for state in Pairing.State if state != Pairing.State.ACTIVE])
def test_topics_are_added_while_the_pairing_is_active_only(state, noon):
    pairing = PairingFactory(**{state: True})

    with pytest.raises(Refused, match="while it is active"):
        services.add(pairing=pairing, by=pairing.first, text="A word", now=noon)


@pytest.mark.parametrize("text", ["", "   ", "x" * 301])
def test_a_topic_is_one_line_with_something_in_it(text, noon):
    pairing = PairingFactory(active=True)

    with pytest.raises(Refused, match="one line"):
        services.add(pairing=pairing, by=pairing.first, text=text, now=noon)


def test_a_slip_counts_for_nobody(noon):
    pairing = PairingFactory(active=True)
    item = services.add(pairing=pairing, by=pairing.second, text="Oh", now=noon)

    services.withdraw(item=item, by=pairing.second, now=noon + timedelta(minutes=59))

    assert not AgendaItem.objects.open().exists()
    assert not Fact.objects.counted().exists()


def test_a_topic_that_stood_for_a_day_was_raised_all_the_same(noon):
    pairing = PairingFactory(active=True)
    item = services.add(pairing=pairing, by=pairing.second, text="Oh", now=noon)

    services.withdraw(item=item, by=pairing.second, now=noon + timedelta(days=1))

    assert Fact.objects.counted().count() == 1


def test_the_other_half_cannot_take_it_back(noon):
    item = AgendaItemFactory()

    with pytest.raises(Refused):
        services.withdraw(item=item, by=item.pairing.second, now=noon)


def test_what_was_talked_about_cannot_be_taken_back(noon):
    item = AgendaItemFactory(discussed=True)

    with pytest.raises(Refused):
        services.withdraw(item=item, by=item.author, now=noon)


def test_taking_back_twice_changes_nothing(noon):
    item = AgendaItemFactory()
    services.withdraw(item=item, by=item.author, now=noon)

    again = services.withdraw(item=item, by=item.author, now=noon + timedelta(hours=1))

    assert again.withdrawn_at == noon
