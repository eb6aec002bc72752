"""Guidelines are drafted, published and acknowledged. What was published never changes."""

from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from guidelines.versions import policies
from guidelines.versions.models import Acknowledgement, GuidelineVersion, GuidelineVersionQuerySet
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.times import local_day
from programs.memberships.models import Membership, MembershipQuerySet, Program
from programs.readiness import services as readiness

REQUIREMENT = "guidelines"
CHANGED_LETTER = "guidelines-changed"
REMINDER_LETTER = "guidelines-reminder"
FIRST_TEXT = Path(__file__).parent / "text" / "first.en.md"


class SavedMeanwhile(Refused):
    """Somebody else saved the draft since it was read. `draft` is theirs; nothing of either is lost."""

    def __init__(self, draft: GuidelineVersion) -> None:
        super().__init__(_("While you were writing, %(name)s saved the draft.") % {"name": draft.written_by.user.full_name})
        self.draft = draft


class Outdated(Refused):
    """The version that was read is not in force any more. `version` is."""

    def __init__(self, version: GuidelineVersion) -> None:
        super().__init__(_("The guidelines changed while you were reading."))
        self.version = version


@transaction.atomic
def create_first_version(*, program: Program, by: Membership, now: datetime) -> GuidelineVersion:
    """A new program begins with the guidelines that ship with Evenhand. Staff change them whenever they like."""
    version = GuidelineVersion.objects.create(
        program=program,
        number=1,
        text=FIRST_TEXT.read_text(encoding="utf-8"),
        written_by=by,
        created_at=now,
        changed_at=now,
        published_at=now,
    )
    audit.record(verb="guidelines.published", subject=version, program_id=program.pk, actor_id=by.user_id, now=now, detail={"number": 1})
    return version


@transaction.atomic
def ask_to_read(*, membership: Membership, now: datetime) -> None:
    """A new participant has the guidelines to read. So has one who comes back and finds them changed."""
    has_read = Acknowledgement.objects.of(membership).filter(version__in=_in_force(membership.program_id)).exists()
    if has_read:
        readiness.require(membership=membership, key=REQUIREMENT, now=now)
        readiness.settle(membership=membership, key=REQUIREMENT, now=now)
    else:
        readiness.open_again(membership=membership, key=REQUIREMENT, now=now)


@transaction.atomic
def save_draft(*, program: Program, by: Membership, text: str, revision: int, now: datetime) -> GuidelineVersion:
    """Keep what is being written. `revision` is that of the draft it was written over, 0 where there was none.

    If somebody else saved in between there is `SavedMeanwhile`, and nothing is written.
    """
    _refuse_unless_staff(program, by)
    _lock(program)
    if not text.strip():
        raise Refused(_("Write something first. Guidelines without a word would leave people guessing."))
    draft = _draft_of(program)
    _refuse_if_saved_meanwhile(draft, revision)
    if draft is None:
        last = program.guideline_versions.aggregate(last=Max("number"))["last"] or 0
        draft = GuidelineVersion(program=program, number=last + 1, created_at=now, revision=0)
    elif draft.text == text:
        return draft
    draft.text, draft.written_by, draft.changed_at = text, by, now
    draft.revision += 1
    draft.save()
    audit.record(
        verb="guidelines.draft_saved",
        subject=draft,
        program_id=program.pk,
        actor_id=by.user_id,
        now=now,
        detail={"revision": draft.revision},
    )
    return draft


@transaction.atomic
def publish(*, program: Program, by: Membership, summary: str, revision: int, now: datetime) -> GuidelineVersion:
    """Put the draft in force. Every participant is asked to read it; pairings that have begun go on meanwhile."""
    _refuse_unless_staff(program, by)
    _lock(program)
    draft = _draft_of(program)
    if draft is None:
        raise Refused(_("There is no draft to publish. It may have been published a moment ago."))
    _refuse_if_saved_meanwhile(draft, revision)
    before = _in_force(program.pk).first()
    if before is not None and before.text == draft.text:
        raise Refused(_("The draft says the same as the version that is in force. There is nothing to publish."))
    if before is not None and not summary.strip():
        raise Refused(_("Say in a sentence what changed, so that people know what to look for."))
    draft.summary_of_change, draft.published_at = summary.strip(), now
    draft.save(update_fields=["summary_of_change", "published_at"])
    readiness.open_again_for_all(program=program, key=REQUIREMENT, now=now)
    if before is not None:
        for kind in (CHANGED_LETTER, REMINDER_LETTER):
            outbox.cancel(kind=kind, subject_ids=[before.pk], now=now)
    _owe(CHANGED_LETTER, draft, Membership.objects.filter(program=program).current().participants(), now=now)
    audit.record(
        verb="guidelines.published", subject=draft, program_id=program.pk, actor_id=by.user_id, now=now, detail={"number": draft.number}
    )
    return draft


@transaction.atomic
def acknowledge(*, version: GuidelineVersion, by: Membership, now: datetime) -> Acknowledgement:
    """Somebody has read the version in force and will keep to it. Doing it again changes nothing. May raise `Outdated`."""
    if not policies.may_acknowledge(by, version):
        raise Refused(_("These guidelines are not yours to agree to."))
    # Waits for a publication that is under way, so that nobody counts as having read what they have not.
    _lock(version.program)
    in_force = _in_force(version.program_id).get()
    if in_force.pk != version.pk:
        raise Outdated(in_force)
    acknowledgement, is_new = Acknowledgement.objects.get_or_create(version=version, membership=by, defaults={"acknowledged_at": now})
    if is_new:
        for kind in (CHANGED_LETTER, REMINDER_LETTER):
            outbox.cancel(kind=kind, subject_ids=[version.pk], recipient_id=by.user_id, now=now)
        readiness.settle(membership=by, key=REQUIREMENT, now=now)
        audit.record(
            verb="guidelines.acknowledged",
            subject=version,
            program_id=version.program_id,
            actor_id=by.user_id,
            now=now,
            detail={"number": version.number},
        )
    return acknowledgement


@transaction.atomic
def remind(*, version: GuidelineVersion, people: MembershipQuerySet, by: Membership, now: datetime) -> int:
    """Write to those of `people` who have not read the version, once a day at most. Returns how many letters that makes."""
    if not policies.may_remind(by) or by.program_id != version.program_id:
        raise Refused(_("Only those who run the program send reminders."))
    if version != _in_force(version.program_id).first():
        raise Refused(_("These guidelines are not in force any more."))
    day = local_day(now, version.program.time_zone).isoformat()
    to_remind = people.filter(program=version.program).current().participants().exclude(acknowledgements__version=version)
    made = _owe(REMINDER_LETTER, version, to_remind, slot=day, now=now)
    audit.record(
        verb="guidelines.reminded", subject=version, program_id=version.program_id, actor_id=by.user_id, now=now, detail={"letters": made}
    )
    return made


def _lock(program: Program) -> None:
    """Saving, publishing and acknowledging of one program happen one after the other."""
    Program.objects.select_for_update(no_key=True).get(pk=program.pk)


def _draft_of(program: Program) -> GuidelineVersion | None:
    return GuidelineVersion.objects.filter(program=program).draft().select_related("written_by__user").first()


def _in_force(program_id: int) -> GuidelineVersionQuerySet:
    return GuidelineVersion.objects.filter(program_id=program_id).in_force()


def _refuse_unless_staff(program: Program, by: Membership) -> None:
    if not policies.may_write(by) or by.program_id != program.pk:
        raise Refused(_("Only those who run the program write its guidelines."))


def _refuse_if_saved_meanwhile(draft: GuidelineVersion | None, revision: int) -> None:
    if draft is not None and draft.revision != revision:
        raise SavedMeanwhile(draft)


def _owe(kind: str, version: GuidelineVersion, people: MembershipQuerySet, *, slot: str = "0", now: datetime) -> int:
    users = people.order_by("pk").values_list("user_id", flat=True)
    return outbox.owe_many(
        (
            outbox.Duty(kind=kind, subject_id=version.pk, recipient_id=user, slot=slot, program_id=version.program_id)
            for user in users.iterator(chunk_size=2000)
        ),
        now=now,
    )
