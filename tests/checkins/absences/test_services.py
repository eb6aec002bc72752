import pytest

from checkins.absences import services
from matching.facts.models import Fact
from matching.pairings.models import Pairing
from mentoring.kernel.errors import Refused
from tests.checkins.meetings import agree, facts_of
from tests.factories.checkins import SessionFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def pairing():
    return PairingFactory(active=True)


@pytest.mark.parametrize(("absent", "sides"), [("first", ["first"]), ("second", []), ("both", ["first"])])
def test_that_somebody_could_not_make_it_is_a_fact_only_where_they_say_so_themselves(absent, sides, pairing, noon):
    session = agree(pairing, noon)

    services.miss(session=session, by=pairing.first, absent=absent, now=session.starts_at)

    session.refresh_from_db()
    assert (session.state, session.absent, session.closed_by) == ("missed", absent, pairing.first)
    assert facts_of(Fact.Kind.SESSION_MISSED) == [getattr(pairing, side).pk for side in sides]


def test_nothing_is_said_by_anybody_else_nor_in_a_pairing_that_is_paused(pairing, noon):
    session = SessionFactory(pairing=pairing, planned=True, starts_at=noon)

    for by in (pairing.coordinator, MembershipFactory(program=pairing.program)):
        with pytest.raises(Refused):
            services.miss(session=session, by=by, absent="both", now=noon)
    Pairing.objects.update(state=Pairing.State.PAUSED)
    with pytest.raises(Refused):
        services.miss(session=session, by=pairing.first, absent="both", now=noon)
