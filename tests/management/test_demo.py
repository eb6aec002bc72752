"""The demo program: a small one, told in a few weeks instead of half a year."""

import io
import json
import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from checkins.actions.models import ActionItem
from checkins.agendas.models import AgendaItem
from checkins.airtime.services import KIND as AIRTIME
from checkins.answers.models import Answer
from checkins.concerns.models import Concern
from checkins.decisions.models import Decision
from checkins.goals.models import Goal
from checkins.imbalance.models import Assessment
from checkins.imbalance.records import last_ended_week
from checkins.resets.services import RESET
from checkins.reviews.models import Review
from checkins.sessions.models import Session
from checkins.threads.models import Message
from guidelines.enrolments.models import Enrolment, Reflection
from matching.endings.services import LATER_CONTACT
from matching.facts.models import Fact, WeeklyCount
from matching.facts.services import rebuild_those_of
from matching.hand_overs.models import HandOverNote
from matching.joint.models import Round
from matching.pairings.models import Pairing, Request
from matching.runs.models import Run
from mentoring.demo import build, copies, words
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.outbox.models import OutboxMessage
from programs.memberships.models import Membership, Program
from tests.factories.programs import ProgramFactory
from tests.times import NOON

# The fewest of whom there is somebody for every part of the story.
SMALL = 20
ROLES = ["mentor", "mentee", "other_mentor", "other_mentee", "coordinator", "admin", "subject", "other_coordinator", "ex_member"]


@pytest.fixture(scope="module")
def told(django_db_setup, django_db_blocker):
    """What the command printed about a small program, which is there for every test of this file."""
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as changed:
        changed.setattr("django.conf.settings.EVENHAND_PROBE", True)
        changed.setattr(build, "PAIRS_TOLD", SMALL)
        yield run(pairs=SMALL)
        transaction.set_rollback(True)


@pytest.fixture
def northside(told, db):
    return Program.objects.get(slug=build.NORTHSIDE)


@pytest.fixture
def amara(northside):
    return Membership.objects.get(program=northside, user__email="amara.okoye@northside.example")


@pytest.fixture
def shown(amara):
    """The pairing of Amara Okoye and Jonas Lindqvist, which shows everything at once."""
    return Pairing.objects.with_people().of(amara).get()


@pytest.fixture
def jonas(shown, amara):
    return shown.other_half(amara)


@pytest.fixture
def copied(northside):
    """Thirty pairs more than are told."""
    run(pairs=SMALL + 30)
    return Pairing.objects.filter(program=northside, first__user__email__startswith=copies.COPY)


def run(**options) -> dict:
    with io.StringIO() as out:
        call_command("demo", json=True, weeks=build.FEWEST_WEEKS, stdout=out, **options)
        return json.loads(out.getvalue())


def pairs_of(program) -> int:
    return Pairing.objects.filter(program=program).count()


@pytest.mark.django_db
def test_nothing_is_told_where_real_people_are(settings):
    settings.DEBUG = settings.EVENHAND_PROBE = False
    before = Program.objects.count()

    with pytest.raises(CommandError, match="needs DEBUG, or EVENHAND_PROBE=1"):
        call_command("demo")

    assert Program.objects.count() == before


def test_it_says_who_may_sign_in_and_where_to_begin(told, northside):
    assert set(told) >= {"password", "accounts", "may_read"}
    assert [account["role"] for account in told["accounts"]] == ROLES
    assert all({"email", "role", "start"} <= set(account) for account in told["accounts"])
    assert set(told["may_read"]) == {"concern", "answer"}
    assert told["pairs"] == pairs_of(northside) == SMALL


def test_everybody_can_sign_in_and_see_the_pages_they_begin_with(told, northside):
    for account in told["accounts"]:
        browser = Client()
        answer = browser.post("/accounts/login/", {"login": account["email"], "password": told["password"]})
        assert answer.status_code == 302, account["role"]

        pages = [*account["start"], account.get("checkin_url", "/")]
        assert {page: browser.get(page, follow=True).status_code for page in pages} == dict.fromkeys(pages, 200), account["role"]


def test_the_mentee_has_a_check_in_to_answer_and_only_those_named_may_read_it(told, northside):
    [mentee] = [account for account in told["accounts"] if account["role"] == "mentee"]
    staff = [account["email"] for account in told["accounts"] if account["role"] in ("coordinator", "admin")]

    assert re.fullmatch(r"/p/northside/check-ins/\d+/", mentee["checkin_url"])
    assert {mentee["email"], *staff} <= set(told["may_read"]["answer"])


def test_the_concern_about_a_coordinator_is_read_by_the_others_and_is_no_page_for_him(told, northside):
    accounts = {account["role"]: account for account in told["accounts"]}
    reader, raiser, subject = accounts["admin"], accounts["other_mentee"], accounts["subject"]

    assert set(told["may_read"]["concern"]) == {raiser["email"], reader["email"], accounts["coordinator"]["email"]}
    assert reader["concern_url"] == raiser["concern_url"] == subject["must_not_notice"]
    for account, status in ((reader, 200), (raiser, 200), (subject, 404)):
        browser = Client()
        browser.post("/accounts/login/", {"login": account["email"], "password": told["password"]})
        assert browser.get(reader["concern_url"]).status_code == status, account["role"]


def test_one_concern_has_been_closed_and_one_waits(northside):
    there = Concern.objects.filter(program=northside)

    assert (there.open().unread().count(), there.exclude(closed_at=None).count()) == (1, 1)


def test_who_left_is_out_and_the_second_program_stands_apart(told, northside):
    former = Membership.objects.get(program=northside, user__email="hana.kurosawa@northside.example")
    neighbours = Membership.objects.filter(program__slug=build.HARBOUR)

    assert former.left_at is not None
    assert neighbours.exists()
    assert not neighbours.filter(user__memberships__program=northside).exists()


def test_a_circle_of_equal_peers_has_a_proved_run_that_leaves_one_of_them_over(told):
    run = Run.objects.get(program__slug=build.CIRCLE)

    assert (run.kind, run.pairs, run.without_match) == (Run.Kind.PEERS, len(build.PEERS) // 2, 1)
    assert run.proved_at is not None


def test_no_mail_of_the_told_past_goes_out(told, northside):
    assert OutboxMessage.objects.filter(state=OutboxMessage.State.SENT).exists()

    assert not OutboxMessage.objects.open().filter(due_at__lte=Pairing.objects.latest("proposed_at").proposed_at).exists()


def test_every_active_pair_has_been_looked_at_up_to_last_week(northside):
    until = last_ended_week(northside, timezone.now())

    looked_at = Assessment.objects.filter(pairing__program=northside, failed_at=None)
    assert set(looked_at.filter(pairing__state="active").values_list("week", flat=True)) == {until}
    assert looked_at.filter(pairing__state="active").count() == Pairing.objects.active().filter(program=northside).count() > 0


def test_a_second_time_changes_nothing(told, northside):
    before = (pairs_of(northside), Membership.objects.count(), AuditEvent.objects.count(), OutboxMessage.objects.count())

    again = run(pairs=SMALL)

    assert again == told
    assert (pairs_of(northside), Membership.objects.count(), AuditEvent.objects.count(), OutboxMessage.objects.count()) == before


def test_more_pairs_than_are_told_are_copies_that_can_be_read(told, northside):
    again = run(pairs=SMALL + 30)

    copied = Pairing.objects.filter(program=northside, first__user__email__startswith=copies.COPY)
    assert again["pairs"] == SMALL + 30
    assert copied.count() == 30
    # Each word opens with the key of its own row, and says what the told one says.
    sessions = Session.objects.filter(pairing__in=copied).prefetch_related("topics")
    words = {session.talked_about for session in sessions}
    assert words
    assert words <= {session.talked_about for session in Session.objects.exclude(pairing__in=copied)}
    topics = [(session, topic) for session in sessions for topic in session.topics.all()]
    assert topics
    assert all(topic.pairing_id == session.pairing_id for session, topic in topics)
    answers = [answer.words for answer in Answer.objects.filter(check_in__pairing__in=copied)]
    assert any(answers)
    assert again["accounts"] == told["accounts"]


def test_copies_have_all_that_hangs_on_a_pair(copied, northside):
    told = Pairing.objects.filter(program=northside, activated_at__isnull=False).exclude(pk__in=copied)
    on_a_pair = {
        relation.related_model: relation.field.name for relation in Pairing._meta.related_objects if relation.related_model is not None
    }
    of_the_told = {model: model.objects.filter(**{f"{name}__in": told}).exists() for model, name in on_a_pair.items()}

    missing = [
        model.__name__
        for model, is_there in of_the_told.items()
        if is_there and not model.objects.filter(**{f"{on_a_pair[model]}__in": copied}).exists()
    ]

    assert any(of_the_told.values())
    assert missing == []


def test_a_fact_of_a_copy_is_about_a_row_of_the_copy(copied):
    of_another = [
        fact
        for fact in Fact.objects.filter(pairing__in=copied)
        if not copies.ABOUT[fact.kind].objects.filter(pk=fact.source_id, **_of(fact)).exists()
    ]

    assert of_another == []


def _of(fact: Fact) -> dict:
    columns = {field.name for field in copies.ABOUT[fact.kind]._meta.get_fields()}
    return {"pairing" if "pairing" in columns else "session__pairing": fact.pairing_id}


def test_what_both_said_apart_is_about_a_row_of_the_copy(copied):
    rounds = Round.objects.filter(pairing__in=copied).exclude(source_id=0)

    assert rounds.exists()
    assert all(copies.ABOUT[round.kind].objects.filter(pk=round.source_id, pairing=round.pairing_id).exists() for round in rounds)


def test_the_counts_of_copies_are_those_of_their_facts(copied, northside):
    def counts() -> set[tuple]:
        there = WeeklyCount.objects.filter(pairing__program=northside, number__gt=0)
        return set(there.values_list("pairing", "week", "side", "kind", "number"))

    before = counts()
    rebuild_those_of(program=northside, now=NOON)

    assert before == counts()


def test_without_a_pair_to_copy_there_are_no_copies(db):
    empty = ProgramFactory()

    copies.make_up_to(5, program=empty, now=timezone.now())

    assert pairs_of(empty) == 0


def test_at_a_terminal_it_says_how_to_look_around(told, northside, capsys):
    call_command("demo", pairs=SMALL)

    said = capsys.readouterr().out
    assert told["password"] in said
    assert "priya.raman@northside.example" in said
    assert "/accounts/login/" in said


def test_the_first_pair_has_agreed_on_a_session_in_the_coming_days(shown):
    planned = Session.objects.get(pairing=shown, state=Session.State.PLANNED)

    assert timedelta(0) < planned.starts_at - timezone.now() < timedelta(days=7)


def test_a_suggestion_of_times_waits_for_amara(shown, jonas):
    suggested = Session.objects.get(pairing=shown, state=Session.State.PROPOSED)

    assert suggested.proposed_by == jonas
    assert suggested.options.open().count() == 2


def test_three_topics_of_both_are_on_the_agenda(shown, amara, jonas):
    authors = AgendaItem.objects.filter(pairing=shown).open().values_list("author", flat=True)

    assert len(authors) == 3
    assert set(authors) == {amara.pk, jonas.pk}


def test_each_of_the_first_two_has_one_action_to_do(shown):
    standing = ActionItem.objects.filter(pairing=shown).open()

    assert sorted(standing.values_list("owner", flat=True)) == ["first", "second"]
    assert standing.standing().count() == 2


def test_one_decision_waits_for_amara(shown, jonas):
    assert Decision.objects.get(pairing=shown, state=Decision.State.OPEN).proposed_by == jonas


def test_two_decisions_of_the_first_pair_stand_and_one_of_them_is_a_try(shown):
    standing = Decision.objects.filter(pairing=shown, state=Decision.State.STANDS)

    assert sorted(decision.try_until is None for decision in standing) == [False, True]


def test_each_of_the_first_two_has_a_goal(shown):
    assert sorted(Goal.objects.filter(pairing=shown).filter(state=Goal.State.OPEN).values_list("whose", flat=True)) == ["first", "second"]


def test_a_message_of_jonas_is_unread(shown, amara, jonas):
    assert Message.objects.filter(pairing=shown).unread_by(amara).count() == 1
    assert not Message.objects.filter(pairing=shown).unread_by(jonas).exists()


def test_jonas_alone_has_said_how_the_last_session_was(shown, jonas):
    last = Session.objects.filter(pairing=shown).held().latest("starts_at")
    asked = Round.objects.of_kind(AIRTIME).get(pairing=shown, source_id=last.pk)

    assert [answer.membership for answer in asked.answers.all()] == [jonas]


def test_somebody_has_asked_somebody_who_was_suggested_to_them(northside):
    [request] = Request.objects.filter(pairing__program=northside).waiting()

    assert northside.people_may_ask
    assert request.pairing.has_accepted(request.by)
    assert Request.objects.visible_to(request.pairing.other_half(request.by)).get().message == words.REQUEST


def test_those_who_are_paired_have_finished_their_course_and_a_newcomer_has_not_gone_on(northside):
    taken = Enrolment.objects.filter(membership__program=northside)
    halves = Pairing.objects.filter(program=northside, activated_at__isnull=False).values_list("first", "second")

    assert {half for pair in halves for half in pair} <= set(taken.finished().values_list("membership", flat=True))
    assert taken.open().filter(begun_at__isnull=False, stepped_at__lt=timezone.now() - timedelta(days=14)).exists()
    assert Reflection.objects.get(enrolment__membership__program=northside).text == words.REFLECTION


def test_a_run_has_found_who_could_meet_and_nobody_has_been_asked(northside):
    run = Run.objects.finished().get(program=northside)
    assert run.matched == run.proposals.drafts().count() > 5


def test_one_pair_rests_and_two_have_ended(northside):
    there = Pairing.objects.filter(program=northside)

    assert there.filter(state=Pairing.State.PAUSED).count() == 1
    assert there.filter(state=Pairing.State.CLOSED).count() == 2


def test_the_two_who_ended_it_together_both_want_to_stay_in_touch(northside):
    asked = Round.objects.of_kind(LATER_CONTACT).filter(pairing__program=northside)

    assert asked.opened_together().count() == 1


def test_one_pair_is_preparing_a_fresh_start(northside):
    prepared = Round.objects.of_kind(RESET).filter(pairing__program=northside).open_at(timezone.now())

    assert [round.answers.count() for round in prepared] == [1]


def test_somebody_is_asked_for_an_action(northside):
    asked = ActionItem.objects.get(pairing__program=northside, text=words.ACTION_ASKED)

    assert asked.is_open
    assert not asked.is_taken_on


def test_one_decision_was_reopened(northside):
    assert Decision.objects.get(pairing__program=northside, text=words.DECISION_REOPENED).state == Decision.State.REOPENED


@pytest.mark.parametrize("subject", ["AgendaItem", "Decision", "ActionItem", "Goal", "Message"])
def test_no_words_come_twice_in_a_pair(northside, subject):
    there = apps.get_model("checkins", subject).objects.filter(pairing__program=northside)
    told = list(there.values_list("pairing", "text"))

    assert told
    assert len(told) == len(set(told))


@pytest.mark.parametrize(
    ("sentences", "at_least"),
    [(words.TOPICS, 25), (words.DECISIONS, 15), (words.ACTIONS, 20), (words.GOALS, 20), (words.MESSAGES, 20)],
)
def test_there_is_enough_to_say(sentences, at_least):
    assert len(set(sentences)) == len(sentences) >= at_least


def test_two_have_looked_back_and_somebody_has_left_a_note_for_whoever_comes_next(shown, jonas, northside):
    review = Review.objects.in_pairing(shown, jonas).get()
    assert review.text == words.WRITTEN_TOGETHER
    assert review.round.answers.count() == 2
    assert HandOverNote.objects.waiting().filter(pairing__program=northside).count() == 1
