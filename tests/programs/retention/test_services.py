from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from checkins.concerns.models import Concern, ConcernEntry
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from programs.memberships.models import Membership
from programs.retention import kinds, services
from programs.retention.models import RetentionRule
from programs.trail import queries as trail
from tests.factories.checkins import ConcernAboutFactory, ConcernEntryFactory, ConcernFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import InvitationFactory, MembershipFactory, ProfileFactory, ProgramFactory
from tests.programs.privacy.lives import somebody
from tests.times import NOON

pytestmark = pytest.mark.django_db
MONTH = timedelta(days=31)
# Rows that only say how the work went, and those that are nobody's.
NOT_COUNTED = {"kernel", "contenttypes", "auth", "sessions", "account", "mfa", "socialaccount", "usersessions"}


def counts() -> dict[str, int]:
    return {model._meta.label: model._base_manager.count() for model in apps.get_models() if model._meta.app_label not in NOT_COUNTED}


def test_what_is_not_over_stays_and_what_is_over_goes_with_all_that_hangs_on_it():
    me = somebody()
    me.pairings_as_first.update(state="closed", ended_at=NOON)
    before = counts()

    assert services.let_go(now=NOON + 11 * MONTH) == 0
    assert counts() == before
    services.let_go(now=NOON + 23 * MONTH)
    assert {label for label, number in counts().items() if number != before[label]} == {"programs.Invitation"}

    services.let_go(now=NOON + 25 * MONTH)

    after = counts()
    gone = {label for label, number in after.items() if number == 0 and before[label]}
    assert {"matching.Pairing", "checkins.Answer", "checkins.Note", "checkins.Message", "matching.Fact", "matching.EndingReason"} <= gone
    hangs_on_a_pairing = {
        model._meta.label
        for model in apps.get_models()
        if any(column.name == "pairing" and not column.null for column in model._meta.concrete_fields)
    }
    assert [label for label in hangs_on_a_pairing if after[label]] == []
    assert {after[label] == before[label] for label in ("programs.Membership", "programs.Profile", "programs.User")} == {True}


def test_each_kind_goes_after_its_own_time():
    left = ProfileFactory(membership__left_at=NOON)
    here = ProfileFactory(membership__program=left.membership.program)
    InvitationFactory(program=left.membership.program, expires_at=NOON)
    program = left.membership.program

    assert [one.number for one in services.preview(program, now=NOON + 13 * MONTH)] == [0, 1, 0, None]
    services.let_go(now=NOON + 25 * MONTH)

    assert list(type(here).objects.all()) == [here]
    assert program.invitations.count() == 0
    assert Membership.objects.filter(pk=left.membership_id).exists()


def test_a_program_keeps_its_own_number_of_months():
    admin = MembershipFactory(admin=True)
    pairing = PairingFactory(program=admin.program, closed=True, ended_at=NOON)
    elsewhere = PairingFactory(closed=True, ended_at=NOON)

    services.choose(by=admin, months={"pairings": 3}, now=NOON)

    assert AuditEvent.objects.get(verb="retention.chosen").detail == {"kind": "pairings", "months": 3, "before": 24}
    assert services.let_go(now=NOON + 4 * MONTH) == 1
    assert not type(pairing).objects.filter(pk=pairing.pk).exists()
    assert type(pairing).objects.filter(pk=elsewhere.pk).exists()
    assert AuditEvent.objects.get(verb="retention.let_go").detail == {"kind": "pairings", "rows": 1}


def test_a_concern_goes_long_after_it_is_closed_and_no_admin_learns_how_many():
    admin = MembershipFactory(admin=True)
    by = MembershipFactory(program=admin.program)
    lately, long_ago = NOON.replace(year=NOON.year - 2), NOON.replace(year=NOON.year - 4)
    old = ConcernFactory(raised_by=by, closed_at=long_ago, outcome="agreed")
    ConcernEntryFactory(concern=old, author=admin)
    ConcernAboutFactory(concern=old, membership=MembershipFactory(program=admin.program))
    stay = [ConcernFactory(raised_by=by), ConcernFactory(raised_by=by, closed_at=lately, outcome="agreed")]

    assert services.let_go(now=NOON) == 1

    assert set(Concern.objects.all()) == set(stay)
    assert not ConcernEntry.objects.exists()
    assert "retention.let_go" not in [event.verb for event in trail.visible_to(admin)]


def test_no_program_lets_a_concern_go_within_a_year():
    admin = MembershipFactory(admin=True)
    ConcernFactory(raised_by=MembershipFactory(program=admin.program), closed_at=timezone.now() - 6 * MONTH, outcome="agreed")
    services.choose(by=admin, months={"concerns": 1}, now=NOON)

    assert services.let_go(now=timezone.now()) == 0


def test_letting_go_twice_is_letting_go_once():
    PairingFactory(closed=True, ended_at=NOON)

    assert (services.let_go(now=NOON + 25 * MONTH), services.let_go(now=NOON + 25 * MONTH)) == (1, 0)


def test_many_go_in_small_portions(monkeypatch):
    program = ProgramFactory()
    InvitationFactory.create_batch(5, program=program, expires_at=NOON)
    monkeypatch.setattr(services, "ROWS_AT_ONCE", 2)
    portions = []
    one_portion = services._let_some_go
    monkeypatch.setattr(services, "_let_some_go", lambda *given: portions.append(one_portion(*given)) or portions[-1])

    services.let_go(now=NOON + 25 * MONTH)

    assert [number for number in portions if number] == [2, 2, 1]


@pytest.mark.parametrize(("role", "months"), [("is_coordinator", {"pairings": 3}), ("is_admin", {"pairings": 0}), ("is_admin", {"x": 3})])
def test_who_may_not_or_what_is_no_number_is_refused(role, months):
    with pytest.raises(Refused):
        services.choose(by=MembershipFactory(**{role: True}), months=months, now=NOON)
    assert not RetentionRule.objects.exists()


def test_two_kinds_of_one_name_are_refused():
    known = kinds.every()[0]

    with pytest.raises(ValueError, match=known.name):
        kinds.register(kinds.Kind(name=known.name, label="x", hint="y", months=1, expired=known.expired))
