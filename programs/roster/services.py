"""Taking in a sheet, reading it, looking at every row of it, and inviting the people on it.

What takes long is done in portions, by a job: a portion and how far it is are kept together, or neither is.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from tempfile import TemporaryFile
from typing import IO

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.jobs import services as jobs
from mentoring.kernel.jobs.models import Job
from programs.invitations import services as invitations
from programs.memberships.models import Cohort, Membership, Program
from programs.profiles.models import ProfileQuestion
from programs.roster import checks, columns, reader
from programs.roster.mistakes import NO_HEADER, ONLY_A_HEADER
from programs.roster.models import Sheet, SheetPart, SheetRow
from programs.roster.words import key_of

# The kinds of work, and what is being done, in words that the page translates.
READING, CHECKING, INVITING = "roster-read", "roster-check", "roster-import"
STEPS = {
    READING: gettext_noop("Reading your file"),
    CHECKING: gettext_noop("Looking at every row"),
    INVITING: gettext_noop("Inviting the people of your file"),
}
PART = 256 * 1024
BATCH = 1000
# People are invited in smaller portions, so that a stop is soon and no lease runs out.
PORTION = 250
KEPT = timedelta(days=30)
SAMPLES = 60
LOOKS_LIKE_AN_ADDRESS = re.compile(r"\S+@\S+\.\w+")
# How many different unknown answers of a column are named.
MOST_NAMED = 30

Outcome = SheetRow.Outcome
NOTHING_CHANGES = {
    invitations.Standing.MEMBER: Outcome.MEMBER,
    invitations.Standing.ASKED: Outcome.ASKED,
    invitations.Standing.LEFT: Outcome.LEFT,
    invitations.Standing.WITHDRAWN: Outcome.WITHDRAWN,
}


@transaction.atomic
def upload(*, program: Program, by: Membership, file: IO[bytes], file_name: str, now: datetime) -> Sheet:
    """Take a file in as it is. A worker reads it."""
    sheet = Sheet.objects.create(program=program, uploaded_by_id=by.user_id, file_name=file_name[-200:], uploaded_at=now)
    for number, content in enumerate(iter(partial(file.read, PART), b"")):
        SheetPart.objects.create(sheet=sheet, number=number, content=content)
    _start(READING, sheet=sheet, by=by, total=None, now=now)
    audit.record(verb="sheet.uploaded", subject=sheet, program_id=program.pk, actor_id=by.user_id, now=now)
    return sheet


@contextmanager
def opened(job: Job) -> Iterator[tuple[reader.Table, Iterator[list[reader.Row]]]]:
    """The file of a sheet, and the portions of its rows that are not kept yet. Raises `Unreadable`, then or while rows are asked for."""
    sheet = Sheet.objects.get(pk=job.input["sheet"])
    kept = sheet.rows.aggregate(line=Max("line"))["line"] or 0
    with TemporaryFile() as file:
        for content in sheet.parts.order_by("number").values_list("content", flat=True).iterator(chunk_size=1):
            file.write(content)
        table = reader.read(file)
        if any(LOOKS_LIKE_AN_ADDRESS.fullmatch(name) for name in table.header):
            raise reader.Unreadable(NO_HEADER)
        yield table, _portions((row for row in table.rows if row.line > kept), BATCH)


@transaction.atomic
def keep_portion(*, job: Job, rows: Sequence[reader.Row], now: datetime) -> None:
    """Keep the next rows of a file. Nothing is looked at yet."""
    sheet_id = job.input["sheet"]
    SheetRow.objects.bulk_create([SheetRow(sheet_id=sheet_id, line=row.line, cells=[cell.strip() for cell in row.cells]) for row in rows])
    jobs.advance(job, done=job.done + len(rows), step=STEPS[READING], now=now)


@transaction.atomic
def end_reading(*, job: Job, table: reader.Table, now: datetime) -> None:
    """Every row is kept, so the file itself is not."""
    if not job.done:
        raise reader.Unreadable(ONLY_A_HEADER)
    sheet = Sheet.objects.select_for_update(of=["self"]).get(pk=job.input["sheet"])
    sheet.tab, sheet.delimiter, sheet.header, sheet.read_at = table.tab[:100], table.delimiter, table.header, now
    sheet.save(update_fields=["tab", "delimiter", "header", "read_at"])
    sheet.parts.all().delete()
    jobs.finish(job, {"rows": job.done}, now)


@transaction.atomic
def refuse_file(*, job: Job, sentence: str, now: datetime) -> None:
    """Say why a file cannot be read, and keep nothing of it."""
    SheetPart.objects.filter(sheet=job.input["sheet"]).delete()
    SheetRow.objects.filter(sheet=job.input["sheet"]).delete()
    jobs.fail(job, sentence, now)


def samples_of(sheet: Sheet) -> list[columns.Column]:
    """The columns of a sheet, each with what stands in its first rows."""
    first = list(sheet.rows.in_order().values_list("cells", flat=True)[:SAMPLES])
    return [
        columns.Column(name, [checks.unguarded(cells[at]) for cells in first if at < len(cells)]) for at, name in enumerate(sheet.header)
    ]


def proposal_for(*, sheet: Sheet, read_as: Sequence[columns.Column], questions: Iterable[ProfileQuestion]) -> dict[str, str]:
    """What each column seems to hold; what was chosen before, if something was."""
    return sheet.columns or columns.propose(read_as, questions, _roles(sheet.program))


@transaction.atomic
def choose_columns(
    *,
    sheet: Sheet,
    by: Membership,
    chosen: Mapping[str, str],
    cohort: Cohort | None,
    leaves_unknown_out: bool,
    now: datetime,
) -> Sheet:
    """Say what each column holds. A worker looks at every row with that. May be done again until somebody confirms."""
    sheet = _to_choose_columns_of(sheet)
    sheet.columns, sheet.cohort, sheet.leaves_unknown_out = dict(chosen), cohort, leaves_unknown_out
    sheet.unknown, sheet.checked_at = {}, None
    sheet.save(update_fields=["columns", "cohort", "leaves_unknown_out", "unknown", "checked_at"])
    _start(CHECKING, sheet=sheet, by=by, total=sheet.rows.count(), now=now)
    audit.record(verb="sheet.columns_chosen", subject=sheet, program_id=sheet.program_id, actor_id=by.user_id, now=now)
    return sheet


@transaction.atomic
def check_portion(*, job: Job, now: datetime) -> int:
    """Look at the next rows of a sheet. Returns how many; 0 when all were looked at, and then the job is done."""
    sheet = Sheet.objects.select_for_update(of=["self"]).select_related("program").get(pk=job.input["sheet"])
    if not job.done:
        # What an earlier choice of columns found must not be taken for a row above.
        sheet.rows.exclude(outcome=Outcome.UNCHECKED).update(email="", name="", outcome=Outcome.UNCHECKED)
    rows = list(sheet.rows.unchecked().in_order()[:BATCH])
    if not rows:
        sheet.checked_at = now
        sheet.save(update_fields=["checked_at"])
        jobs.finish(job, {"rows": job.done}, now)
        return 0
    _check(sheet, rows, now)
    jobs.advance(job, done=job.done + len(rows), step=STEPS[CHECKING], now=now)
    return len(rows)


@transaction.atomic
def confirm(*, sheet: Sheet, by: Membership, leaves_mistakes_out: bool, now: datetime) -> Job:
    """Begin to invite the people on it, or go on where it was stopped. Whoever confirms at the same moment gets the same work."""
    sheet = Sheet.objects.select_for_update(of=["self"]).select_related("program").get(pk=sheet.pk)
    if sheet.checked_at is None:
        raise Refused(_("Say first what the columns hold."))
    before = sheet.job() if sheet.confirmed_at is not None else None
    if before is not None and before.is_open:
        return before
    counts = sheet.counts()
    if not counts[Outcome.NEW] and before is not None:
        return before
    if not counts[Outcome.NEW]:
        raise Refused(_("There is nobody on this sheet to invite."))
    if counts[Outcome.MISTAKE] and not leaves_mistakes_out:
        raise Refused(_("Some rows have mistakes. Tick that they are left out, or correct your file and choose it again."))
    if before is None:
        invitations.count_for_the_day(program=sheet.program, how_many=1, now=now)
    sheet.confirmed_at = sheet.confirmed_at or now
    sheet.save(update_fields=["confirmed_at"])
    job = _start(INVITING, sheet=sheet, by=by, total=counts[Outcome.NEW], now=now)
    audit.record(
        verb="sheet.confirmed",
        subject=sheet,
        program_id=sheet.program_id,
        actor_id=by.user_id,
        now=now,
        detail={"rows": counts[Outcome.NEW], "left_out": counts[Outcome.MISTAKE]},
    )
    return job


@transaction.atomic
def invite_portion(*, job: Job, now: datetime) -> int:
    """Invite the next people of a confirmed sheet and mark their rows, both or neither. Returns how many rows; 0 when none is left."""
    sheet = Sheet.objects.select_related("program", "cohort").get(pk=job.input["sheet"])
    by = Membership.objects.current().select_related("user").filter(pk=job.input["by"]).first()
    if by is None or not by.is_staff:
        raise Refused(_("Whoever started this no longer runs the program. Somebody who does can go on with it."))
    rows = list(sheet.rows.to_invite().in_order().select_for_update()[:PORTION])
    if not rows:
        return 0
    standing = _standing(sheet.program_id, [row.email for row in rows], now)
    new = [row for row in rows if row.email not in standing]
    invitations.invite_many(
        program=sheet.program,
        by=by,
        people=[invitations.InvitationDraft(email=row.email, name=row.name, prefilled=row.prefilled) for row in new],
        cohort=sheet.cohort,
        now=now,
    )
    for row in rows:
        row.outcome = standing.get(row.email, Outcome.INVITED)
    _keep(rows, ["outcome"])
    jobs.advance(job, done=job.done + len(rows), step=STEPS[INVITING], now=now)
    return len(rows)


def purge(*, now: datetime) -> int:
    """Forget a sheet that is thirty days old, with all that people wrote in it. Returns how many; call it until it says 0."""
    old = Sheet.objects.filter(uploaded_at__lt=now - KEPT).order_by("pk").first()
    if old is None:
        return 0
    with transaction.atomic():
        SheetRow.objects.filter(sheet=old).delete()
        old.delete()
    return 1


def _start(kind: str, *, sheet: Sheet, by: Membership, total: int | None, now: datetime) -> Job:
    job = jobs.start(
        kind=kind,
        program_id=sheet.program_id,
        started_by_id=by.user_id,
        input={"sheet": sheet.pk, "by": by.pk},
        total=total,
        now=now,
    )
    sheet.job_id = job.pk
    sheet.save(update_fields=["job_id"])
    return job


def _to_choose_columns_of(sheet: Sheet) -> Sheet:
    sheet = Sheet.objects.select_for_update(of=["self"]).select_related("program").get(pk=sheet.pk)
    if sheet.confirmed_at is not None:
        raise Refused(_("This sheet is being imported, or was. Choose the file again to begin anew."))
    job = sheet.job()
    if job is not None and job.is_open:
        raise Refused(_("We are still at work on this file. Look again in a moment."))
    if sheet.read_at is None:
        raise Refused(_("This file was not read to its end. Choose it again."))
    return sheet


def _roles(program: Program) -> dict[str, tuple[bool, bool]]:
    return checks.roles_of(program.mentor_word, program.mentee_word)


def _check(sheet: Sheet, rows: Sequence[SheetRow], now: datetime) -> None:
    """Look at these rows, in the same number of statements for one and for a thousand."""
    check = checks.Check(
        chosen=sheet.columns,
        width=len(sheet.header),
        questions=ProfileQuestion.objects.filter(program_id=sheet.program_id).in_use(),
        roles=_roles(sheet.program),
        leaves_unknown_out=sheet.leaves_unknown_out,
    )
    unknown: defaultdict[int, Counter[str]] = defaultdict(Counter, {int(at): Counter(values) for at, values in sheet.unknown.items()})
    for row in rows:
        found = check.row(row.cells)
        row.email, row.name, row.prefilled, row.mistakes = found.email, found.name, found.prefilled, found.mistakes
        for at, value in found.unknown:
            if value in unknown[at] or len(unknown[at]) < MOST_NAMED:
                unknown[at][value] += 1
    above = _name_those_who_are_there_twice(sheet, rows, check.own.get(columns.EMAIL, -1))
    standing = _standing(sheet.program_id, [row.email for row in rows], now)
    for row in rows:
        row.outcome = Outcome.MISTAKE if row.mistakes else standing.get(row.email, Outcome.NEW)
    _keep([*rows, *above], ["email", "name", "prefilled", "mistakes", "outcome"])
    sheet.unknown = {str(at): dict(values.most_common()) for at, values in sorted(unknown.items())}
    sheet.save(update_fields=["unknown"])


def _name_those_who_are_there_twice(sheet: Sheet, rows: Sequence[SheetRow], at: int) -> list[SheetRow]:
    """Of one person the first row counts, wherever in the file it stands; of two with one address neither, since it may be either's.

    Returns the rows further up that have a mistake by this.
    """
    above = sheet.rows.filter(email__in={row.email for row in rows if row.email}, line__lt=rows[0].line)
    first = {row.email: row for row in above.order_by("email", "line").distinct("email")}
    from_further_up = []
    for row in rows:
        if not row.email:
            continue
        other = first.setdefault(row.email, row)
        if other is row:
            continue
        if key_of(row.name) == key_of(other.name):
            row.mistakes.append(_person_twice(row, other))
            continue
        row.mistakes.append(_shares_an_address(with_whom=other, at=at))
        if not any(mistake["code"] == "shared_address" for mistake in other.mistakes):
            other.mistakes.append(_shares_an_address(with_whom=row, at=at))
            if other.line < rows[0].line:
                other.outcome = Outcome.MISTAKE
                from_further_up.append(other)
    return from_further_up


def _shares_an_address(*, with_whom: SheetRow, at: int) -> checks.Mistake:
    return {"code": "shared_address", "column": at, "line": with_whom.line, "other": with_whom.name or with_whom.email}


def _person_twice(row: SheetRow, other: SheetRow) -> checks.Mistake:
    same = [key_of(cell) for cell in row.cells] == [key_of(cell) for cell in other.cells]
    return {"code": "row_twice" if same else "person_twice", "line": other.line}


def _standing(program_id: int, addresses: Iterable[str], now: datetime) -> dict[str, Outcome]:
    """What keeps these from being invited by a sheet. Who left, or whose invitation was taken back, is asked again by hand alone."""
    standing = invitations.standing_of(program_id=program_id, addresses=addresses, now=now)
    return {address: NOTHING_CHANGES[what] for address, what in standing.items() if what in NOTHING_CHANGES}


def _keep(rows: Sequence[SheetRow], fields: Sequence[str]) -> None:
    """Save many rows in one statement, quicker than one CASE a row."""
    SheetRow.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=fields)


def _portions(rows: Iterator[reader.Row], size: int) -> Iterator[list[reader.Row]]:
    while portion := list(islice(rows, size)):
        yield portion
