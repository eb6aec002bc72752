from datetime import timedelta

import pytest

from matching.criteria.models import Criterion, Exclusion
from matching.pairings import places
from matching.pairings import services as pairings
from matching.pairings.models import Pairing, Request
from matching.suggestions import queries, services
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox.models import OutboxMessage
from tests.at_once import at_once
from tests.factories.matching import CriterionFactory, ExclusionFactory, PairingFactory
from tests.factories.programs import MembershipFactory, ProfileAnswerFactory, ProfileFactory, ProfileQuestionFactory, ProgramFactory

pytestmark = pytest.mark.django_db
State = Pairing.State


def person(program, name="", **profile):
    return ProfileFactory(membership__program=program, **({"membership__user__name": name} if name else {}), **profile).membership


@pytest.fixture
def program(db):
    return ProgramFactory(people_may_ask=True)


@pytest.fixture
def me(program, noon):
    return person(program, "Maya Silva", membership__ready_at=noon)


@pytest.fixture
def mentor(program, noon):
    return person(program, "Jonas Berg", mentor=True, membership__ready_at=noon)


@pytest.fixture
def ask(me, mentor, noon):
    def send(**facts):
        return services.ask(**{"by": me, "other": mentor, "message": "May I learn from you?", "now": noon, **facts})

    return send


def names(me, now):
    return [suggestion.other.user.short_name for suggestion in queries.suggested(me, now)]


def letters(kind):
    return OutboxMessage.objects.filter(kind=kind)


# --- who is suggested ---


def test_the_five_best_are_suggested_and_the_best_first(program, me, noon):
    question = ProfileQuestionFactory(program=program, kind="several", choices=list("ABCDEF"), audience="members")
    CriterionFactory(program=program, question=question, kind=Criterion.Kind.SIMILAR, need=6)
    ProfileAnswerFactory(profile=me.profile, question=question, value=list("ABCDEF"))
    for number in range(7):
        other = person(program, f"P{number}", mentor=True)
        ProfileAnswerFactory(profile=other.profile, question=question, value=list("ABCDEF"[:number] or "F"))

    assert names(me, noon) == ["P6", "P5", "P4", "P3", "P2"]


def test_who_has_waited_longest_comes_first_where_all_fit_alike(program, me, noon):
    for number, days in enumerate((1, 9, 4)):
        person(program, f"P{number}", mentor=True, membership__joined_at=noon - timedelta(days=days))

    assert names(me, noon) == ["P1", "P2", "P0"]


@pytest.mark.parametrize(
    "reason",
    ["seeks too", "no room", "left", "not finished", "elsewhere", "excluded", "not for them", "earlier", "open", "asked enough"],
)
def test_who_cannot_be_met_is_not_suggested(program, me, noon, reason):
    other = person(ProgramFactory() if reason == "elsewhere" else program, mentor=reason != "seeks too")
    match reason:
        case "no room":
            PairingFactory(program=program, second=other, active=True)
        case "left":
            type(other).objects.filter(pk=other.pk).update(left_at=noon)
        case "not finished":
            type(other.profile).objects.filter(pk=other.profile.pk).update(finished_at=None)
        case "excluded":
            ExclusionFactory(program=program, one=me, other=other)
        case "not for them":
            ExclusionFactory(program=program, one=other, other=me, private=True)
        case "earlier":
            PairingFactory(program=program, first=me, second=other, declined=True)
        case "open":
            PairingFactory(program=program, first=me, second=other)
        case "asked enough":
            for _ in range(2):
                services.ask(by=person(program), other=other, message="", now=noon)

    assert names(me, noon) == []


def test_a_rule_of_the_program_holds_here_too(program, me, mentor, noon):
    question = ProfileQuestionFactory(program=program, kind="one", choices=["North", "South"])
    CriterionFactory(program=program, question=question, rule=True)
    ProfileAnswerFactory(profile=me.profile, question=question, value="North")
    there = ProfileAnswerFactory(profile=mentor.profile, question=question, value="South")
    assert names(me, noon) == []

    there.value = "North"
    there.save()

    assert names(me, noon) == ["Jonas"]


def test_nobody_is_suggested_while_a_rule_cannot_be_kept(program, me, mentor, noon):
    question = ProfileQuestionFactory(program=program, kind="one", choices=["North"], retired_at=noon)
    CriterionFactory(program=program, question=question, rule=True)

    assert names(me, noon) == []


def test_who_offers_is_shown_those_who_seek_and_equals_are_shown_equals(program, mentor, me, noon):
    [seen] = queries.suggested(mentor, noon)
    assert (seen.other, seen.mentor) == (me, mentor)

    among_equals = ProgramFactory(people_may_ask=True, kind="reciprocal")
    one, other = person(among_equals, both=True), person(among_equals, both=True)
    person(among_equals)

    [seen] = queries.suggested(one, noon)
    assert (seen.other, seen.mentor) == (other, None)


def test_only_what_everyone_may_read_is_told(program, me, mentor, noon):
    for audience in ("members", "partner", "coordinators"):
        question = ProfileQuestionFactory(program=program, kind="one", text=f"For {audience}?", choices=["Yes"], audience=audience)
        for profile in (me.profile, mentor.profile):
            ProfileAnswerFactory(profile=profile, question=question, value="Yes")

    [seen] = queries.suggested(me, noon)

    assert seen.why.shared == ("“For members?” Both said Yes.",)


def test_suggestions_cost_the_same_for_one_and_for_many(program, me, mentor, noon, queries_of):
    for_one = queries_of(lambda: queries.suggested(me, noon))

    for _ in range(20):
        person(program, mentor=True)

    assert queries_of(lambda: queries.suggested(me, noon)) == for_one


# --- asking ---


def test_a_request_is_a_yes_and_asks_the_other_alone(ask, me, mentor, noon):
    pairing = ask()

    assert pairing.state == State.PROPOSED
    assert (pairing.has_accepted(me), pairing.has_accepted(mentor)) == (True, False)
    assert pairing.mentor_membership == mentor
    assert pairing.lapses_at == noon + timedelta(days=14)
    for kind in ("pairing-asked", "pairing-reminder"):
        assert [letter.recipient_id for letter in letters(kind)] == [mentor.user_id]
    assert AuditEvent.objects.filter(verb="pairing.asked", object_id=str(pairing.pk)).exists()


def test_what_was_written_is_there_for_the_other_alone_and_unreadable_at_rest(ask, me, mentor, program):
    pairing = ask()

    [request] = Request.objects.visible_to(mentor)
    assert request.message == "May I learn from you?"
    for nobody in (me, MembershipFactory(program=program, admin=True), MembershipFactory(program=program)):
        assert not Request.objects.visible_to(nobody).exists()
    [at_rest] = Request.objects.filter(pairing=pairing).values_list("message", flat=True)
    assert b"learn" not in bytes(at_rest)


@pytest.mark.parametrize("end", ["decline", "take back", "lapse", "start"])
def test_what_was_written_is_gone_once_it_is_answered(ask, me, mentor, end):
    pairing = ask()

    match end:
        case "decline":
            pairings.decline(pairing=pairing, by=mentor, now=pairing.proposed_at)
        case "take back":
            pairings.decline(pairing=pairing, by=me, now=pairing.proposed_at)
        case "lapse":
            pairings.lapse_due(now=pairing.lapses_at)
        case "start":
            pairings.accept(pairing=pairing, by=mentor, now=pairing.proposed_at)

    assert Request.objects.get(pairing=pairing).message is None
    pairing.refresh_from_db()
    assert pairing.state == (State.ACTIVE if end == "start" else State.DECLINED)
    assert not letters("pairing-asked").open().exists()


def test_only_who_is_suggested_can_be_asked(ask, program, me, noon):
    for other in (person(program), person(ProgramFactory(people_may_ask=True), mentor=True), me):
        with pytest.raises(Refused, match="cannot be asked any more"):
            ask(other=other)


def test_nobody_asks_where_the_program_does_not_let_them(ask, program, me, mentor, noon):
    program.people_may_ask = False

    with pytest.raises(Refused):
        ask()
    with pytest.raises(Refused):
        pairings.ask(by=me, other=mentor, mentor=mentor, message="", now=noon)
    with pytest.raises(Refused):
        services.not_for_me(by=me, other=mentor, now=noon)


def test_so_many_requests_are_open_at_once_as_the_program_lets(ask, program, me, noon):
    first = ask()
    ask(other=person(program, mentor=True))
    third = person(program, mentor=True)
    with pytest.raises(Refused, match="as many people as you can at once"):
        ask(other=third)

    pairings.decline(pairing=first, by=me, now=noon)

    assert ask(other=third).state == State.PROPOSED


def test_too_long_a_message_is_refused(ask):
    with pytest.raises(Refused, match="at most 1000 characters"):
        ask(message="x" * 1001)


def test_being_asked_takes_nobodys_place_and_a_yes_does(ask, program, me, mentor, noon):
    pairing = ask()

    def free():
        people = places.with_places(type(me).objects.filter(program=program), on=noon.date())
        return people.get(pk=mentor.pk).free_as_mentor, people.get(pk=me.pk).free_as_mentee

    assert free() == (1, 1)
    pairings.accept(pairing=pairing, by=mentor, now=noon)
    assert free() == (0, 0)


def test_a_yes_that_comes_when_there_is_no_room_any_more_starts_nothing(ask, program, me, mentor, noon):
    pairing = ask()
    PairingFactory(program=program, first=me, active=True)

    with pytest.raises(Refused, match="One of you two has no free place"):
        pairings.accept(pairing=pairing, by=mentor, now=noon)

    pairing.refresh_from_db()
    assert pairing.state == State.PROPOSED


@pytest.mark.django_db(transaction=True)
def test_two_yeses_at_once_give_the_last_place_once(noon):
    program = ProgramFactory(people_may_ask=True)
    me, *mentors = person(program), person(program, mentor=True), person(program, mentor=True)
    asked = [services.ask(by=me, other=mentor, message="", now=noon) for mentor in mentors]

    results = at_once(
        *(
            lambda pairing=pairing, by=by: pairings.accept(pairing=pairing, by=by, now=noon)
            for pairing, by in zip(asked, mentors, strict=True)
        )
    )

    assert sum(isinstance(result, Refused) for result in results) == 1
    assert Pairing.objects.filter(state=State.ACCEPTED).count() == 1


# --- not for me ---


def test_not_for_me_keeps_two_apart_in_private_until_it_is_taken_back(program, me, mentor, noon):
    services.not_for_me(by=me, other=mentor, now=noon)
    services.not_for_me(by=me, other=mentor, now=noon)

    [exclusion] = Exclusion.objects.all()
    assert (exclusion.reason, exclusion.by) == ("private", me)
    assert names(me, noon) == names(mentor, noon) == []
    assert not Exclusion.objects.visible_to(mentor).exists()
    assert not Exclusion.objects.visible_to(MembershipFactory(program=program, admin=True)).exists()

    for _ in range(2):
        services.take_back(by=me, other=mentor, now=noon)

    assert names(me, noon) == ["Jonas"]
    trail = AuditEvent.objects.filter(verb__startswith="exclusion.").values_list("verb", "actor_id", "detail")
    assert list(trail.order_by("pk")) == [("exclusion.made", None, {}), ("exclusion.taken-back", None, {})]


def test_nobody_takes_back_what_another_said(me, mentor, noon):
    services.not_for_me(by=me, other=mentor, now=noon)

    services.take_back(by=mentor, other=me, now=noon)

    assert names(me, noon) == []
