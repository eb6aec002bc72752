import io
import json
import logging
import logging.config
import re
import uuid

import pytest
import structlog
from django.core import mail
from django.test import Client
from django_structlog.celery.receivers import CeleryReceiver

from mentoring import logs
from tests.factories.programs import EmailAddressFactory, MembershipFactory, UserFactory

ANA = {"name": "Ana Quintela", "email": "ana.quintela@example.org"}
TOKEN = "tok-5f2c9e0d1a"
WORDS = "Ich möchte lieber abends sprechen"


@pytest.fixture
def written(caplog):
    """What production writes to its log during a test."""
    configuration = logs.configuration(readable=False)
    caplog.set_level(configuration["loggers"]["django_structlog"]["level"], "django_structlog")
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(logging.config.DictConfigurator(configuration).configure_formatter(configuration["formatters"]["ours"]))
    logging.getLogger().addHandler(handler)
    yield lambda: handler.stream.getvalue()
    logging.getLogger().removeHandler(handler)


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def visitor(settings):
    settings.ROOT_URLCONF = "tests.broken_urls"
    return Client(
        raise_request_exception=False,
        REMOTE_ADDR="203.0.113.77",
        headers={"User-Agent": "Canary/1.0 (of Ana)", "Referer": f"http://testserver/?{TOKEN}", "Accept-Language": "pt-PT"},
    )


@pytest.mark.django_db
def test_logs_hold_no_personal_data(visitor, written, settings):
    """A person comes by an invitation, mistypes, signs in, searches and sends words; pages are missing, refused and broken."""
    membership = MembershipFactory(user=UserFactory(**ANA))
    EmailAddressFactory(user=membership.user)
    program = membership.program.slug

    visitor.get(f"/invitations/{TOKEN}/")
    visitor.get(f"/no/such/page/{TOKEN}?search={WORDS}")
    visitor.post("/accounts/login/", {"login": ANA["email"], "password": f"wrong {WORDS}"})
    visitor.post("/accounts/login/code/", {"email": ANA["email"]})
    visitor.post("/accounts/login/code/confirm/", {"code": "ABC-123"})
    visitor.force_login(membership.user)
    visitor.get(f"/p/{program}/people/?search={ANA['name']}")
    visitor.post(f"/p/{program}/profile/", {"name": ANA["name"], "purpose": WORDS, "token": TOKEN})
    visitor.post("/accounts/me/", {"name": ANA["name"], "pronouns": WORDS})
    visitor.post(f"/broken/{TOKEN}/", ANA)
    visitor.get("/broken/suspicious/")
    visitor.get("/broken/denied/")
    visitor.get("/", headers={"Host": f"{TOKEN}.example.org"})
    settings.ALLOWED_HOSTS = ["testserver"]
    visitor.get("/", headers={"Host": f"{TOKEN}.example.org"})

    text = written()
    assert len(lines(text)) > 10
    private = [*ANA.values(), "Quintela", TOKEN, WORDS, "abends", "203.0.113.77", "Canary", "wrong", program]
    private += [code for message in mail.outbox for code in re.findall(r"\b\d{6}\b", message.body)]
    assert [word for word in private if word in text] == []
    # It is of use nevertheless.
    events = lines(text)
    broken = next(event for event in events if event["event"] == "request_failed")
    assert (broken["request"], broken["user_id"], broken["code"]) == ("POST /broken/<str:token>/", membership.user_id, 500)
    assert broken["exception"][0]["type"] == "django.db.utils.IntegrityError"
    assert any(re.fullmatch(r"tests/broken_urls\.py:\d+ same_address_twice", place) for place in broken["exception"][0]["at"])
    assert {event["code"] for event in events if event["event"] == "request_finished"} >= {200, 302, 400, 403, 404}
    assert all(uuid.UUID(event["request_id"]) for event in events if event["logger"].startswith("django_structlog"))
    assert any(event["event"] == "refused" and event["reason"] == "DisallowedHost" for event in events)


@pytest.mark.django_db
def test_a_request_is_one_line(client, written):
    client.get("/accounts/login/")

    (line,) = lines(written())
    assert (line["event"], line["level"], line["code"], line["user_id"]) == ("request_finished", "info", 200, None)
    assert line["request"] == "GET /accounts/login/"
    assert line["milliseconds"] >= 0


def test_what_a_library_puts_into_its_sentence_stays_out(written):
    logging.getLogger("celery.worker").warning("Connected to %s", "redis://:password@host")
    logging.getLogger("somebody.elses").error("%(who)s wrote", {"who": ANA["email"]}, extra={"address": ANA["email"], "count": 3})

    first, second = lines(written())
    assert first["event"] == "Connected to %s"
    assert (second["event"], second["count"], "address" in second["left_out"]) == ("%(who)s wrote", 3, True)


def test_ours_may_say_ids_and_what_was_left_out_is_named(written):
    key = uuid.uuid4()
    structlog.get_logger("mentoring.kernel").info(
        "mail_handed_over", mail=7, row=key, reason="421 4.3.2", address=ANA["email"], words=[WORDS]
    )

    (line,) = lines(written())
    assert (line["mail"], line["row"], line["reason"], line["left_out"]) == (7, str(key), "421 4.3.2", ["address", "words"])


def test_an_error_says_its_kind_and_its_causes_and_not_its_words(written):
    try:
        try:
            raise KeyError(ANA["email"])
        except KeyError as cause:
            raise ValueError(ANA["name"]) from cause
    except ValueError:
        logging.getLogger("programs.people").exception("it_broke")

    (line,) = lines(written())
    assert [cause["type"] for cause in line["exception"]] == ["builtins.ValueError", "builtins.KeyError"]
    assert "Ana" not in written()


def test_a_task_that_fails_says_so_without_words_and_messages_to_the_broker_hold_nothing(written):
    receiver = CeleryReceiver()
    headers = {}
    with structlog.contextvars.bound_contextvars(request_id="1", user_id=3):
        receiver.receiver_before_task_publish(headers=headers)
    try:
        raise RuntimeError(ANA["email"])
    except RuntimeError as error:
        receiver.receiver_task_failure(task_id="of-the-task", exception=error)

    assert headers == {"__django_structlog__": {}}
    (line,) = lines(written())
    assert (line["event"], line["task_id"]) == ("task_failed", "of-the-task")
    assert line["exception"][0]["type"] == "builtins.RuntimeError"
    assert "ana" not in written()


def test_who_develops_reads_whole_tracebacks():
    configuration = logs.configuration(readable=True)
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(logging.config.DictConfigurator(configuration).configure_formatter(configuration["formatters"]["ours"]))
    logger = logging.getLogger("programs.people")
    logger.addHandler(handler)
    try:
        logger.warning("took %s", "long")
        try:
            raise ValueError("what is wrong")
        except ValueError:
            logger.exception("it_broke")
    finally:
        logger.removeHandler(handler)

    assert "took long" in handler.stream.getvalue()
    assert "ValueError: what is wrong" in handler.stream.getvalue()
