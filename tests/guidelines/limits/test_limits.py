"""Two people's limits, from setting one to the page of both. Nothing anywhere tells whose a limit is."""

import re
import uuid
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from guidelines.agreements import services as agreements
from guidelines.limits import queries, services
from guidelines.limits.models import OwnLimit
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox.models import OutboxMessage
from tests.factories.guidelines import MONEY, TIME, GuidelineVersionFactory, OwnLimitFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db
TOPICS = (TIME, MONEY)


@pytest.fixture
def pairing():
    pairing = PairingFactory(active=True)
    GuidelineVersionFactory(program=pairing.program)
    return pairing


def page(name, program, *more):
    return reverse(f"guidelines:{name}", args=[program.slug, *more])


def set_limit(who, topic, words):
    services.set_limit(topic=topic, words=words, by=who)


def held(pairing, topics=TOPICS):
    return [one.words for one in queries.ours(pairing, topics)]


def test_the_stricter_of_the_two_holds(pairing):
    set_limit(pairing.first, TIME, "A week before.")
    set_limit(pairing.second, TIME, "Two days before.")
    set_limit(pairing.second, MONEY, "Nothing at all.")

    assert held(pairing) == ["A week before.", "Nothing at all."]


def test_choosing_what_everybody_keeps_to_takes_ones_own_away(pairing):
    set_limit(pairing.first, TIME, "A week before.")
    set_limit(pairing.first, TIME, "A day before.")

    assert held(pairing) == ["A day before.", "A card at most."]
    assert not OwnLimit.objects.exists()


def test_a_limit_is_one_of_those_of_its_topic_and_of_somebody_who_takes_part(pairing):
    with pytest.raises(Refused, match="not one of the limits"):
        set_limit(pairing.first, TIME, "Never.")
    with pytest.raises(Refused, match="those who take part"):
        set_limit(MembershipFactory(coordinator=True), TIME, "A week before.")


def test_when_the_program_changes_its_limits_nobodys_becomes_looser(pairing):
    set_limit(pairing.first, TIME, "Two days before.")
    reworded = replace(TIME, limits=("A day before.", "Two days’ notice.", "A week before."))

    assert held(pairing, [reworded]) == ["A week before."]
    assert held(pairing, [replace(TIME, limits=())][:0]) == []


def test_the_database_refuses_two_limits_of_one_person_on_a_topic():
    limit = OwnLimitFactory()

    with pytest.raises(IntegrityError, match="one_a_topic"), transaction.atomic():
        OwnLimitFactory(membership=limit.membership)


def test_ones_own_limits_are_shown_to_oneself_alone(pairing):
    limit = OwnLimitFactory(membership=pairing.first)
    admin = MembershipFactory(program=pairing.program, admin=True)

    assert list(OwnLimit.objects.visible_to(pairing.first)) == [limit]
    assert not OwnLimit.objects.visible_to(pairing.second).exists()
    assert not OwnLimit.objects.visible_to(admin).exists()


# --- the pages ---


def test_a_limit_is_set_where_the_topic_is_read(as_member, pairing):
    browser = as_member(pairing.first)
    topic = page("topic", pairing.program, "time")
    assert "of two people, each can guess" in browser.get(topic).text
    assert "checked" not in browser.get(topic).text

    sent = {"once": str(uuid.uuid4()), "words": "A week before."}
    browser.post(page("set-limit", pairing.program, "time"), sent, follow=True)

    assert "My own limit" in browser.get(page("my-limits", pairing.program)).text
    assert held(pairing)[0] == "A week before."


@pytest.mark.parametrize("words", ["", "Never.", "x" * 400])
def test_what_is_no_limit_is_refused(as_member, pairing, words):
    browser = as_member(pairing.first)

    response = browser.post(page("set-limit", pairing.program, "time"), {"words": words}, follow=True)

    assert "Nothing was changed" in response.text
    assert not OwnLimit.objects.exists()


def test_the_page_of_two_is_theirs_alone(as_member, pairing):
    limits = page("limits", pairing.program, pairing.pk)
    neighbour = PairingFactory(active=True, program=pairing.program).first

    assert "A card at most." in as_member(pairing.second).get(limits).text
    for somebody in (neighbour, MembershipFactory(), pairing.proposed_by):
        assert as_member(somebody).get(limits).status_code == 404


def test_once_a_pairing_has_ended_what_one_sets_later_is_not_shown(as_member):
    pairing = PairingFactory(closed=True)
    GuidelineVersionFactory(program=pairing.program)
    set_limit(pairing.first, TIME, "A week before.")

    text = as_member(pairing.second).get(page("limits", pairing.program, pairing.pk)).text

    assert "This pairing has ended" in text
    assert "A week before." not in text


# --- nothing tells whose it is ---

SOME = [(TIME, "A week before."), (MONEY, "Nothing at all.")]
OTHERS = [(TIME, "Two days before.")]


def everything_shown(as_member, pairing):
    """Each page on which something of the two limits could show, to both halves and to staff; every mail and event; and every count."""
    program, key = pairing.program, pairing.pk
    the_pairs = [page("limits", program, key), page("agreement", program, key), reverse("checkins:pairing", args=[program.slug, key])]
    mine = [reverse("checkins:home", args=[program.slug]), page("read", program)]
    of_staff = [reverse("checkins:pairing", args=[program.slug, key]), page("acknowledged", program)]
    admin = program.memberships.get(is_admin=True)
    shown = []
    for who, pages in ((pairing.first, [*the_pairs, *mine]), (pairing.second, [*the_pairs, *mine]), (admin, of_staff)):
        browser = as_member(who)
        shown += [(answer.status_code, _same_each_time(answer.text)) for answer in map(browser.get, pages)]
    told = list(OutboxMessage.objects.order_by("pk").values("kind", "subject", "recipient", "due_at", "state", "context"))
    return shown, told, AuditEvent.objects.count(), OwnLimit.objects.count()


def _same_each_time(text):
    return re.sub(r'(name="(csrfmiddlewaretoken|once)" value|X-CSRFToken": )=?"[^"]+"', "", text)


def test_if_the_two_had_set_each_others_limits_everything_would_be_the_same_to_the_byte(as_member, pairing, noon):
    MembershipFactory(program=pairing.program, admin=True)
    agreements.start(pairing=pairing, by=pairing.first, now=noon)
    for topic, words in SOME:
        set_limit(pairing.first, topic, words)
    for topic, words in OTHERS:
        set_limit(pairing.second, topic, words)
    before = everything_shown(as_member, pairing)
    assert any("Nothing at all." in text for _status, text in before[0])

    OwnLimit.objects.all().delete()
    for topic, words in reversed(OTHERS):
        set_limit(pairing.first, topic, words)
    for topic, words in reversed(SOME):
        set_limit(pairing.second, topic, words)

    assert everything_shown(as_member, pairing) == before
