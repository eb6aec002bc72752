"""Agreeing to how a program treats what one tells it, and writing it anew."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from guidelines.consents import policies, queries
from guidelines.consents.models import Consent, PrivacyText
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from programs.memberships.models import Membership, Program


@transaction.atomic
def agree(*, by: Membership, number: int, now: datetime) -> Consent:
    """Say yes to the version that was read. Doing it again changes nothing. Refused where it is another one by now."""
    program = _locked(by.program)
    newest = PrivacyText.objects.filter(program=program).newest_first().first() or _ship(program, now)
    if newest.number != number:
        raise Refused(_("The text changed while you were reading. Please look once more."))
    consent, is_new = Consent.objects.get_or_create(text=newest, membership=by, defaults={"agreed_at": now})
    if is_new:
        audit.record(
            verb="privacy.agreed", subject=newest, program_id=program.pk, actor_id=by.user_id, now=now, detail={"number": newest.number}
        )
    return consent


@transaction.atomic
def publish(*, by: Membership, text: str, summary: str, number: int, now: datetime) -> PrivacyText:
    """Put a new version in force, written over version `number`. Everybody is asked once more; what they agreed to before stays."""
    if not policies.may_write(by):
        raise Refused(_("Only an admin writes this text."))
    program = _locked(by.program)
    before = PrivacyText.objects.filter(program=program).newest_first().first() or _ship(program, now)
    if before.number != number:
        raise Refused(_("Somebody else published a version while you were writing. Copy your text, and look at theirs first."))
    if before.text == text:
        raise Refused(_("This says the same as the version that is in force. There is nothing to publish."))
    new = PrivacyText.objects.create(
        program=program, number=before.number + 1, text=text, summary_of_change=summary, written_by=by, published_at=now
    )
    audit.record(verb="privacy.published", subject=new, program_id=program.pk, actor_id=by.user_id, now=now, detail={"number": new.number})
    return new


def _ship(program: Program, now: datetime) -> PrivacyText:
    """What was shown until now becomes a version of its own."""
    return PrivacyText.objects.create(program=program, number=1, text=queries.FIRST_TEXT.read_text(encoding="utf-8"), published_at=now)


def _locked(program: Program) -> Program:
    """Agreeing and publishing of one program happen one after the other: nobody agrees to what they have not seen."""
    return Program.objects.select_for_update(no_key=True).get(pk=program.pk)
