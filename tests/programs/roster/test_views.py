import csv
import io
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from mentoring.kernel.jobs import services as jobs
from mentoring.kernel.jobs.models import Job
from programs.invitations.models import Invitation
from programs.profiles.models import ProfileQuestion
from programs.roster import services
from programs.roster.models import Sheet, SheetRow
from tests.factories.programs import CohortFactory, MembershipFactory
from tests.factories.roster import SheetFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db

THREE = "Who;Mail;Year\nAna;ana@example.org;1\nBen;ben@example.org;5\n=cmd|x;cy@example.org;2\n"
STEPS = ["columns", "preview", "progress", "result", "rejected"]


@pytest.fixture
def coordinator():
    member = MembershipFactory(coordinator=True)
    ProfileQuestion.objects.create(program=member.program, text="Which year are you in?", kind="one", choices=["1", "2"])
    return member


@pytest.fixture
def staff(as_member, coordinator):
    return as_member(coordinator)


def to(name: str, member, *rest: int) -> str:
    return reverse("programs:" + (f"import-{name}" if name else "import"), args=[member.program.slug, *rest])


def file(content: str = THREE, name: str = "people.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode())


def sheet_of(coordinator, content: str = THREE, *, until: str = "columns") -> Sheet:
    sheet = services.upload(program=coordinator.program, by=coordinator, file=file(content), file_name="people.csv", now=NOON)
    if until == "file":
        return sheet
    jobs.run_next(now=NOON)
    sheet.refresh_from_db()
    if until in ("looking", "preview", "done"):
        [question] = ProfileQuestion.objects.all()
        services.choose_columns(
            sheet=sheet,
            by=coordinator,
            chosen={"0": "name", "1": "email", "2": f"question-{question.pk}"},
            cohort=None,
            leaves_unknown_out=False,
            now=NOON,
        )
    if until in ("preview", "done"):
        jobs.run_next(now=NOON)
    if until == "done":
        services.confirm(sheet=sheet, by=coordinator, leaves_mistakes_out=True, now=NOON)
        jobs.run_next(now=NOON)
    return Sheet.objects.get(pk=sheet.pk)


def then(staff, progress: str):
    """The page that somebody comes to who waits until the work is done."""
    assert "Look again" in staff.get(progress).content.decode()
    jobs.run_next(now=NOON)
    return staff.get(progress, follow=True)


def test_a_file_becomes_invitations_step_by_step(staff, coordinator):
    cohort = CohortFactory(program=coordinator.program)
    [question] = ProfileQuestion.objects.all()

    staff.post(to("", coordinator), {"file": file()})
    sheet = Sheet.objects.get()
    progress = to("progress", coordinator, sheet.pk)
    page = then(staff, progress)
    proposed = {name: page.context["form"][name].value() for name in ("column_0", "column_1", "column_2")}
    staff.post(to("columns", coordinator, sheet.pk), proposed | {"column_0": "name", "cohort": cohort.pk, "unknown": "mistake"})
    then(staff, progress)
    refused = staff.post(to("confirm", coordinator, sheet.pk))
    staff.post(to("confirm", coordinator, sheet.pk), {"leaves_mistakes_out": "on"})
    done = then(staff, progress).content.decode()

    assert proposed == {"column_0": "", "column_1": "email", "column_2": f"question-{question.pk}"}
    assert "Tick this to go on without these rows" in refused.content.decode()
    [invitation] = Invitation.objects.all()
    assert (invitation.name, invitation.email, invitation.cohort) == ("Ana", "ana@example.org", cohort)
    assert invitation.prefilled["answers"] == {str(question.pk): "1"}
    assert "1 person was invited." in done
    assert "Download 2 rows with a mistake" in done


def test_the_preview_says_what_is_wrong_and_what_to_do(staff, coordinator):
    page = staff.get(to("preview", coordinator, sheet_of(coordinator, until="preview").pk)).content.decode()

    assert "1 person will be invited" in page
    assert "<strong>Year:</strong> “5” is none of the choices." in page
    assert "<strong>Who:</strong> “=cmd|x” is a formula, not a name." in page
    assert "Write the person’s name in this cell." in page
    assert "Leave the 2 rows with a mistake out" in page


def test_rows_are_narrowed_to_one_outcome(staff, coordinator):
    address = to("preview", coordinator, sheet_of(coordinator, until="preview").pk)

    shown = {
        outcome: len(staff.get(f"{address}?outcome={outcome}").context["rows"]) for outcome in ("mistake", "new", "member", "nonsense")
    }

    assert shown == {"mistake": 2, "new": 1, "member": 3, "nonsense": 3}


def test_rejected_rows_come_as_a_file_with_the_reason(staff, coordinator):
    sheet = sheet_of(coordinator, until="done")

    answer = staff.get(to("rejected", coordinator, sheet.pk))

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    header, ben, formula = csv.reader(io.StringIO(text), delimiter=";")
    assert header == ["Line", "Reason", "What to do", "Who", "Mail", "Year"]
    assert ben[:2] == ["3", "Year: “5” is none of the choices."]
    assert formula[3:] == ["'=cmd|x", "cy@example.org", "2"]
    assert answer["Content-Disposition"] == f'attachment; filename="{coordinator.program.slug}-not-imported.csv"'


def test_the_file_of_rejected_rows_can_be_corrected_and_imported(staff, coordinator):
    answer = staff.get(to("rejected", coordinator, sheet_of(coordinator, until="done").pk))
    corrected = b"".join(answer.streaming_content).decode().replace(";5", ";2").replace("'=cmd|x", "Cy")

    staff.post(to("", coordinator), {"file": file(corrected)})
    again = Sheet.objects.latest("pk")
    form = then(staff, to("progress", coordinator, again.pk)).context["form"]
    chosen = {name: form[name].value() for name in form.fields if name.startswith("column_")}
    staff.post(to("columns", coordinator, again.pk), chosen | {"column_3": "name", "unknown": "mistake"})
    jobs.run_next(now=NOON)

    assert [chosen[f"column_{at}"] for at in range(5)] == ["", "", "", "", "email"]
    assert [(row.name, row.outcome) for row in again.rows.in_order()] == [("Ben", "new"), ("Cy", "new")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "Choose a file."),
        (b"", "This file is empty."),
        (b"x" * (10 * 1024 * 1024 + 1), "too large"),
    ],
)
def test_a_file_that_cannot_be_taken_in_is_said_beside_the_field(staff, coordinator, content, said):
    sent = {} if content is None else {"file": SimpleUploadedFile("people.csv", content)}

    page = staff.post(to("", coordinator), sent | {"once": str(uuid.uuid4())}).content.decode()

    assert page.count(said) == 2
    assert "<title>Error: " in page
    assert not Sheet.objects.exists()


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"column_1": ""}, "Say in which column the address is."),
        ({"column_0": "email"}, "is taken for the same already"),
        ({"column_0": "nonsense"}, "Select a valid choice"),
    ],
)
def test_columns_that_cannot_be_so_are_said_and_the_choice_is_kept(staff, coordinator, chosen, said):
    sheet = sheet_of(coordinator)

    answer = staff.post(to("columns", coordinator, sheet.pk), {"column_0": "", "column_1": "email", "unknown": "empty"} | chosen)

    assert said in answer.content.decode()
    assert answer.context["form"]["unknown"].value() == "empty"
    assert Sheet.objects.get().checked_at is None


def test_why_a_file_cannot_be_read_is_said_and_leads_to_another(staff, coordinator):
    sheet = sheet_of(coordinator, "PK\x03\x04 nothing else")

    page = staff.get(to("columns", coordinator, sheet.pk), follow=True)

    assert page.redirect_chain == [(to("progress", coordinator, sheet.pk), 302)]
    assert "This file is damaged." in page.text
    assert f'<a class="button" href="{to("", coordinator)}">' in page.text


def test_a_page_that_asks_by_itself_is_led_on_as_a_whole(staff, coordinator):
    sheet = sheet_of(coordinator)

    answer = staff.get(to("progress", coordinator, sheet.pk), headers={"HX-Request": "true"})

    assert answer["HX-Redirect"] == to("columns", coordinator, sheet.pk)


def test_two_clicks_upload_one_sheet_and_start_one_import(staff, coordinator):
    key = str(uuid.uuid4())
    for _ in range(2):
        staff.post(to("", coordinator), {"file": file(), "once": key})
    assert Sheet.objects.count() == Job.objects.count() == 1
    jobs.run_next(now=NOON)
    sheet = sheet_of(coordinator, until="preview")

    answers = [staff.post(to("confirm", coordinator, sheet.pk), {"leaves_mistakes_out": "on", "once": key})["Location"] for _ in range(2)]

    assert Job.objects.of_kind(services.INVITING).count() == 1
    assert answers == [to("progress", coordinator, sheet.pk)] * 2


def test_a_stop_is_asked_for_and_the_rest_can_go_on(staff, coordinator):
    sheet = sheet_of(coordinator, until="preview")
    staff.post(to("confirm", coordinator, sheet.pk), {"leaves_mistakes_out": "on"})

    staff.post(to("stop", coordinator, sheet.pk))

    page = staff.get(to("result", coordinator, sheet.pk)).content.decode()
    assert "1 person is still to be invited." in page
    staff.post(to("confirm", coordinator, sheet.pk))
    jobs.run_next(now=NOON)
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize(
    ("until", "due"),
    [("file", "progress"), ("columns", "columns"), ("looking", "progress"), ("preview", "preview"), ("done", "result")],
)
def test_each_step_leads_to_the_one_that_is_due(staff, coordinator, until, due):
    sheet = sheet_of(coordinator, until=until)
    # Columns can be chosen anew as long as nobody has confirmed.
    there = {due, "columns"} if due == "preview" else {due}

    for step in ("columns", "preview", "progress", "result"):
        answer = staff.get(to(step, coordinator, sheet.pk))
        assert answer.headers.get("Location") == (None if step in there else to(due, coordinator, sheet.pk)), step


def test_a_sheet_is_there_for_the_staff_of_its_program_alone(as_member, coordinator):
    sheet = sheet_of(coordinator, until="done")
    participant, stranger = MembershipFactory(program=coordinator.program), MembershipFactory(coordinator=True)

    for step in STEPS:
        assert as_member(participant).get(to(step, participant, sheet.pk)).status_code == 404
        assert as_member(stranger).get(to(step, stranger, sheet.pk)).status_code == 404
    for step in ("confirm", "stop"):
        assert as_member(stranger).post(to(step, stranger, sheet.pk)).status_code == 404
    assert as_member(participant).get(to("", participant)).status_code == 404


@pytest.mark.parametrize("step", ["", "columns", "preview", "result"])
def test_a_page_costs_the_same_for_few_rows_and_for_many(staff, coordinator, costs_the_same, step):
    sheet = sheet_of(coordinator, until="done" if step == "result" else "preview")
    address = to(step, coordinator, *([sheet.pk] if step else []))

    def grow() -> None:
        SheetRow.objects.bulk_create(
            SheetRow(sheet=sheet, line=line, cells=["a", "b", "1"], outcome="new", email=f"{line}@example.org") for line in range(10, 1010)
        )
        SheetFactory.create_batch(20, program=coordinator.program, uploaded_at=NOON - timedelta(days=1))

    costs_the_same(lambda: staff.get(address), grow=grow)
