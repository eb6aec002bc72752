from datetime import timedelta

import pytest
from django.db.models import Q
from django.urls import reverse

from mentoring.kernel.audit import services as audit
from mentoring.kernel.audit.models import AuditEvent
from programs.trail import queries
from tests.factories.checkins import CallNoteFactory, ConcernAboutFactory, ConcernFactory, PatternFactory, SignalFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return MembershipFactory(admin=True)


def page(admin, name="trail"):
    return reverse(f"programs:{name}", args=[admin.program.slug])


def record(admin, number=1, verb="program.renamed", subject=None, actor=None):
    events = [audit.Event(verb=verb, subject=subject or admin.program, actor_id=(actor or admin).user_id) for _ in range(number)]
    audit.record_many(events, program_id=admin.program_id, now=NOON)


def test_an_event_is_told_with_who_what_and_about_whom(as_member, admin):
    member = MembershipFactory(program=admin.program, user__name="Jonas Lindqvist")
    record(admin, verb="membership.roles_changed", subject=member)

    shown = as_member(admin).get(page(admin)).content.decode()

    assert "Membership: roles changed" in shown
    assert "Jonas Lindqvist" in shown
    assert admin.user.full_name in shown


def test_the_seal_of_the_newest_event_is_that_of_the_chain(as_member, admin):
    record(admin, 3)

    assert audit.head_of(admin.program_id)[1] in as_member(admin).get(page(admin)).content.decode()


def test_every_event_is_on_one_page_and_no_page_tells_a_number(as_member, admin, monkeypatch):
    monkeypatch.setattr(queries, "PER_PAGE", 2)
    for number in range(5):
        record(admin, verb=f"program.step{number}")
    browser, address, told = as_member(admin), page(admin), []
    while address:
        answer = browser.get(address)
        told += [event.what for event in answer.context["page"].items]
        onward = answer.context["next_address"]
        assert "seq" not in answer.content.decode()
        address = page(admin) + onward if onward else ""

    assert told == [f"Program: step{number}" for number in (4, 3, 2, 1, 0)]


def test_a_mark_that_is_made_up_or_somebody_elses_leads_to_the_newest(as_member, admin):
    record(admin, 2)
    other = MembershipFactory(program=admin.program, admin=True)

    for mark in ("1", "%00", queries._mark(other, 1)):
        assert len(as_member(admin).get(f"{page(admin)}?before={mark}").context["page"].items) == 2


def test_a_page_costs_the_same_however_long_the_trail_is(as_member, admin, costs_the_same):
    record(admin, 3)
    browser = as_member(admin)

    costs_the_same(lambda: browser.get(page(admin)), grow=lambda: record(admin, 80))


def test_filters_narrow_by_what_who_and_when(as_member, admin):
    other = MembershipFactory(program=admin.program, coordinator=True)
    record(admin)
    record(admin, verb="pairing.proposed", actor=other)
    browser = as_member(admin)

    def told(query):
        return [event.what for event in browser.get(f"{page(admin)}?{query}").context["page"].items]

    assert told("verb=pairing.proposed") == ["Pairing: proposed"]
    assert told(f"who={admin.user_id}") == ["Program: renamed"]
    assert told(f"since={(NOON + timedelta(days=1)).date()}") == []
    assert len(told(f"until={NOON.date()}")) == 2


def test_the_export_is_the_list_that_was_shown_and_is_on_record_itself(as_member, admin):
    record(admin, verb="program.renamed")
    record(admin, verb="pairing.proposed")
    _number, seal = audit.head_of(admin.program_id)

    lines = b"".join(as_member(admin).get(f"{page(admin, 'trail-export')}?verb=pairing.proposed").streaming_content).decode().splitlines()

    assert len(lines) == 3
    assert "Pairing: proposed" in lines[1]
    assert seal in lines[2]
    assert AuditEvent.objects.of_program(admin.program_id).newest_first()[0].verb == "audit.exported"


def test_what_is_hidden_from_an_admin_leaves_no_gap_and_changes_nothing_on_the_page(as_member, admin, monkeypatch):
    monkeypatch.setattr(queries, "_hidden", [lambda membership: Q(verb__startswith="concern.") if membership == admin else Q(seq=0)])
    witness = MembershipFactory(program=admin.program, admin=True)
    record(admin, 60)
    browser, reader = as_member(admin), as_member(witness)

    def seen(who):
        answer = who.get(page(admin))
        return [event.what for event in answer.context["page"].items], answer.context["hash"], bool(answer.context["next_address"])

    before = seen(browser)
    record(admin, 3, verb="concern.raised", actor=witness)

    assert seen(browser) == before
    assert seen(reader)[0][:3] == ["Concern: raised"] * 3
    record(admin, 1, verb="program.renamed")
    assert len(seen(browser)[0]) == len(before[0]) == 50


def test_an_admin_who_is_half_of_a_pair_does_not_learn_here_who_did_what_in_it(as_member):
    admin = MembershipFactory(admin=True, is_participant=True)
    pairing = PairingFactory(program=admin.program, first=admin, active=True)
    staff = pairing.proposed_by
    elsewhere = PairingFactory(program=admin.program, active=True)
    for subject, actor in ((pairing, pairing.second), (pairing, staff), (CallNoteFactory(pairing=pairing, author=staff), staff)):
        record(admin, verb="hidden.hidden", subject=subject, actor=actor)
    audit.record(verb="hidden.hidden", subject=pairing, program_id=admin.program_id, actor_id=None, now=NOON)
    record(admin, verb="own.own", subject=pairing, actor=admin)
    record(admin, verb="other.other", subject=elsewhere, actor=staff)

    told = [event.what for event in as_member(admin).get(page(admin)).context["page"].items]

    assert told == ["Other: other", "Own: own"]


def test_an_admin_does_not_learn_here_of_what_is_said_or_found_of_them(as_member):
    admin = MembershipFactory(admin=True, is_participant=True)
    witness = MembershipFactory(program=admin.program, admin=True)
    named = ConcernFactory(raised_by=MembershipFactory(program=admin.program))
    ConcernAboutFactory(concern=named, membership=admin)
    own = PairingFactory(program=admin.program, first=admin, active=True)
    for subject in (named, ConcernFactory(raised_by=admin), SignalFactory(pairing=own), PatternFactory(about=admin)):
        record(admin, verb="hidden.hidden", subject=subject, actor=witness)
    for subject in (ConcernFactory(raised_by=named.raised_by), SignalFactory(pairing__program=admin.program)):
        record(admin, verb="other.other", subject=subject, actor=witness)

    def told(who):
        return [event.what for event in as_member(who).get(page(admin)).context["page"].items]

    assert told(admin) == ["Other: other"] * 2
    assert len(told(witness)) == 6
