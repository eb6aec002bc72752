"""One text becomes a letter."""

import re
from pathlib import Path

import pytest
from faker import Faker
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from mentoring.kernel.outbox import kinds, letters
from mentoring.kernel.outbox.models import OutboxMessage
from programs.people.models import User
from tests.kernel.outbox.probe.letters import KINDS
from tests.times import NOON

WRITTEN = """
Your check-in is open until Thursday

Hello Amara,

Five short questions about
you & your pairing. See http://localhost:8000/a/?b=1&c=2.

[Start the check-in](http://localhost:8000/check-ins/7/)

- one
- <b>two</b>

`483920`

> Who sees your answers: you.

--

[Change reminders](http://localhost:8000/reminders/)
"""


@pytest.fixture
def written(settings, tmp_path):
    """`written(text)` is the name of a template that holds it."""

    def write(text: str) -> str:
        (tmp_path / "letter.txt").write_text(text)
        engine = settings.TEMPLATES[0]
        settings.TEMPLATES = [engine | {"DIRS": [tmp_path, *engine["DIRS"]]}]
        return "letter.txt"

    return write


def test_a_text_becomes_a_plain_letter(written):
    letter = letters.write(written(WRITTEN), recipient=None, context={}, program_name="Northside Student Mentoring")

    assert letter.subject == "Your check-in is open until Thursday"
    assert letter.text == (
        "Hello Amara,\n\n"
        "Five short questions about you & your pairing. See\nhttp://localhost:8000/a/?b=1&c=2.\n\n"
        "Start the check-in:\nhttp://localhost:8000/check-ins/7/\n\n"
        "- one\n- <b>two</b>\n\n"
        "483920\n\n"
        "Who sees your answers: you.\n\n"
        "-- \nNorthside Student Mentoring\n"
        "Change reminders:\nhttp://localhost:8000/reminders/\n"
    )


def test_a_text_becomes_an_html_letter_that_needs_no_style_sheet(written):
    html = letters.write(written(WRITTEN), recipient=None, context={}, program_name="North & South").html

    assert '<a class="btn" href="http://localhost:8000/check-ins/7/" style="display: inline-block' in html
    assert "you &amp; your pairing" in html
    assert '<a class="link" href="http://localhost:8000/a/?b=1&amp;c=2" style="color: #6d2a63;">' in html
    assert "<li>&lt;b&gt;two&lt;/b&gt;</li>" in html
    assert "North &amp; South" in html
    assert "prefers-color-scheme: dark" in html
    for part in ("code", "seen", "soft"):
        assert f'class="ink {part}" style=' in html or f'class="{part}" style=' in html
    assert "<img" not in html
    assert "<script" not in html


def test_somebodys_name_is_no_paragraph_and_leads_nowhere(written):
    name = "A\n\n[Win a prize](http://evil.example/)\n\n> Trust me <b>& me</b>"

    letter = letters.write(written("Subject\n\n{{ name }}\n\nand {{ name }}"), recipient=None, context={"name": name})

    assert "evil.example" in letter.text
    assert 'href="' not in letter.html
    assert "<b>" not in letter.html
    assert "&lt;b&gt;&amp; me&lt;/b&gt;" in letter.html
    assert "ink seen" not in letter.html


@pytest.mark.parametrize(
    ("address", "ours"),
    [
        ("https://mentoring.example/x/", True),
        ("https://www.mentoring.example/x/", True),
        ("https://mentoring.example.evil.example/", False),
        ("https://mentoring.example@evil.example/", False),
        ("https://evil.example/?mentoring.example", False),
    ],
)
def test_only_our_own_addresses_are_links(settings, address, ours):
    settings.DEBUG, settings.ALLOWED_HOSTS, settings.BASE_URL = False, [".mentoring.example"], "https://mentoring.example"

    assert letters.is_ours(address) is ours


def test_a_letter_is_in_the_recipients_times(written):
    person = User(email="a@example.org", name="Amara Okoye", time_zone="Pacific/Auckland")

    letter = letters.write(written('Due\n\nHello {{ name }}, until {{ at|date:"j M H:i" }}.'), recipient=person, context={"at": NOON})

    assert letter.text.startswith("Hello Amara, until 17 Mar 01:00.")


def test_who_sees_it_stands_below_the_text(written):
    letter = letters.write(written("Subject\n\nText."), recipient=None, context={}, audience="Who sees it: you.")

    assert "Text.\n\nWho sees it: you.\n" in letter.text
    assert "ink seen" in letter.html


def test_a_letter_needs_a_subject(written):
    with pytest.raises(letters.Unwritable):
        letters.write(written("{{ nothing }}\n\n"), recipient=None, context={})


def mail_to(name: str, *, program: str = "Evenhand", address: str = "amara@example.org"):
    message = OutboxMessage(message_id="1@example.org", recipient=User(email=address, name=name, called=name[:60]))
    context = {"program_name": program, "number": name}
    return letters.compose(message, kind=KINDS[0], context=context, address=address).message()


def look_at_headers(name: str) -> None:
    mail = mail_to(name, program=name)

    assert sorted(header.lower() for header in mail.keys()) == [  # noqa: SIM118 - a mail's headers may come twice
        "auto-submitted",
        "content-type",
        "date",
        "from",
        "message-id",
        "mime-version",
        "subject",
        "to",
    ]
    for header in ("to", "from", "subject"):
        value = str(mail[header])
        assert "\r" not in value
        assert all(line.startswith((" ", "\t")) for line in value.split("\n")[1:])
    head = mail.as_bytes(linesep="\r\n").partition(b"\r\n\r\n")[0]
    assert b"\nbcc:" not in head.lower()
    assert head.lower().count(b"\nto:") == 1


def test_headers_cannot_be_injected(soak):
    """Names of many scripts, each with something in it that a header gives a meaning to."""
    fake = Faker(["en_GB", "de_DE", "ar_AA", "ja_JP", "ru_RU", "he_IL", "zh_CN", "pl_PL", "fr_FR"])
    Faker.seed(7)
    tricks = ["\r\nBcc: x@evil.example", "\nTo: x@evil.example", "\r\n\r\n<b>", '"', "\\", "<x@evil.example>", ", x@evil.example", ";", ":"]
    tricks += ["=?utf-8?q?=0ABcc:x?=", "\x00", "\x0b", "\x85", "\u2028", "(", ")", "@", "\t", "’", ""]

    for number in range(10_000 if soak else 500):
        name, trick = fake.name(), tricks[number % len(tricks)]
        place = number % (len(name) + 1)
        look_at_headers(name[:place] + trick + name[place:])


@hypothesis_settings(max_examples=50, deadline=None)
@given(st.text(min_size=1, max_size=80))
def test_no_text_at_all_gets_into_another_header(name):
    look_at_headers(name)


# --- the guard over every mail there is ---

# What a letter about anything must not say, and what its subject must not either, where a stranger may read it over a shoulder.
CONFIDENTIAL = ["concern", "imbalance", "signal", "safeguard"]
TELLING = ["complain", "harass", "unsafe", "problem", "report", "partner", "mentor ", "mentee"]
# A subject names a day or a number, never a person or a topic.
NEUTRAL = {"until", "day", "date", "count", "number"}


def test_mail_holds_no_confidential_word():
    templates = sorted(Path("templates").glob("*/*/mail/*.txt"))
    assert len(templates) >= 5

    for template in templates:
        text = template.read_text().strip().lower()
        subject = text.partition("\n")[0]
        assert set(re.findall(r"{{\s*(\w+)", subject)) <= NEUTRAL, f"{template}: {subject}"
        for word in CONFIDENTIAL:
            assert word not in text, f"{template} says {word}"
        for word in TELLING:
            assert word not in subject, f"{template}: {subject}"


def test_every_kind_that_has_one_template_has_that_template():
    named = [kind.template for kind in kinds.every() if isinstance(kind.template, str)]
    assert named

    for template in named:
        letters.get_template(template)
