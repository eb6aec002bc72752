from datetime import timedelta

import pytest

from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from programs.memberships.models import Cohort, Program
from programs.profiles.models import ProfileQuestion
from programs.setup import services
from programs.setup.templates import TEMPLATES
from tests.factories.programs import CohortFactory, MembershipFactory, ProgramFactory, UserFactory

pytestmark = pytest.mark.django_db

# What the first row of the sheets of such programs asks, apart from what belongs to the person or to their wish.
ASKED_BY_NORTHSIDE = ["year", "course", "topics", "matters", "life experience", "languages", "free", "access needs"]


@pytest.fixture
def priya():
    return UserFactory(may_create_programs=True, name="Priya Raman")


@pytest.fixture
def create(priya, noon):
    """`create(name=…)` is a program that Priya has made."""

    def make(**changes) -> Program:
        return services.create_program(
            **{"by": priya, "template": "first-year-buddies", "name": "Northside", "time_zone": "Europe/London", "now": noon} | changes
        )

    return make


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_program_begins_with_what_its_template_says(create, priya, template):
    program = create(template=template)

    chosen = TEMPLATES[template]
    asked = list(ProfileQuestion.objects.filter(program=program).in_use())
    assert [question.text for question in asked] == [str(question.text) for question in chosen.questions]
    assert [question.position for question in asked] == list(range(len(asked)))
    for question in asked:
        question.full_clean()
        assert bool(question.choices) == (question.kind in ("one", "several", "times"))
    program.full_clean()
    assert (program.kind, program.purpose) == (chosen.kind, str(chosen.purpose))


def test_who_makes_a_program_is_its_coordinator_and_its_admin(create, priya):
    program = create()

    first = program.memberships.get()
    assert (first.user, first.role_keys()) == (priya, "coordinator,admin")
    events = AuditEvent.objects.order_by("seq").values_list("verb", flat=True)
    assert list(events[:2]) == ["program.created", "membership.joined"]


def test_later_parts_hear_of_a_new_program(create, monkeypatch, noon):
    heard = []
    monkeypatch.setattr(services, "_when_created", [lambda *, program, by, now: heard.append((program.pk, by.program_id, now))])

    program = create()

    assert heard == [(program.pk, program.pk, noon)]


def test_first_year_buddies_ask_what_the_sheets_of_such_programs_ask():
    asked = " ".join(str(question.text).lower() for question in TEMPLATES["first-year-buddies"].questions)

    assert [word for word in ASKED_BY_NORTHSIDE if word not in asked] == []


@pytest.mark.parametrize(
    ("name", "slug"), [("Northside", "northside"), ("Été à Nîmes", "ete-a-nimes"), ("שלום", "program"), ("x" * 120, "x" * 56)]
)
def test_the_short_name_comes_from_the_name(create, name, slug):
    assert create(name=name).slug == slug


def test_a_second_program_of_the_same_name_gets_a_number(create):
    assert [create().slug, create().slug, create().slug] == ["northside", "northside-2", "northside-3"]


def test_a_short_name_that_was_chosen_and_is_taken_is_refused(create):
    create()

    with pytest.raises(Refused, match="short name"):
        create(slug="northside")

    assert Program.objects.count() == 1


def test_nobody_else_makes_programs(create):
    with pytest.raises(Refused):
        create(by=UserFactory())


# --- changing it ---


@pytest.fixture
def admin():
    return MembershipFactory(admin=True)


def change(by, now, **changes):
    program = by.program
    fields = ("name", "purpose", "time_zone", "mentor_word", "mentee_word", "help_contact")
    return services.change_program(program=program, by=by, now=now, **{field: getattr(program, field) for field in fields} | changes)


def test_what_changed_is_recorded_and_no_word_of_it(admin, noon):
    change(admin, noon, name="A new name", help_contact="Ruth, 01234", answers_read_by="admins", staff_need_second_factor=False)

    event = AuditEvent.objects.get()
    assert event.verb == "program.changed"
    assert event.detail == {"name": "changed", "help_contact": "changed", "answers_read_by": "admins", "staff_need_second_factor": False}


def test_saving_what_is_there_records_nothing(admin, noon):
    change(admin, noon)

    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("guarded", [{"answers_read_by": "admins"}, {"staff_need_second_factor": False}])
def test_a_coordinator_does_not_change_what_guards_the_confidential(guarded, noon):
    coordinator = MembershipFactory(coordinator=True)

    with pytest.raises(Refused, match="Only an admin"):
        change(coordinator, noon, name="A new name", **guarded)

    coordinator.program.refresh_from_db()
    assert coordinator.program.name != "A new name"


# --- cohorts ---


def test_a_cohort_is_added_and_changed(admin, noon):
    today = noon.date()

    cohort = services.add_cohort(program=admin.program, by=admin, name="Autumn", starts_on=today, ends_on=None, now=noon)
    services.change_cohort(cohort=cohort, by=admin, name="Autumn 2026", starts_on=today, ends_on=today + timedelta(days=200), now=noon)

    assert Cohort.objects.get().name == "Autumn 2026"
    assert list(AuditEvent.objects.order_by("seq").values_list("verb", flat=True)) == ["cohort.added", "cohort.changed"]


def test_two_cohorts_of_one_program_are_told_apart_by_name(admin, noon):
    CohortFactory(program=admin.program, name="Autumn 2026")
    CohortFactory(program=ProgramFactory(), name="Spring")

    with pytest.raises(Refused, match="of this name"):
        services.add_cohort(program=admin.program, by=admin, name="autumn 2026", starts_on=noon.date(), ends_on=None, now=noon)
    services.add_cohort(program=admin.program, by=admin, name="Spring", starts_on=noon.date(), ends_on=None, now=noon)


def test_a_cohort_that_ends_before_it_begins_is_refused(admin, noon):
    with pytest.raises(Refused, match="before the first"):
        services.add_cohort(
            program=admin.program, by=admin, name="Autumn", starts_on=noon.date(), ends_on=noon.date() - timedelta(days=1), now=noon
        )
