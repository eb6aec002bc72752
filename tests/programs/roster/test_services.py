import io
from contextlib import suppress
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from mentoring.kernel.errors import Refused
from mentoring.kernel.jobs import kinds
from mentoring.kernel.jobs import services as jobs
from mentoring.kernel.jobs.models import Job
from programs.invitations.models import Invitation
from programs.profiles.models import ProfileQuestion
from programs.roster import services
from programs.roster.models import Sheet, SheetPart, SheetRow
from tests.at_once import at_once
from tests.factories.programs import MembershipFactory
from tests.factories.roster import SheetFactory, SheetRowFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db

MESSY = Path(__file__).with_name("data") / "messy.csv"


@pytest.fixture
def coordinator():
    member = MembershipFactory(coordinator=True, program__mentor_word="buddy", program__mentee_word="first-year")
    for position, (text, kind, choices) in enumerate(
        [
            ("Which year are you in?", "one", ["1", "2", "3", "4", "PG"]),
            ("What matters to you?", "several", ["Family", "Nature", "Honesty", "Humour"]),
            ("Which languages do you speak?", "languages", []),
            ("Do you have access needs we should know of?", "short_text", []),
        ]
    ):
        ProfileQuestion.objects.create(program=member.program, text=text, kind=kind, choices=choices, position=position)
    return member


def uploaded(by, content: str | bytes) -> Sheet:
    content = content if isinstance(content, bytes) else content.encode()
    return services.upload(program=by.program, by=by, file=io.BytesIO(content), file_name="people.csv", now=NOON)


def read(by, content: str | bytes) -> Sheet:
    sheet = uploaded(by, content)
    jobs.run_next(now=NOON)
    return Sheet.objects.get(pk=sheet.pk)


def chosen(by, content: str | bytes, *, leaves_unknown_out=False) -> Sheet:
    sheet = read(by, content)
    questions = ProfileQuestion.objects.filter(program=by.program).in_use()
    columns = services.proposal_for(sheet=sheet, read_as=services.samples_of(sheet), questions=questions)
    return services.choose_columns(sheet=sheet, by=by, chosen=columns, cohort=None, leaves_unknown_out=leaves_unknown_out, now=NOON)


def checked(by, content: str | bytes, *, leaves_unknown_out=False) -> Sheet:
    sheet = chosen(by, content, leaves_unknown_out=leaves_unknown_out)
    jobs.run_next(now=NOON)
    return Sheet.objects.get(pk=sheet.pk)


def imported(by, content: str | bytes) -> Sheet:
    sheet = checked(by, content)
    services.confirm(sheet=sheet, by=by, leaves_mistakes_out=True, now=NOON)
    jobs.run_next(now=NOON)
    return sheet


def kept(sheet: Sheet) -> list[tuple]:
    """All that is known of each row."""
    return list(sheet.rows.in_order().values_list("line", "cells", "outcome", "email", "name", "prefilled", "mistakes"))


def people(number: int, begin: int = 0) -> str:
    return "Name;Mail\n" + "".join(f"Person {n};p{n}@example.org\n" for n in range(begin, begin + number))


def mistakes_of(sheet: Sheet) -> dict[int, list[str]]:
    return {row.line: [one["code"] for one in row.mistakes] for row in sheet.rows.in_order() if row.mistakes}


# --- looking at the rows ---


def test_every_fault_of_a_messy_file_is_named_with_its_line(coordinator):
    sheet = checked(coordinator, MESSY.read_bytes())

    assert mistakes_of(sheet) == {
        # Whose address it is nobody can tell.
        3: ["shared_address"],
        4: ["shared_address"],
        5: ["unknown_zone"],
        6: ["no_address"],
        7: ["not_an_address"],
        10: ["formula"],
        11: ["too_few"],
        12: ["unknown_role"],
        13: ["not_a_number"],
        14: ["unknown_choice"],
        15: ["row_twice"],
        16: ["person_twice"],
    }
    assert sheet.counts()["new"] == 3


@pytest.mark.parametrize("rows_at_once", [2, 1000])
def test_of_people_with_one_address_nobody_is_invited_however_far_apart_they_stand(coordinator, monkeypatch, rows_at_once):
    monkeypatch.setattr(services, "BATCH", rows_at_once)
    names = ["Ana", "Bea", "Cem", "Dia", "ANA ", "Eli"]
    addresses = ["a", "b", "c", "a", "a", "e"]

    sheet = checked(coordinator, "Name;Mail\n" + "".join(f"{n};{a}@example.org\n" for n, a in zip(names, addresses, strict=True)))

    assert mistakes_of(sheet) == {2: ["shared_address"], 5: ["shared_address"], 6: ["row_twice"]}
    assert list(sheet.rows.to_invite().in_order().values_list("name", flat=True)) == ["Bea", "Cem", "Eli"]


def test_what_a_row_says_is_kept_as_the_profile_begins(coordinator):
    sheet = checked(coordinator, MESSY.read_bytes())

    year, matters, languages, access = ProfileQuestion.objects.filter(program=coordinator.program).in_use()
    first = sheet.rows.get(line=2)
    assert (first.name, first.email) == ("Ana Pérez López", "ana@example.org")
    assert first.prefilled == {
        "offers_mentoring": True,
        "seeks_mentoring": True,
        "pronouns": "she/her",
        "time_zone": "Europe/London",
        "offers_capacity": 2,
        "answers": {
            str(year.pk): "PG",
            str(matters.pk): ["Family", "Honesty"],
            str(languages.pk): ["English", "Welsh"],
            str(access.pk): 'needs a "quiet" room; ground floor',
        },
    }


def test_an_answer_that_is_no_choice_can_be_left_empty(coordinator, monkeypatch):
    monkeypatch.setattr(services, "BATCH", 2)

    sheet = checked(coordinator, MESSY.read_bytes(), leaves_unknown_out=True)

    assert sheet.rows.get(line=14).outcome == "new"
    assert list(sheet.unknown.values()) == [{"Sleep": 1}]


def test_columns_can_be_chosen_anew(coordinator):
    sheet = read(coordinator, "Work mail,Name,Private mail\na@work.example,Ana,a@home.example\n")
    for columns in ({"0": "email"}, {"1": "name", "2": "email"}):
        services.choose_columns(sheet=sheet, by=coordinator, chosen=columns, cohort=None, leaves_unknown_out=False, now=NOON)
        jobs.run_next(now=NOON)

    row = sheet.rows.get()
    assert (row.email, row.name, row.mistakes) == ("a@home.example", "Ana", [])


def test_columns_are_not_chosen_while_a_worker_is_at_the_sheet(coordinator):
    sheet = uploaded(coordinator, people(1))

    with pytest.raises(Refused, match="still at work"):
        services.choose_columns(sheet=sheet, by=coordinator, chosen={"1": "email"}, cohort=None, leaves_unknown_out=False, now=NOON)


def test_who_is_in_the_program_or_invited_already_stays_as_they_are(coordinator):
    MembershipFactory(program=coordinator.program, user__email="p0@example.org")
    MembershipFactory(program=coordinator.program, user__email="p1@example.org", left=True)
    imported(coordinator, people(2, begin=2))
    Invitation.objects.filter(email="p2@example.org").update(withdrawn_at=NOON)

    sheet = checked(coordinator, people(5))

    assert [row.outcome for row in sheet.rows.in_order()] == ["member", "left", "withdrawn", "asked", "new"]


def test_importing_a_file_again_asks_nobody_who_left_or_was_taken_off(coordinator):
    imported(coordinator, people(2))
    Invitation.objects.update(withdrawn_at=NOON)

    sheet = checked(coordinator, people(2))

    with pytest.raises(Refused, match="nobody"):
        services.confirm(sheet=sheet, by=coordinator, leaves_mistakes_out=False, now=NOON)


def test_an_invitation_that_ran_out_is_sent_anew(coordinator):
    imported(coordinator, people(1))
    Invitation.objects.update(expires_at=NOON)

    sheet = checked(coordinator, people(1))

    assert sheet.rows.get().outcome == "new"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "empty"),
        ("Name;Mail\n", "no people below it"),
        ("Ana;ana@example.org\nBen;ben@example.org\n", "looks like a person"),
    ],
)
def test_a_file_that_is_no_list_is_refused_whole(coordinator, content, said):
    sheet = read(coordinator, content)

    assert said in sheet.job().failure
    assert (sheet.due_step, sheet.rows.count(), sheet.parts.count()) == ("progress", 0, 0)


def test_of_a_file_that_turns_out_to_be_broken_no_row_is_kept(coordinator, monkeypatch):
    monkeypatch.setattr(services, "BATCH", 2)

    sheet = read(coordinator, people(5) + "x;" * 61 + "x\n")

    assert "too many columns" in sheet.job().failure
    assert not SheetRow.objects.exists()


def test_the_file_itself_goes_once_its_rows_are_kept(coordinator, monkeypatch):
    monkeypatch.setattr(services, "PART", 7)

    sheet = uploaded(coordinator, people(3))
    assert b"".join(bytes(part) for part in sheet.parts.order_by("number").values_list("content", flat=True)) == people(3).encode()
    jobs.run_next(now=NOON)

    assert not SheetPart.objects.exists()
    assert list(sheet.rows.in_order().values_list("line", "cells")) == [
        (line, [f"Person {line - 2}", f"p{line - 2}@example.org"]) for line in (2, 3, 4)
    ]


# --- stopped and killed ---


class Killed(BaseException):
    """What no code catches."""


@pytest.mark.parametrize("portions", range(4))
@pytest.mark.parametrize("begin", [uploaded, chosen])
def test_a_worker_that_is_killed_leaves_the_rest_to_the_next(coordinator, monkeypatch, begin, portions):
    content = "Name;Mail\nAna;a@example.org\nBea;b@example.org\nCem;a@example.org\nDia;d@example.org\nBea;b@example.org\n"
    monkeypatch.setattr(services, "BATCH", 2)
    whole = checked(coordinator, content) if begin is chosen else read(coordinator, content)
    sheet = begin(coordinator, content)
    went_on = count(1)

    def killed_after_some(job):
        if next(went_on) > portions:
            raise Killed
        return False

    with monkeypatch.context() as patched, suppress(Killed):
        patched.setattr(jobs, "should_stop", killed_after_some)
        jobs.run_next(now=NOON)
    jobs.run_next(now=timezone.now() + timedelta(hours=1))

    sheet.refresh_from_db()
    assert sheet.job().state == "done"
    assert (sheet.due_step, kept(sheet), sheet.unknown) == (whole.due_step, kept(whole), whole.unknown)


def test_a_look_that_was_stopped_begins_anew_with_other_columns(coordinator, monkeypatch):
    monkeypatch.setattr(services, "BATCH", 2)
    sheet = chosen(coordinator, people(5))
    job = jobs.claim_next(services.CHECKING, NOON)
    services.check_portion(job=job, now=NOON)
    jobs.request_stop(job, now=NOON)
    jobs.stop(job, NOON)

    services.choose_columns(sheet=sheet, by=coordinator, chosen={"1": "email"}, cohort=None, leaves_unknown_out=False, now=NOON)
    jobs.run_next(now=NOON)

    assert list(sheet.rows.in_order().values_list("name", "outcome")) == [("", "new")] * 5


def test_a_sheet_that_is_not_looked_at_to_its_end_is_not_confirmed(coordinator):
    sheet = chosen(coordinator, people(3))

    with pytest.raises(Refused, match="Say first"):
        services.confirm(sheet=sheet, by=coordinator, leaves_mistakes_out=True, now=NOON)


@pytest.mark.parametrize("kind", [services.READING, services.CHECKING])
def test_a_worker_whose_lease_was_lost_keeps_nothing(coordinator, kind):
    sheet = (uploaded if kind == services.READING else chosen)(coordinator, people(3))
    before = kept(sheet)
    lost = jobs.claim_next(kind, NOON)
    jobs.claim_next(kind, NOON + timedelta(hours=1))

    work = kinds.get(kind).work
    with pytest.raises(jobs.LeaseLost):
        work(lost)

    assert kept(sheet) == before


# --- inviting ---


def test_people_are_invited_once_whatever_is_imported_again(coordinator):
    first = imported(coordinator, MESSY.read_bytes())
    second = checked(coordinator, MESSY.read_bytes())

    assert Invitation.objects.count() == 3
    assert first.counts()["invited"] == 3
    assert second.counts() | {"mistake": 0} == dict.fromkeys(SheetRow.Outcome.values, 0) | {"asked": 3}
    with pytest.raises(Refused, match="nobody"):
        services.confirm(sheet=second, by=coordinator, leaves_mistakes_out=True, now=NOON)


def test_rows_with_mistakes_stop_nobody_once_that_is_chosen(coordinator):
    sheet = checked(coordinator, MESSY.read_bytes())

    with pytest.raises(Refused, match="Tick that they are left out"):
        services.confirm(sheet=sheet, by=coordinator, leaves_mistakes_out=False, now=NOON)

    assert not Job.objects.of_kind(services.INVITING).exists()


def test_a_stopped_import_goes_on_where_it_was(coordinator, monkeypatch):
    monkeypatch.setattr(services, "PORTION", 2)
    sheet = checked(coordinator, people(5))
    services.confirm(sheet=sheet, by=coordinator, leaves_mistakes_out=False, now=NOON)
    job = jobs.claim_next(services.INVITING, NOON)
    services.invite_portion(job=job, now=NOON)
    jobs.request_stop(job, now=NOON)
    jobs.stop(job, NOON)
    assert sheet.counts()["new"] == 3

    services.confirm(sheet=Sheet.objects.get(), by=coordinator, leaves_mistakes_out=False, now=NOON)
    done = jobs.run_next(now=NOON)

    assert (done.state, done.done, done.total) == ("done", 3, 3)
    assert Invitation.objects.count() == 5
    assert sheet.counts()["invited"] == 5


def test_a_worker_that_was_killed_leaves_nothing_to_be_done_twice(coordinator, monkeypatch):
    monkeypatch.setattr(services, "PORTION", 2)
    sheet = checked(coordinator, people(5))
    services.confirm(sheet=sheet, by=coordinator, leaves_mistakes_out=False, now=NOON)
    services.invite_portion(job=jobs.claim_next(services.INVITING, NOON), now=NOON)

    done = jobs.run_next(now=NOON + timedelta(hours=1))

    assert (done.state, done.done, done.total) == ("done", 5, 5)
    assert Invitation.objects.count() == 5


def test_a_portion_whose_lease_was_lost_is_undone_whole(coordinator):
    sheet = checked(coordinator, people(3))
    services.confirm(sheet=sheet, by=coordinator, leaves_mistakes_out=False, now=NOON)
    lost = jobs.claim_next(services.INVITING, NOON)
    jobs.claim_next(services.INVITING, NOON + timedelta(hours=1))

    with pytest.raises(jobs.LeaseLost), transaction.atomic():
        services.invite_portion(job=lost, now=NOON)

    assert not Invitation.objects.exists()
    assert sheet.counts()["new"] == 3


def test_who_runs_the_program_no_longer_invites_nobody(coordinator):
    sheet = checked(coordinator, people(3))
    services.confirm(sheet=sheet, by=coordinator, leaves_mistakes_out=False, now=NOON)
    type(coordinator).objects.update(left_at=NOON)

    job = jobs.run_next(now=NOON)

    assert job.state == "failed"
    assert "no longer runs the program" in job.failure
    assert not Invitation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_confirm_at_once_start_one_import(coordinator):
    sheet = checked(coordinator, people(3))

    started = at_once(*[lambda: services.confirm(sheet=sheet, by=coordinator, leaves_mistakes_out=False, now=NOON)] * 4)

    assert len({job.pk for job in started}) == 1
    assert Job.objects.of_kind(services.INVITING).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_sheets_with_the_same_people_invite_each_once(coordinator):
    for _ in range(2):
        services.confirm(sheet=checked(coordinator, people(20)), by=coordinator, leaves_mistakes_out=False, now=NOON)

    at_once(*[lambda: jobs.run_next(now=NOON)] * 2)

    assert {job.state for job in Job.objects.all()} == {"done"}
    assert Invitation.objects.count() == 20


# --- cost and care ---


def test_a_thousand_rows_cost_as_many_statements_as_ten(coordinator, queries_of, monkeypatch):
    monkeypatch.setattr(services, "PORTION", 1000)

    def cost(number: int, begin: int) -> list[int]:
        found: list[Sheet] = []
        upload = queries_of(lambda: found.append(uploaded(coordinator, people(number, begin))))
        read = queries_of(lambda: jobs.run_next(now=NOON))
        services.choose_columns(
            sheet=found[0], by=coordinator, chosen={"0": "name", "1": "email"}, cohort=None, leaves_unknown_out=False, now=NOON
        )
        check = queries_of(lambda: jobs.run_next(now=NOON))
        services.confirm(sheet=found[0], by=coordinator, leaves_mistakes_out=False, now=NOON)
        return [upload, read, check, queries_of(lambda: jobs.run_next(now=NOON))]

    cost(1, 5000)

    assert cost(10, 0) == cost(1000, 10)


def test_a_sheet_is_forgotten_after_thirty_days(coordinator):
    imported(coordinator, people(2))

    assert services.purge(now=NOON + timedelta(days=29)) == 0
    assert services.purge(now=NOON + timedelta(days=31)) == 1

    assert not SheetRow.objects.exists()
    assert Invitation.objects.count() == 2


def test_a_line_is_kept_once():
    row = SheetRowFactory()

    with pytest.raises(IntegrityError):
        SheetRowFactory(sheet=row.sheet, line=row.line)


def test_nobody_is_invited_without_an_address():
    with pytest.raises(IntegrityError):
        SheetRowFactory(sheet=SheetFactory(), outcome="new", email="")
