"""Guidelines are drafted, published and acknowledged. What was published never changes."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from guidelines.versions import files, policies
from guidelines.versions.models import Acknowledgement, GuidelineVersion, GuidelineVersionQuerySet, Reading
from guidelines.versions.topics import KEY, LONGEST_TEXT, MOST_TOPICS, Topic, faults_of
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.times import local_day
from programs.memberships.models import Membership, MembershipQuerySet, Program
from programs.readiness import services as readiness

REQUIREMENT = "guidelines"
CHANGED_LETTER = "guidelines-changed"
REMINDER_LETTER = "guidelines-reminder"
LONGEST_KEY = 50


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


# --- from the beginning ---


@transaction.atomic
def create_first_version(*, program: Program, by: Membership, now: datetime) -> GuidelineVersion:
    """A new program begins with the guidelines that ship with Evenhand. Staff change them whenever they like."""
    texts = files.shipped()
    version = GuidelineVersion(
        program=program, number=1, introduction=texts.introduction, written_by=by, created_at=now, changed_at=now, published_at=now
    )
    version.set_topics(texts.topics)
    version.save()
    audit.record(verb="guidelines.published", subject=version, program_id=program.pk, actor_id=by.user_id, now=now, detail={"number": 1})
    return version


@transaction.atomic
def ask_to_read(*, membership: Membership, now: datetime) -> None:
    """A new participant has the guidelines to read. So has one who comes back and finds them changed."""
    has_read = Acknowledgement.objects.of(membership).standing().filter(version__in=_in_force(membership.program_id)).exists()
    if has_read:
        readiness.require(membership=membership, key=REQUIREMENT, now=now)
        readiness.settle(membership=membership, key=REQUIREMENT, now=now)
    else:
        readiness.open_again(membership=membership, key=REQUIREMENT, now=now)


# --- writing ---


@transaction.atomic
def save_introduction(*, program: Program, by: Membership, text: str, before: str, now: datetime) -> GuidelineVersion:
    """`before` is the introduction that it was written over. Where the draft has another there is `SavedMeanwhile`."""
    draft = _draft_to_write(program, by, now)
    if len(text) > LONGEST_TEXT:
        raise Refused(_("Write at most %(most)d characters.") % {"most": LONGEST_TEXT})
    if draft.introduction == text:
        return draft
    if draft.introduction != before:
        raise SavedMeanwhile(draft)
    draft.introduction = text
    return _save(draft, by, now)


@transaction.atomic
def save_topic(*, program: Program, by: Membership, topic: Topic, before: str, now: datetime) -> GuidelineVersion:
    """Keep what is being written of one topic; one without a key is new, and comes last.

    `before` is the digest of the topic that it was written over, empty where there was none. Where the draft has another there is
    `SavedMeanwhile`, and nothing is written. Two who write different topics are not in each other's way.
    """
    draft = _draft_to_write(program, by, now)
    if fault := next(faults_of(topic), None):
        raise Refused(fault[1])
    topics = list(draft.all_topics)
    if not topic.key:
        if len(topics) >= MOST_TOPICS:
            raise Refused(_("There may be %(most)d topics.") % {"most": MOST_TOPICS})
        topic = Topic.kept({**topic.to_keep(), "key": _new_key(topic.title, {other.key for other in topics})})
    there = draft.topic(topic.key)
    if there is not None and there.digest == topic.digest:
        return draft
    if (there.digest if there else "") != before:
        raise SavedMeanwhile(draft)
    draft.set_topics([topic if other.key == topic.key else other for other in topics] if there else [*topics, topic])
    return _save(draft, by, now)


@transaction.atomic
def move_topic(*, program: Program, by: Membership, key: str, up: bool, now: datetime) -> GuidelineVersion:
    """One place up or down. Where it is not there, or there is no such place, nothing changes."""
    draft = _draft_to_write(program, by, now)
    topics = list(draft.all_topics)
    place = next((place for place, topic in enumerate(topics) if topic.key == key), None)
    to = -1 if place is None else place - 1 if up else place + 1
    if place is None or not 0 <= to < len(topics):
        return draft
    topics[place], topics[to] = topics[to], topics[place]
    draft.set_topics(topics)
    return _save(draft, by, now)


@transaction.atomic
def take_topic_out(*, program: Program, by: Membership, key: str, now: datetime) -> GuidelineVersion:
    """Of the draft. Where it is not there, nothing changes."""
    draft = _draft_to_write(program, by, now)
    topics = [topic for topic in draft.all_topics if topic.key != key]
    if not topics:
        raise Refused(_("Guidelines without a topic would leave people guessing. Write another one first."))
    if len(topics) == len(draft.all_topics):
        return draft
    draft.set_topics(topics)
    return _save(draft, by, now)


@transaction.atomic
def take_in(*, program: Program, by: Membership, texts: files.Texts, revision: int, now: datetime) -> GuidelineVersion:
    """Put what came as a file in the place of the draft. `revision` is that of the draft that was there, 0 where there was none."""
    _refuse_unless_staff(program, by)
    _lock(program)
    _refuse_if_saved_meanwhile(_draft_of(program), revision)
    draft = _draft_to_write(program, by, now)
    draft.introduction = texts.introduction
    draft.set_topics(texts.topics)
    return _save(draft, by, now)


@transaction.atomic
def drop_draft(*, program: Program, by: Membership, revision: int, now: datetime) -> None:
    """Nothing of it is kept. Where there is none, nothing changes."""
    _refuse_unless_staff(program, by)
    _lock(program)
    draft = _draft_of(program)
    _refuse_if_saved_meanwhile(draft, revision)
    if draft is not None:
        audit.record(verb="guidelines.draft_dropped", subject=draft, program_id=program.pk, actor_id=by.user_id, now=now)
        draft.delete()


@transaction.atomic
def publish(*, program: Program, by: Membership, summary: str, revision: int, now: datetime) -> GuidelineVersion:
    """Put the draft in force. Every participant is asked to read what changed; pairings that have begun go on meanwhile."""
    _refuse_unless_staff(program, by)
    _lock(program)
    draft = _draft_of(program)
    if draft is None:
        raise Refused(_("There is no draft to publish. It may have been published a moment ago."))
    _refuse_if_saved_meanwhile(draft, revision)
    before = _in_force(program.pk).first()
    if before is not None and before.says_the_same_as(draft):
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


# --- reading and agreeing ---


def to_read(version: GuidelineVersion, membership: Membership) -> list[Topic]:
    """The topics of a version that this person has not read in these words, neither when they last agreed nor since. Two queries."""
    last = Acknowledgement.objects.of(membership).select_related("version").order_by("-version__number", "-pk").first()
    known = {topic.key: topic.digest for topic in last.version.all_topics} if last else {}
    since = Reading.objects.visible_to(membership).values_list("topics", flat=True).first() or {}
    return [topic for topic in version.all_topics if topic.digest not in (known.get(topic.key), since.get(topic.key))]


@transaction.atomic
def read_topics(*, version: GuidelineVersion, keys: Iterable[str], by: Membership, now: datetime) -> None:
    """Somebody has read these topics and thought about their situations. What they picked is not told. May raise `Outdated`."""
    if not policies.may_acknowledge(by, version):
        raise Refused(_("These guidelines are not yours to agree to."))
    _refuse_unless_in_force(version)
    read = {topic.key: topic.digest for key in keys if (topic := version.topic(key)) is not None}
    Reading.objects.get_or_create(membership=by)
    reading = Reading.objects.select_for_update().get(membership=by)
    reading.topics |= read
    reading.save(update_fields=["topics"])


@transaction.atomic
def acknowledge(*, version: GuidelineVersion, by: Membership, now: datetime) -> Acknowledgement:
    """Somebody has read the version in force and will keep to it. Doing it again changes nothing. May raise `Outdated`."""
    if not policies.may_acknowledge(by, version):
        raise Refused(_("These guidelines are not yours to agree to."))
    # Waits for a publication that is under way, so that nobody counts as having read what they have not.
    _lock(version.program)
    _refuse_unless_in_force(version)
    there = Acknowledgement.objects.of(by).standing().filter(version=version).first()
    if there is not None:
        return there
    if missing := to_read(version, by):
        raise Refused(_("Read this first: %(title)s. Then you can agree.") % {"title": missing[0].title})
    acknowledgement = Acknowledgement.objects.create(version=version, membership=by, acknowledged_at=now)
    Reading.objects.filter(membership=by).delete()
    for kind in (CHANGED_LETTER, REMINDER_LETTER):
        outbox.cancel(kind=kind, subject_ids=[version.pk], recipient_id=by.user_id, now=now)
    readiness.settle(membership=by, key=REQUIREMENT, now=now)
    _record_of_one("acknowledged", version, by, now)
    return acknowledgement


@transaction.atomic
def take_back(*, version: GuidelineVersion, by: Membership, now: datetime) -> None:
    """Somebody finds that they can't keep to it. Their pairings go on; a new one waits until they agree again. Twice changes nothing."""
    if not policies.may_acknowledge(by, version):
        raise Refused(_("These guidelines are not yours to agree to."))
    if Acknowledgement.objects.of(by).standing().filter(version=version).update(withdrawn_at=now):
        readiness.open_again(membership=by, key=REQUIREMENT, now=now)
        _record_of_one("acknowledgement_withdrawn", version, by, now)


@transaction.atomic
def remind(*, version: GuidelineVersion, people: MembershipQuerySet, by: Membership, now: datetime) -> int:
    """Write to those of `people` who have not agreed to the version, once a day at most. Returns how many letters that makes."""
    if not policies.may_remind(by) or by.program_id != version.program_id:
        raise Refused(_("Only those who run the program send reminders."))
    if version != _in_force(version.program_id).first():
        raise Refused(_("These guidelines are not in force any more."))
    day = local_day(now, version.program.time_zone).isoformat()
    have_agreed = Acknowledgement.objects.standing().filter(version=version).values("membership")
    to_remind = people.filter(program=version.program).current().participants().exclude(pk__in=have_agreed)
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


def _draft_to_write(program: Program, by: Membership, now: datetime) -> GuidelineVersion:
    """The draft there is, or one that says what is in force, which is not saved yet."""
    _refuse_unless_staff(program, by)
    _lock(program)
    draft = _draft_of(program)
    if draft is not None:
        return draft
    last = program.guideline_versions.aggregate(last=Max("number"))["last"] or 0
    in_force = _in_force(program.pk).select_related("written_by__user").first()
    return GuidelineVersion(
        program=program,
        number=last + 1,
        introduction=in_force.introduction if in_force else "",
        topics=in_force.topics if in_force else [],
        written_by=in_force.written_by if in_force else by,
        created_at=now,
        revision=0,
    )


def _save(draft: GuidelineVersion, by: Membership, now: datetime) -> GuidelineVersion:
    draft.written_by, draft.changed_at = by, now
    draft.revision += 1
    draft.save()
    audit.record(
        verb="guidelines.draft_saved",
        subject=draft,
        program_id=draft.program_id,
        actor_id=by.user_id,
        now=now,
        detail={"revision": draft.revision},
    )
    return draft


def _new_key(title: str, taken: set[str]) -> str:
    begin = slugify(title)[:LONGEST_KEY].strip("-") or "topic"
    begin = begin if KEY.fullmatch(begin) else "topic"
    return next(key for number in range(1, MOST_TOPICS + 2) if (key := begin if number == 1 else f"{begin}-{number}") not in taken)


def _in_force(program_id: int) -> GuidelineVersionQuerySet:
    return GuidelineVersion.objects.filter(program_id=program_id).in_force()


def _refuse_unless_in_force(version: GuidelineVersion) -> None:
    in_force = _in_force(version.program_id).values_list("pk", flat=True).get()
    if in_force != version.pk:
        raise Outdated(GuidelineVersion.objects.get(pk=in_force))


def _refuse_unless_staff(program: Program, by: Membership) -> None:
    if not policies.may_write(by) or by.program_id != program.pk:
        raise Refused(_("Only those who run the program write its guidelines."))


def _refuse_if_saved_meanwhile(draft: GuidelineVersion | None, revision: int) -> None:
    if draft is not None and draft.revision != revision:
        raise SavedMeanwhile(draft)


def _record_of_one(verb: str, version: GuidelineVersion, by: Membership, now: datetime) -> None:
    audit.record(
        verb=f"guidelines.{verb}",
        subject=version,
        program_id=version.program_id,
        actor_id=by.user_id,
        now=now,
        detail={"number": version.number},
    )


def _owe(kind: str, version: GuidelineVersion, people: MembershipQuerySet, *, slot: str = "0", now: datetime) -> int:
    users = people.order_by("pk").values_list("user_id", flat=True)
    return outbox.owe_many(
        (
            outbox.Duty(kind=kind, subject_id=version.pk, recipient_id=user, slot=slot, program_id=version.program_id)
            for user in users.iterator(chunk_size=2000)
        ),
        now=now,
    )
