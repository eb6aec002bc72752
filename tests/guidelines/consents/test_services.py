import pytest

from guidelines.consents import queries, services
from guidelines.consents.models import Consent, PrivacyText
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from tests.factories.guidelines import ConsentFactory, PrivacyTextFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


def test_the_shipped_text_becomes_the_first_version_when_somebody_agrees_to_it(noon):
    member = MembershipFactory()
    shown = queries.shown_to(member)

    consent = services.agree(by=member, number=shown.number, now=noon)

    assert (consent.text.number, consent.text.text, consent.text.written_by) == (1, shown.text, None)
    assert (consent.membership, consent.agreed_at) == (member, noon)
    assert not queries.has_something_to_agree_to(member)
    assert AuditEvent.objects.about(consent.text).get().verb == "privacy.agreed"


def test_agreeing_again_changes_nothing(noon):
    consent = ConsentFactory()

    services.agree(by=consent.membership, number=1, now=noon)

    assert Consent.objects.count() == 1


def test_nobody_agrees_to_words_they_have_not_seen(noon):
    member = MembershipFactory()
    PrivacyTextFactory(program=member.program)
    PrivacyTextFactory(program=member.program, number=2, text="More is kept.")

    with pytest.raises(Refused, match="changed"):
        services.agree(by=member, number=1, now=noon)


def test_a_new_version_asks_once_more_and_leaves_the_old_yes_as_it_was(noon):
    consent = ConsentFactory()
    admin = MembershipFactory(program=consent.text.program, admin=True)

    new = services.publish(by=admin, text="More is kept.", summary="We keep more.", number=1, now=noon)

    assert (new.number, new.written_by) == (2, admin)
    assert queries.has_something_to_agree_to(consent.membership)
    assert PrivacyText.objects.get(number=1).text == consent.text.text
    assert Consent.objects.get().text.number == 1


@pytest.mark.parametrize(
    ("role", "text", "number", "sentence"),
    [
        ("is_coordinator", "Other", 1, "Only an admin"),
        ("is_admin", "## What is kept\n\nLittle.\n", 1, "nothing to publish"),
        ("is_admin", "Other", 7, "Somebody else"),
    ],
)
def test_what_is_no_new_version_is_refused(role, text, number, sentence, noon):
    before = PrivacyTextFactory()
    writer = MembershipFactory(program=before.program, **{role: True})

    with pytest.raises(Refused, match=sentence):
        services.publish(by=writer, text=text, summary="x", number=number, now=noon)


def test_the_shipped_text_is_whole_and_plain():
    text = queries.FIRST_TEXT.read_text(encoding="utf-8")

    assert text.count("\n## ") == 6
    assert "TODO" not in text
