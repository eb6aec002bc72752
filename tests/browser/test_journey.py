"""A small program from beginning to end, by hand in a browser, as each of the people in it, with Celery at work.

The clock is the real one, since the database has one too: two weeks pass by making everything two weeks older.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from celery.contrib.testing.worker import start_worker
from django.core.cache import cache
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from playwright.sync_api import Page, expect

from checkins.answers.models import CheckIn
from checkins.plans.models import CheckInPlan, Question
from guidelines.courses.models import CourseVersion
from guidelines.enrolments import services as enrolments
from matching.pairings.models import Pairing
from mentoring.celery import app
from mentoring.kernel.outbox.models import MailDay, OutboxMessage
from mentoring.kernel.queues import Queue
from programs.memberships.models import Membership
from programs.people.services import let_create_programs
from tests.browser.pressing import press
from tests.factories.guidelines import read_through

pytestmark = pytest.mark.django_db(transaction=True)

CODE = re.compile(r"\b\d{6}\b")
LINK = re.compile(r"https?://[^/\s]+(/[^\s)\"]+)")
SHEET = """\
Full name;E-mail address;I would like to be a…;Year;Course;Topics;What matters to me;Languages;Time zone;Free times;How many people?
  Amara Okoye ;AMARA@example.org;Mentee;1;Nursing;Study skills, Confidence;Honesty, Family;English / Igbo;Europe/London;Mon am, Wed pm;1
Jonas Lindqvist;jonas@example.org;Mentor;3;Law;Study skills, Maths;Honesty, Humour;English;Europe/London;Wed pm, Fri am;2
Kim Adeyemi;ours@example.org;Mentor;2;Law;Maths;Family;English;Europe/London;Mon am;1
Sam Adeyemi;OURS@example.org;Mentee;1;Law;Maths;Family;English;Europe/London;Mon am;1
Lu Wei;lu@example.org;Mentee;1;Law;Maths;Family;English;Europe/Atlantis;Mon am;1

"""
ANSWERS_OF_AMARA = ("Some", "Some", "Not at ease at all", "Yes", "As we are")
ANSWERS_OF_JONAS = ("A lot", "A lot", "Fully at ease", "Yes", "As we are")


@pytest.fixture
def worker(transactional_db: None) -> Iterator[None]:
    """A real Celery worker at the embedded broker, for both queues."""
    app.loader.import_default_modules()
    with start_worker(app, pool="threads", concurrency=2, perform_ping_check=False, queues=[queue.value for queue in Queue]):
        yield


@pytest.fixture
def newest_mail(mailoutbox: list[Any]) -> Callable[[str, str], str]:
    """`newest_mail(address, words)`: the text of the latest mail to somebody in which these words are. Waits for the worker."""

    def read(address: str, words: str) -> str:
        def there() -> str | None:
            return next((mail.body for mail in reversed(mailoutbox) if address in mail.to[0] and words in mail.subject + mail.body), None)

        return _soon(there, f"a mail to {address} with “{words}”")

    return read


def _soon(look: Callable[[], Any], what: str) -> Any:
    """What `look` finds, as soon as it finds something."""
    import threading

    pause, deadline = threading.Event(), datetime.now(UTC).timestamp() + 30
    while not (found := look()):
        assert datetime.now(UTC).timestamp() < deadline, f"There never was {what}."
        pause.wait(0.05)
    return found


def _sign_in(page: Page, address: str, newest_mail: Callable[[str, str], str], mailoutbox: list[Any]) -> None:
    cache.clear()  # the limits on codes are tested elsewhere
    mailoutbox.clear()
    page.goto("/accounts/login/")
    page.get_by_label("Your email address").fill(address)
    page.get_by_role("button", name="Email me a code").click()
    [code] = CODE.findall(newest_mail(address, "code"))
    page.get_by_label("Code from the mail").fill(code)
    press(page, "Sign in")


def _authenticator_code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def _set_up_a_second_step(page: Page) -> None:
    page.goto("/accounts/2fa/totp/activate/")
    secret = page.locator("code").inner_text()
    page.get_by_label("code", exact=False).last.fill(_authenticator_code(secret))
    press(page, page.locator("main form button").first)


@pytest.mark.parametrize("width", [360, 1280])
def test_a_program_from_beginning_to_end(
    page_at: Callable[..., Page],
    axe: Callable[[Page], None],
    worker: None,
    newest_mail: Callable[[str, str], str],
    mailoutbox: list[Any],
    tmp_path: Path,
    width: int,
) -> None:
    let_create_programs(address="priya@example.org", name="Priya Raman", now=timezone.now())

    # A coordinator signs in with a mailed code, and makes a program from a template.
    priya = page_at(width)
    _sign_in(priya, "priya@example.org", newest_mail, mailoutbox)
    expect(priya).to_have_url(re.compile("/programs/new/"))
    axe(priya)
    priya.get_by_label("First-year buddies").check()
    priya.get_by_label("What is it called?").fill("Riverside Buddies")
    priya.get_by_label("Where does it take place?").select_option("Europe/London")
    priya.get_by_role("button", name="Create the program").click()
    expect(priya.get_by_role("heading", level=1)).to_have_text("One more step to sign in")
    _set_up_a_second_step(priya)
    program = "/p/riverside-buddies"

    # The sheet: what will happen to each row is seen before anybody is invited.
    sheet = tmp_path / "people.csv"
    sheet.write_bytes(b"\xef\xbb\xbf" + SHEET.encode())
    priya.goto(f"{program}/people/import/")
    axe(priya)
    priya.get_by_label("Which file?").set_input_files(sheet)
    priya.get_by_role("button", name="Go on to the columns").click()
    # Until the worker has read the file, the page asks again and again.
    expect(priya.get_by_role("button", name="Look at every row")).to_be_visible()
    axe(priya)
    priya.get_by_role("button", name="Look at every row").click()
    expect(priya.get_by_role("heading", name="2 people will be invited")).to_be_visible()
    axe(priya)
    priya.get_by_label(re.compile("Leave the 3 rows with a mistake out")).check()
    press(priya, "Invite 2 people")
    amaras_link = LINK.search(newest_mail("amara@example.org", "invit"))
    jonas_link = LINK.search(newest_mail("jonas@example.org", "invit"))
    assert amaras_link
    assert jonas_link
    # The page leads on by itself when all are invited: who went elsewhere before would be called back.
    expect(priya.get_by_text("people were invited.")).to_be_visible()
    priya.goto(f"{program}/people/invitations/")
    expect(priya.get_by_text("Waits until")).to_have_count(2)
    axe(priya)

    # Each joins by the link of their mail, says who they are, and agrees to the guidelines.
    amara, jonas = page_at(360), page_at(width)
    for page, address, link, wish in (
        (amara, "amara@example.org", amaras_link[1], "Find somebody"),
        (jonas, "jonas@example.org", jonas_link[1], "Mentor somebody"),
    ):
        page.goto(link)
        if page is jonas:  # who is as wide as the coordinator
            axe(page)
        page.get_by_role("button", name="Join").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("My profile")
        axe(page)
        expect(page.get_by_label(wish)).to_be_checked()
        expect(page.get_by_label("Honesty")).to_be_checked()
        press(page, "Save my profile")
        page.goto(f"{program}/guidelines/")
        axe(page)
        read_through(Membership.objects.get(user__email=address))
        page.reload()
        page.get_by_label(re.compile("I have read version")).check()
        press(page, "Agree to the guidelines")

    _both_have_done_the_course_elsewhere()

    # The coordinator introduces the two, with what they say of themselves side by side.
    priya.goto(f"{program}/pairings/new/")
    priya.get_by_role("link", name="Choose Amara Okoye").click()
    priya.get_by_role("link", name="Choose Jonas Lindqvist").click()
    expect(priya.get_by_text("Honesty").first).to_be_visible()
    axe(priya)
    press(priya, "Ask both of them")

    # Active only when both have said yes.
    amara.goto(f"{program}/")
    axe(amara)
    proposal = LINK.search(newest_mail("amara@example.org", "introduce"))
    assert proposal
    amara.goto(proposal[1])
    axe(amara)
    press(amara, "Yes, I would like to")
    priya.goto(f"{program}/pairings/")
    expect(priya.locator("tbody").get_by_text("Proposed")).to_be_visible()
    jonas.goto(proposal[1])
    press(jonas, "Yes, I would like to")
    priya.reload()
    expect(priya.locator("tbody").get_by_text("Active")).to_be_visible()
    axe(priya)

    # Each adds a topic; who added it is shown. One logs a session.
    pair = proposal[1].replace("proposal/", "")
    for page, topic in ((amara, "How you take notes"), (jonas, "Learning to cook for four")):
        page.goto(pair)
        page.get_by_label("Add a topic").fill(topic)
        page.get_by_role("button", name="Add topic").click()
        expect(page.locator(".agenda strong", has_text=topic)).to_be_visible()
    expect(jonas.locator(".agenda")).to_contain_text("Amara added this")
    expect(jonas.locator(".agenda")).to_contain_text("You added this")
    axe(jonas)
    # What is asked after a meeting would take the day's one mail.
    CheckInPlan.objects.update(asks_after_meetings=False)
    amara.goto(f"{pair}sessions/log/")
    axe(amara)
    amara.get_by_label("How you take notes").check()
    press(amara, "Save this session")
    amara.goto(pair)
    expect(amara.locator(".agenda strong")).to_have_text("Learning to cook for four")

    # Two weeks later a check-in is due for both. Celery writes to each; each answers apart from the other.
    _two_weeks_pass()
    app.send_task("checkins.settle_check_ins", queue=Queue.MAIL.value)
    _soon(lambda: CheckIn.objects.count() == 2, "a check-in for each of the two")
    for page, address, answers in ((amara, "amara@example.org", ANSWERS_OF_AMARA), (jonas, "jonas@example.org", ANSWERS_OF_JONAS)):
        reminder = LINK.search(newest_mail(address, "check-in"))
        assert reminder
        page.goto(reminder[1])
        axe(page)
        for answer in answers:
            expect(page.get_by_text(re.compile("Who sees this|coordinators")).first).to_be_visible()
            page.get_by_label(answer, exact=True).check()
            page.get_by_role("button", name="Save and go on").click()
        # Of the questions that take turns.
        page.get_by_role("button", name="I would rather not say").click()
        page.get_by_role("button", name="Nothing to add").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")
        axe(page)
    assert OutboxMessage.objects.filter(kind="checkin-due", state=OutboxMessage.State.SENT).count() == 2

    # The morning page: who has answered, and why somebody needs a person.
    priya.goto(f"{program}/today/")
    expect(priya.get_by_role("heading", name="Amara does not feel at ease in the pairing with Jonas")).to_be_visible()
    expect(priya.get_by_text("chose the lowest of five answers")).to_be_visible()
    axe(priya)
    # What Amara answered is not for Jonas, on any page of his.
    for address in (f"{program}/", pair, f"{program}/mine/", f"{pair}about/"):
        jonas.goto(address)
        expect(jonas.locator("main")).not_to_contain_text("Not at ease")


def _both_have_done_the_course_elsewhere() -> None:
    """How one takes it in the browser has a journey of its own."""
    for version in CourseVersion.objects.filter(is_required=True).in_force().select_related("course__program"):
        now, by = timezone.now(), version.written_by
        enrolments.record_as_done(version=version, people=Membership.objects.all(), on=now.date(), by=by, now=now)


def _the_next_day_comes() -> None:
    """Nobody has had their mail of that day yet. What waited for it goes."""
    MailDay.objects.all().delete()
    due = OutboxMessage.objects.open().filter(due_at__lte=Now())
    due.update(available_at=Now())
    app.send_task("kernel.drain_outbox", queue=Queue.MAIL.value)
    _soon(lambda: not due.exists(), "an empty outbox")


def _two_weeks_pass() -> None:
    _the_next_day_comes()
    MailDay.objects.all().delete()
    ago = timedelta(days=15)
    then = F("proposed_at") - ago
    Pairing.objects.update(proposed_at=then, first_accepted_at=then, second_accepted_at=then, activated_at=F("activated_at") - ago)
    CheckInPlan.objects.update(in_force_since=F("in_force_since") - ago)
    Question.objects.update(asked_since=F("asked_since") - ago)
