"""Where a site without a mail server keeps its mail."""

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse

pytestmark = [pytest.mark.urls("tests.development_urls"), pytest.mark.django_db]

MAILBOX = "/dev/mailbox/"
LETTER = '<html><head></head><body><a href="http://localhost:8000/x/">Open</a></body></html>'


@pytest.fixture
def mailbox(settings, tmp_path):
    """`mailbox(subject, text)` puts a mail there."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path

    def put(*mails: tuple[str, str]) -> None:
        built = [EmailMultiAlternatives(subject, text, to=["amara@example.org"]) for subject, text in mails]
        for each in built:
            each.attach_alternative(LETTER, "text/html")
        mail.get_connection().send_messages(built)

    return put


def test_mails_are_listed_newest_first(client, mailbox):
    mailbox(("The first", "Text."), ("The <second>", "Text."))

    page = client.get(MAILBOX).content.decode()

    assert page.index("The &lt;second&gt;") < page.index("The first")
    assert "amara@example.org" in page


def test_every_mail_is_there_however_many(client, mailbox):
    mailbox(*((f"Mail number {number} of many", f"Text.\n\n{number:06}\n") for number in range(150)))

    first, second = (client.get(MAILBOX, {"page": number}).content.decode() for number in (1, 2))

    assert "Mail number 149 of many" in first
    assert "Mail number 0 of many" not in first
    assert "Mail number 0 of many" in second
    assert "The newest code" not in second


def test_an_empty_mailbox_says_what_will_be_there(client, mailbox):
    assert "No mail yet" in client.get(MAILBOX).content.decode()


@pytest.mark.parametrize("code", ["483920", "AB12-CD34", "KQJT-XWRN"])
def test_the_newest_code_is_on_top(client, mailbox, code):
    mailbox(
        ("Old", "Your code:\n\n111111\n"),
        ("Your sign-in code", f"Hello,\n\n{code}\n\nIt works for 3 minutes."),
        ("Other", "HELLO\n\nText."),
    )

    page = client.get(MAILBOX).content.decode()

    assert f'value="{code}" readonly' in page
    assert "0\xa0minutes ago" in page


def test_a_mail_shows_its_text_and_its_links_lead_on(client, mailbox, tmp_path):
    mailbox(("Your code", "Look:\nhttp://localhost:8000/x/\n"))
    [file] = tmp_path.iterdir()

    page = client.get(reverse("development-mail", args=[file.name, 0])).content.decode()

    assert '<a href="http://localhost:8000/x/"' in page
    assert reverse("development-mail-letter", args=[file.name, 0]) in page


def test_the_letter_is_shown_in_its_own_styles_and_only_to_us(client, mailbox, tmp_path):
    mailbox(("Your code", "Text."))
    [file] = tmp_path.iterdir()

    letter = client.get(reverse("development-mail-letter", args=[file.name, 0]))

    assert '<base target="_top">' in letter.content.decode()
    policy = letter.headers["Content-Security-Policy"]
    assert "'unsafe-inline'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors" in policy
    assert letter.headers["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("file", ["../settings.log", "nothing.log", "secret.txt"])
def test_only_mails_can_be_read(client, mailbox, tmp_path, file):
    (tmp_path / "secret.txt").write_text("x")

    assert client.get(f"{MAILBOX}{file}/0/").status_code == 404


def test_with_a_mail_server_there_is_no_mailbox(client):
    assert client.get(MAILBOX).status_code == 404
