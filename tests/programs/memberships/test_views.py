import csv
import io

import pytest
from django.urls import reverse

from mentoring.kernel.audit.models import AuditEvent
from programs.memberships.models import Membership
from programs.readiness import services as readiness
from tests.factories.programs import CohortFactory, MembershipFactory, ProgramFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator():
    return MembershipFactory(coordinator=True, user__name="Priya Raman")


@pytest.fixture
def admin(coordinator):
    return MembershipFactory(program=coordinator.program, admin=True, user__name="Ruth Adeyemi")


def people(program, **asked) -> str:
    return reverse("programs:people", args=[program.slug], query=asked)


def page_of(name: str, member: Membership) -> str:
    return reverse(f"programs:{name}", args=[member.program.slug, member.pk])


# --- the way in ---


def test_the_front_page_asks_a_stranger_to_sign_in(client):
    assert client.get("/")["Location"] == "/accounts/login/?next=/"


def test_the_front_page_of_somebody_in_one_program_is_that_programs(as_member):
    member = MembershipFactory()

    assert as_member(member).get("/")["Location"] == f"/p/{member.program.slug}/"


def test_the_front_page_of_staff_is_their_morning(as_member, coordinator):
    assert as_member(coordinator).get("/")["Location"] == f"/p/{coordinator.program.slug}/today/"


def test_the_front_page_of_somebody_in_several_lets_them_choose(as_member):
    member = MembershipFactory(program__name="Northside")
    MembershipFactory(user=member.user, program__name="Riverside")
    MembershipFactory(user=member.user, program__name="Long ago", left=True)

    page = as_member(member).get("/", follow=True).content.decode()

    assert "Northside" in page
    assert "Riverside" in page
    assert "Long ago" not in page


def test_the_front_page_of_somebody_in_none_explains(as_member):
    page = as_member(UserFactory(email="new@example.org")).get("/", follow=True).content.decode()

    assert "You are in no program yet" in page
    assert "new@example.org" in page


def test_the_front_page_of_who_may_create_a_program_offers_it(as_member):
    assert as_member(UserFactory(may_create_programs=True)).get("/")["Location"] == "/programs/new/"


# --- the list ---


def test_the_list_says_who_is_ready_and_what_the_others_miss(as_member, coordinator, noon):
    MembershipFactory(program=coordinator.program, user__name="Amara Okoye", ready=True)
    jonas = MembershipFactory(program=coordinator.program, user__name="Jonas Lindqvist", cohort=CohortFactory(program=coordinator.program))
    readiness.require(membership=jonas, key="profile", now=noon)

    page = as_member(coordinator).get(people(coordinator.program)).content.decode()

    assert all(words in page for words in ("Amara Okoye", "Ready", "Jonas Lindqvist", "Profile", jonas.cohort.name, jonas.user.email))


def test_the_list_costs_the_same_for_three_people_and_for_sixty(as_member, coordinator, costs_the_same, noon):
    browser = as_member(coordinator)

    def grow(number):
        for member in MembershipFactory.create_batch(number, program=coordinator.program):
            readiness.require(membership=member, key="profile", now=noon)

    grow(3)
    costs_the_same(lambda: browser.get(people(coordinator.program)), grow=lambda: grow(60), at_most=12)


def test_the_list_has_pages_of_fifty(as_member, coordinator):
    MembershipFactory.create_batch(50, program=coordinator.program)

    first = as_member(coordinator).get(people(coordinator.program)).content.decode()
    second = as_member(coordinator).get(people(coordinator.program, page="2")).content.decode()

    assert first.count('role="row"') == 51
    assert second.count('role="row"') == 2


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "okoye"}, {"Amara Okoye"}),
        ({"role": "is_coordinator"}, {"Priya Raman"}),
        ({"ready": "ready"}, {"Amara Okoye"}),
        ({"ready": "open"}, {"Jonas Lindqvist"}),
        ({"ready": "profile"}, {"Jonas Lindqvist"}),
        ({"ready": "guidelines"}, set()),
        ({"state": "left"}, {"Lena Fischer"}),
        ({"state": "all"}, {"Amara Okoye", "Jonas Lindqvist", "Lena Fischer", "Priya Raman"}),
        ({"q": "okoye", "role": "is_coordinator"}, set()),
    ],
)
def test_the_list_is_narrowed_by_what_is_asked(as_member, coordinator, noon, asked, found):
    program = coordinator.program
    MembershipFactory(program=program, user__name="Amara Okoye", ready=True)
    readiness.require(membership=MembershipFactory(program=program, user__name="Jonas Lindqvist"), key="profile", now=noon)
    MembershipFactory(program=program, user__name="Lena Fischer", left=True)
    browser = as_member(coordinator)

    page = browser.get(people(program, **asked))

    assert {member.user.full_name for member in page.context["page"].items} == found
    rows = read_csv(browser.get(reverse("programs:people-export", args=[program.slug], query=asked)))
    assert {row[0] for row in rows[1:]} == found


@pytest.mark.parametrize(
    "asked", [{"role": "owner"}, {"ready": "x"}, {"state": "\x00"}, {"page": "-1"}, {"sort": "password"}, {"q": "%_'"}]
)
def test_nonsense_in_the_address_narrows_nothing_and_breaks_nothing(as_member, coordinator, asked):
    assert as_member(coordinator).get(people(coordinator.program, **asked)).status_code == 200


def test_an_empty_result_says_what_to_do(as_member, coordinator):
    page = as_member(coordinator).get(people(coordinator.program, q="nobody at all")).content.decode()

    assert "Nobody fits these filters" in page


def test_a_file_of_the_list_holds_what_was_shown_and_no_formula(as_member, coordinator):
    MembershipFactory(program=coordinator.program, user__name="=cmd|calc", ready=True)

    rows = read_csv(as_member(coordinator).get(reverse("programs:people-export", args=[coordinator.program.slug], query={"q": "cmd"})))

    assert rows[0] == ["Name", "Address", "Roles", "Cohort", "Still to do", "Joined", "Left"]
    assert [rows[1][0], rows[1][2], rows[1][4]] == ["'=cmd|calc", "Participant", "Ready"]
    assert AuditEvent.objects.get().verb == "people.exported"


def read_csv(response) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


# --- one person ---


def test_a_persons_page_costs_the_same_whoever_else_there_is(as_member, coordinator, costs_the_same):
    member = MembershipFactory(program=coordinator.program)
    browser = as_member(coordinator)

    costs_the_same(
        lambda: browser.get(page_of("person", member)),
        grow=lambda: MembershipFactory.create_batch(20, program=coordinator.program),
        at_most=12,
    )


@pytest.mark.parametrize("name", ["person", "person-roles", "person-leave"])
def test_a_person_of_another_program_is_not_there(as_member, coordinator, name):
    stranger = MembershipFactory()

    address = reverse(f"programs:{name}", args=[coordinator.program.slug, stranger.pk])

    assert as_member(coordinator).get(address).status_code == 404


def test_an_admin_changes_roles(as_member, admin):
    member = MembershipFactory(program=admin.program)

    answer = as_member(admin).post(page_of("person-roles", member), {"roles": ["is_participant", "is_admin"]})

    assert answer["Location"] == page_of("person", member)
    member.refresh_from_db()
    assert member.role_keys() == "participant,admin"


def test_a_coordinator_is_offered_the_roles_that_are_theirs_to_give(as_member, coordinator, admin):
    browser = as_member(coordinator)
    page = browser.get(page_of("person", admin)).content.decode()
    assert 'value="is_coordinator"' in page
    assert 'value="is_admin"' not in page

    browser.post(page_of("person-roles", admin), {"roles": ["is_participant"]})

    admin.refresh_from_db()
    assert admin.role_keys() == "participant,admin"


def test_a_role_that_was_not_offered_is_no_choice(as_member, coordinator):
    member = MembershipFactory(program=coordinator.program)

    page = as_member(coordinator).post(page_of("person-roles", member), {"roles": ["is_participant", "is_admin"]})

    member.refresh_from_db()
    assert page.status_code == 200
    assert member.role_keys() == "participant"


def test_what_a_rule_refuses_is_said_on_the_page(as_member, admin):
    page = as_member(admin).post(page_of("person-roles", admin), {"roles": ["is_participant"]}).content.decode()

    assert "only admin" in page
    assert page.count("<title>Error: ") == 1


def test_who_signed_in_a_while_ago_shows_once_more_that_it_is_them_and_goes_on(as_member, admin, time_machine):
    import time

    member = MembershipFactory(program=admin.program)
    admin.user.set_password("level beam tea pot")
    admin.user.save()
    browser = as_member(admin)
    time_machine.move_to(time.time() + 6 * 60)

    asked = browser.post(page_of("person-roles", member), {"roles": ["is_coordinator"]})
    assert asked["Location"].startswith("/accounts/reauthenticate/?next=")
    gone_on = browser.post(asked["Location"], {"password": "level beam tea pot"})

    member.refresh_from_db()
    assert member.role_keys() == "coordinator"
    assert gone_on["Location"] == page_of("person", member)


def test_somebody_is_taken_out_after_a_page_that_says_what_it_means(as_member, admin):
    member = MembershipFactory(program=admin.program, user__name="Jonas Lindqvist")
    browser = as_member(admin)
    assert "Take Jonas Lindqvist out of the program?" in browser.get(page_of("person-leave", member)).content.decode()
    member.refresh_from_db()
    assert member.left_at is None

    page = browser.post(page_of("person-leave", member), follow=True).content.decode()

    member.refresh_from_db()
    assert member.left_at is not None
    assert "no longer in the program" in page


def test_a_member_leaves_by_themselves_and_is_gone(as_member):
    member = MembershipFactory()
    browser = as_member(member)
    leave = reverse("programs:leave", args=[member.program.slug])
    assert browser.get(leave).status_code == 200

    page = browser.post(leave, follow=True).content.decode()

    assert "You have left" in page
    assert browser.get(leave).status_code == 404


def test_the_last_coordinator_cannot_leave_and_is_told_why(as_member, coordinator):
    leave = reverse("programs:leave", args=[coordinator.program.slug])

    page = as_member(coordinator).post(leave).content.decode()

    assert "only coordinator" in page


def test_participants_see_no_page_about_others(as_member):
    member = MembershipFactory()
    other = MembershipFactory(program=ProgramFactory())
    MembershipFactory(program=member.program)
    browser = as_member(member)

    for address in (people(member.program), page_of("person", member), page_of("person", other)):
        assert browser.get(address).status_code == 404
