import re
import time
import uuid
from html import unescape

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.urls import reverse
from django.utils import timezone

from checkins.cases.models import CaseDecision, CaseTask
from checkins.concerns import services
from checkins.concerns.models import Concern, ConcernAbout, ConcernEntry
from checkins.concerns.queries import reads_of
from matching.pairings.models import Pairing
from mentoring.kernel.audit.models import AuditEvent
from tests.checkins.pages import People, address, people_around
from tests.factories.checkins import (
    CaseDecisionFactory,
    CaseTaskFactory,
    ConcernAboutFactory,
    ConcernEntryFactory,
    ConcernFactory,
    ConcernFileFactory,
    ConcernMessageFactory,
)
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db

HIDDEN = re.compile(r"<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\">")
ONCE = str(uuid.uuid4())


@pytest.fixture
def around() -> People:
    return people_around(active=True, first__user__name="Amara Okoye", second__user__name="Jonas Lindqvist")


@pytest.fixture
def concern(around) -> Concern:
    raised = ConcernFactory(raised_by=around.half)
    ConcernAboutFactory(concern=raised, membership=around.other_half, pairing=around.pairing)
    return raised


def page_of(concern):
    return address("concern", concern.program, concern.pk)


def act(browser, concern, name, *arguments, **given):
    page = reverse(f"checkins:concern-{name}", args=[concern.program.slug, concern.pk, *arguments])
    answer = browser.post(page, given)
    assert answer.status_code == 302, name
    return answer


def signed_in_ago(browser, seconds):
    session = browser.session
    for record in session["account_authentication_methods"]:
        record["at"] = time.time() - seconds
    session.save()


def test_the_inbox_is_by_urgency_and_age_and_names_nobody(as_member, around, concern):
    ConcernFactory(raised_by=around.neighbour, kind="harm", urgency=1, raised_at=timezone.now())
    ConcernFactory(raised_by=around.neighbour, kind="other", urgency=2, raised_at=timezone.now())

    page = as_member(around.admin).get(address("cases", concern.program)).text

    order = [page.index(words) for words in ("Somebody could come to harm", "A boundary was crossed", "Something else")]
    assert order == sorted(order)
    assert "Amara" not in page
    assert "It went too far" not in page
    assert page.count("Nobody here has read it") == 3
    assert AuditEvent.objects.filter(verb="concerns.listed").get().actor_id == around.admin.user_id


def test_what_is_answered_is_not_said_to_be_due(as_member, around, concern):
    browser = as_member(around.admin)
    pages = [address("cases", concern.program), page_of(concern)]
    assert all("nswer was due on" in browser.get(page).text for page in pages)

    ConcernEntryFactory(concern=concern, kind="answered", author=around.admin)

    assert not any("nswer was due on" in browser.get(page).text for page in pages)


def test_what_somebody_saw_to_who_is_gone_is_nobodys(as_member, around, concern):
    Concern.objects.update(handled_by=around.coordinator)
    inbox = address("cases", concern.program)
    assert f"seen to by {around.coordinator.user.full_name}" in as_member(around.admin).get(inbox).text

    around.coordinator.left_at = timezone.now()
    around.coordinator.save()

    assert "nobody has taken it on" in as_member(around.admin).get(inbox).text


def test_the_inbox_of_who_is_named_is_empty_and_who_could_read_none_has_none(as_member, around, concern):
    ConcernAboutFactory(concern=concern, membership=around.coordinator)

    assert "Nothing waits for you" in as_member(around.coordinator).get(address("cases", concern.program)).text
    assert as_member(around.half).get(address("cases", concern.program)).status_code == 404


def test_it_is_read_after_it_was_written_down_and_others_see_who_looked(as_member, around, concern):
    page = as_member(around.admin).get(page_of(concern)).text
    assert "It went too far last week." in page
    assert "From" in page
    assert "Amara Okoye" in page

    assert around.admin.user.full_name in as_member(around.coordinator).get(page_of(concern)).text
    assert reads_of(concern).count() == 2


@pytest.mark.parametrize("name", ["contact", "stop-contact"])
def test_a_form_that_tells_whom_it_is_about_counts_as_read(as_member, around, concern, name):
    page = as_member(around.admin).get(f"{page_of(concern)}{name}/").text

    assert "Jonas Lindqvist" in page
    assert reads_of(concern).count() == 1


def test_without_a_name_no_page_tells_who_it_was(as_member, around):
    concern = ConcernFactory(raised_by=around.half, unnamed=True)
    ConcernAboutFactory(concern=concern, membership=around.other_half)
    ConcernEntryFactory(concern=concern, kind="added", author=around.half, text="One more thing")

    page = as_member(around.admin).get(page_of(concern)).text

    assert "Somebody who did not give their name" in page
    assert "One more thing" in page
    assert "Amara" not in page


def test_who_signed_in_a_while_ago_is_asked_first_and_nothing_counts_as_read(as_member, around, concern):
    around.admin.user.set_password("level-beam-demo")
    around.admin.user.save()
    browser = as_member(around.admin)
    signed_in_ago(browser, 301)

    answer = browser.get(page_of(concern))

    assert answer["Location"].startswith("/accounts/")
    assert "reauthenticate" in answer["Location"]
    assert not reads_of(concern).exists()


@pytest.mark.parametrize(("seconds", "is_taken"), [(3500, True), (3700, False)])
def test_what_is_written_never_lies_in_a_session(as_member, around, concern, seconds, is_taken):
    around.admin.user.set_password("level-beam-demo")
    around.admin.user.save()
    browser = as_member(around.admin)
    signed_in_ago(browser, seconds)

    browser.post(f"{page_of(concern)}note/", {"text": "She sounded tired."})

    assert ConcernEntry.objects.exists() == is_taken
    assert "She sounded tired." not in str(dict(browser.session))


def held_by(page):
    """What a page sends along unseen."""
    return {name: unescape(value) for name, value in HIDDEN.findall(page)}


@pytest.mark.parametrize(("field", "wrong", "right"), [("password", "not it", "level-beam-demo"), ("code", "000000", None)])
def test_after_an_hour_what_was_written_waits_on_the_page_that_asks_and_is_sent_once(as_member, around, concern, field, wrong, right):
    TOTP.activate(around.admin.user, generate_totp_secret())
    if field == "code":
        right = RecoveryCodes.activate(around.admin.user).get_unused_codes()[0]
    else:
        around.admin.user.set_password(right)
        around.admin.user.save()
    browser, text = as_member(around.admin), '"No", she said & left <at once>.\nTwice.'
    signed_in_ago(browser, 3700)
    form = f"{page_of(concern)}note/"

    asked = browser.post(form, {"text": text, "once": ONCE})
    again = browser.post(form, held_by(asked.text) | {f"shown-{field}": wrong})

    assert not ConcernEntry.objects.exists()
    assert "Jonas" not in again.text
    for code in (right, "typed once more"):
        sent = browser.post(form, held_by(again.text) | {f"shown-{field}": code})
        assert sent["Location"] == page_of(concern), code
    assert ConcernEntry.objects.get().text == text
    assert "Twice." not in str(dict(browser.session))


def test_who_shows_it_by_another_way_keeps_what_they_wrote(as_member, around, concern, monkeypatch):
    around.admin.user.set_password("level-beam-demo")
    around.admin.user.save()
    Authenticator.objects.create(user=around.admin.user, type=Authenticator.Type.WEBAUTHN, data={})
    monkeypatch.setattr("allauth.mfa.webauthn.internal.auth.get_credentials", lambda user: [])
    browser, form = as_member(around.admin), f"{page_of(concern)}note/"
    signed_in_ago(browser, 3700)
    asked = browser.post(form, {"text": "She sounded tired."}).text

    by_app = browser.post(form, held_by(asked) | {"shown-another-way": "mfa_reauthenticate"}).text
    by_passkey = browser.post(form, held_by(asked) | {"shown-another-way": "mfa_reauthenticate:webauthn"}).text
    failed = browser.post(form, held_by(by_passkey) | {"shown-credential": "{}"}).text

    assert "shown-password" in asked
    assert "shown-code" in by_app
    assert "Use my passkey" in by_passkey
    # The script fills in what it finds by this name.
    assert 'id="id_shown-credential"' in by_passkey
    assert '"credential": "id_shown-credential"' in by_passkey
    assert "That did not work." in failed
    assert {held_by(page)["text"] for page in (asked, by_app, by_passkey, failed)} == {"She sounded tired."}


def test_who_tries_a_passkey_too_often_keeps_what_they_wrote_and_is_told_to_wait(as_member, around, concern, monkeypatch):
    monkeypatch.setattr("allauth.mfa.webauthn.internal.auth.get_credentials", lambda user: [])
    monkeypatch.setattr("programs.people.showing.ratelimit.consume", lambda request, *, action, **of: action != "login_failed")
    browser, form = as_member(around.admin), f"{page_of(concern)}note/"
    Authenticator.objects.filter(user=around.admin.user).update(type=Authenticator.Type.WEBAUTHN)
    signed_in_ago(browser, 3700)
    asked = browser.post(form, {"text": "She sounded tired."}).text
    monkeypatch.setattr("allauth.mfa.webauthn.internal.auth.parse_authentication_response", lambda credential: None)

    refused = browser.post(form, held_by(asked) | {"shown-credential": '{"id": "AAAA"}'}).text

    assert "There were too many tries." in refused
    assert held_by(refused)["text"] == "She sounded tired."


def test_who_has_no_app_shows_it_by_a_passkey_first_or_else_by_an_emergency_code(as_member, around, concern, monkeypatch):
    monkeypatch.setattr("allauth.mfa.webauthn.internal.auth.get_credentials", lambda user: [])
    browser, form = as_member(around.admin), f"{page_of(concern)}note/"
    Authenticator.objects.filter(user=around.admin.user).update(type=Authenticator.Type.WEBAUTHN)
    [code, *_others] = RecoveryCodes.activate(around.admin.user).get_unused_codes()
    signed_in_ago(browser, 3700)

    asked = browser.post(form, {"text": "She sounded tired."}).text
    by_code = browser.post(form, held_by(asked) | {"shown-another-way": "mfa_reauthenticate"}).text
    refused = browser.post(form, held_by(by_code) | {"shown-code": "000000"}).text
    sent = browser.post(form, held_by(refused) | {"shown-code": code})

    assert "Use my passkey" in asked
    assert "Use an emergency code" in asked
    assert "Code from your app" not in by_code
    assert "Type one of your emergency codes" in refused
    assert sent["Location"] == page_of(concern)


def test_while_it_cannot_be_checked_what_was_written_stays(as_member, around, concern, settings):
    around.admin.user.set_password("level-beam-demo")
    around.admin.user.save()
    browser, form = as_member(around.admin), f"{page_of(concern)}note/"
    signed_in_ago(browser, 3700)
    asked = browser.post(form, {"text": "She sounded tired."}).text
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}

    page = browser.post(form, held_by(asked) | {"shown-password": "level-beam-demo"}).text

    assert "This cannot be checked right now." in page
    assert held_by(page)["text"] == "She sounded tired."


def test_who_is_shut_out_is_not_even_asked_who_they_are(as_member, around, concern):
    ConcernAboutFactory(concern=concern, membership=around.coordinator)
    browser = as_member(around.coordinator)
    session = browser.session
    session["account_authentication_methods"] = []
    session.save()

    for page in (page_of(concern), f"{page_of(concern)}note/"):
        assert browser.get(page).status_code == 404


def test_to_whom_it_is_shut_at_this_moment_it_is_not_there(as_member, around, concern, monkeypatch):
    """They had passed the door when somebody wrote down that it is about them."""
    file = ConcernFileFactory(concern=concern)
    look = services.note_reading

    def named_just_now(**given):
        ConcernAbout.objects.get_or_create(concern=concern, membership=around.coordinator)
        look(**given)

    monkeypatch.setattr(services, "note_reading", named_just_now)

    for page in (page_of(concern), f"{page_of(concern)}files/{file.pk}/"):
        assert as_member(around.coordinator).get(page).status_code == 404
        ConcernAbout.objects.filter(membership=around.coordinator).delete()


def test_what_is_neither_yes_nor_no_settles_nothing(as_member, around, concern):
    decision = CaseDecisionFactory(concern=concern, asked_by=around.admin)

    act(as_member(around.coordinator), concern, "decision", decision.pk)

    assert CaseDecision.objects.waiting().exists()


def test_a_case_is_worked_to_its_end(as_member, around, concern):
    browser = as_member(around.admin)
    act(browser, concern, "take")
    act(browser, concern, "answer", text="Thank you.", has_acted="")
    act(browser, concern, "note", text="She sounded tired.")
    act(browser, concern, "contact", whom="raiser", how="call", on=timezone.now().date().isoformat(), text="It was twice.")
    act(browser, concern, "task-add", text="Call again", owner=str(around.coordinator.pk), due_on="2099-01-01")
    act(browser, concern, "task-done", CaseTask.objects.get().pk)
    act(browser, concern, "step", step="answer")
    act(browser, concern, "grade", kind="pressure", urgency="3")
    act(browser, concern, "stop-contact", pairing=str(around.pairing.pk), because="agreed")
    act(browser, concern, "decide", kind="pass_on", text="Since it was twice.")
    act(as_member(around.coordinator), concern, "decision", CaseDecision.objects.get().pk, agrees="yes")
    act(browser, concern, "hand-over", to=str(around.coordinator.pk), text="Please.")
    act(browser, concern, "close", outcome="agreed", text="It is quiet.")
    page = browser.get(page_of(concern)).text

    assert set(ConcernEntry.objects.values_list("kind", flat=True)) == {
        *("taken", "answered", "noted", "contacted", "step", "graded", "stopped", "asked", "agreed", "handed", "closed")
    }
    assert "It is closed." in page
    for words in (
        "spoke with: whoever raised it",
        "By telephone",
        "handed it over to",
        "Tell an authority",
        "Whoever raised it has agreed",
    ):
        assert words in page
    assert Pairing.objects.get(pk=around.pairing.pk).state == Pairing.State.PAUSED


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("answer", {"text": ""}, "Write a few words first"),
        ("contact", {"whom": "raiser", "how": "call", "on": "2099-01-01", "text": "x"}, "still to come"),
        ("task-add", {"text": "x", "owner": "1", "due_on": "2099-01-01"}, "Select a valid choice"),
        ("about", {"person": "Nobody Here"}, "Nobody in the program is called so"),
        ("stop-contact", {"pairing": "0", "because": "agreed"}, "Select a valid choice"),
        ("close", {"outcome": "", "text": ""}, "Choose an answer"),
    ],
)
def test_a_form_with_a_mistake_says_so_and_shows_nothing_of_what_was_told(as_member, around, concern, name, given, words):
    page = as_member(around.admin).post(f"{page_of(concern)}{'tasks' if name == 'task-add' else name}/", given).text

    assert words in page
    assert "It went too far" not in page


def test_whoever_is_written_down_as_a_subject_is_out(as_member, around, concern):
    around.coordinator.user.name = "Priya Raman"
    around.coordinator.user.save()

    act(as_member(around.admin), concern, "name", person="priya raman")

    assert as_member(around.coordinator).get(page_of(concern)).status_code == 404


def test_one_leaves_oneself_out_and_lands_on_the_list(as_member, around, concern):
    answer = act(as_member(around.coordinator), concern, "name", person=around.coordinator.user.email)

    assert answer["Location"] == address("cases", concern.program)


def test_earlier_ones_about_the_same_person_are_shown_to_who_may_read_them(as_member, around, concern):
    earlier = ConcernFactory(raised_by=around.neighbour, kind="sexual", audience="admins")
    ConcernAboutFactory(concern=earlier, membership=around.other_half)

    assert page_of(earlier) in as_member(around.admin).get(page_of(concern)).text
    page = as_member(around.coordinator).get(page_of(concern)).text
    assert page_of(earlier) not in page
    assert "Others about the same person" not in page


def test_the_deputy_works_on_it_from_pages_that_are_open_to_them(as_member, around, concern):
    deputy = MembershipFactory(program=concern.program, is_participant=True, is_deputy=True)
    for person in (around.coordinator, around.admin):
        ConcernAboutFactory(concern=concern, membership=person)
    browser = as_member(deputy)

    assert "A boundary was crossed" in browser.get(address("cases", concern.program)).text
    assert "It went too far" in browser.get(page_of(concern)).text
    act(browser, concern, "take")
    assert Concern.objects.get().handled_by == deputy


def test_the_page_costs_the_same_for_much_and_for_little(as_member, around, concern, costs_the_same):
    browser = as_member(around.admin)

    def more(number=25):
        for _ in range(number):
            ConcernEntryFactory(concern=concern, author=around.admin)
            CaseTaskFactory(concern=concern, owner=around.admin)
            ConcernMessageFactory(concern=concern, author=around.half)
            other = ConcernFactory(raised_by=around.neighbour)
            ConcernAboutFactory(concern=other, membership=around.other_half)

    more(1)
    CaseDecisionFactory(concern=concern, asked_by=around.coordinator)
    costs_the_same(lambda: browser.get(page_of(concern)), grow=more)
    costs_the_same(lambda: browser.get(address("cases", concern.program)), grow=more)
