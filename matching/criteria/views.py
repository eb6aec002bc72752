from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from matching.criteria import services
from matching.criteria.forms import CriterionForm, KeepApart, NameFilter, said_of
from matching.criteria.models import Criterion, Exclusion
from mentoring.kernel.audit import services as audit
from mentoring.kernel.errors import Refused
from mentoring.kernel.keys import whole_number
from mentoring.kernel.lists.exports import csv_response
from mentoring.kernel.lists.pages import page_of
from mentoring.kernel.once.access import once, say_no
from programs.memberships.access import MemberRequest, staff_only
from programs.memberships.models import Membership
from programs.people.access import recently_signed_in
from programs.profiles.models import ProfileQuestion

if TYPE_CHECKING:
    from programs.memberships.models import MembershipQuerySet
    from programs.profiles.models import ProfileQuestionQuerySet

PEOPLE_A_PAGE = 20
ROWS_AT_ONCE = 500


@staff_only
@require_POST
@once
def suggest(request: MemberRequest) -> HttpResponse:
    program = request.membership.program
    try:
        services.use_suggestion(program=program, by=request.membership, now=timezone.now())
    except Refused as refused:
        say_no(request, refused)
    else:
        messages.success(request, _("This counts from now on. Look through it, and change what does not fit your program."))
    return redirect("matching:criteria", program.slug)


@staff_only
@require_safe
def choose_question(request: MemberRequest) -> HttpResponse:
    """Which question is to count? What people wrote in their own words is never compared."""
    questions = list(ProfileQuestion.objects.visible_to(request.membership).in_use())
    context = {
        "questions": [question for question in questions if question.kind in Criterion.FITS],
        "of_words": [question for question in questions if question.kind not in Criterion.FITS],
    }
    return render(request, "matching/criteria/choose_question.html", context)


@staff_only
@once
def add(request: MemberRequest, question: int) -> HttpResponse:
    program = request.membership.program
    asked = get_object_or_404(_comparable(request), pk=question)
    form = CriterionForm(request.POST or None, question=asked, others=_comparable(request), initial=_usual(asked))
    if request.method == "POST" and form.is_valid():
        try:
            services.add(program=program, question=asked, wish=form.wish(), by=request.membership, now=timezone.now())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("It counts from now on."))
            return redirect("matching:criteria", program.slug)
    return render(request, "matching/criteria/criterion.html", {"form": form, "question": asked, "is_new": True})


@staff_only
def change(request: MemberRequest, criterion: int) -> HttpResponse:
    program = request.membership.program
    there = _criterion(request, criterion)
    if there.question.kind not in Criterion.FITS or there.question.retired_at is not None:
        # Nothing about it can be set: it can be taken out.
        return redirect("matching:criterion-remove", program.slug, there.pk)
    form = CriterionForm(request.POST or None, question=there.question, others=_comparable(request), initial=said_of(there))
    if request.method == "POST" and form.is_valid():
        try:
            services.change(criterion=there, wish=form.wish(), by=request.membership, now=timezone.now())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("It is saved. It holds for what is matched from now on."))
            return redirect("matching:criteria", program.slug)
    return render(request, "matching/criteria/criterion.html", {"form": form, "question": there.question, "criterion": there})


@staff_only
def remove(request: MemberRequest, criterion: int) -> HttpResponse:
    program = request.membership.program
    there = _criterion(request, criterion)
    if request.method == "POST":
        services.remove(criterion=there, by=request.membership, now=timezone.now())
        messages.success(request, _("It no longer counts."))
        return redirect("matching:criteria", program.slug)
    return render(request, "matching/criteria/remove.html", {"criterion": there})


@staff_only
@require_POST
def move(request: MemberRequest, criterion: int) -> HttpResponse:
    try:
        services.move(criterion=_criterion(request, criterion), up="up" in request.POST, by=request.membership, now=timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused))
    return redirect("matching:criteria", request.membership.program.slug)


def _criterion(request: MemberRequest, criterion: int) -> Criterion:
    return get_object_or_404(Criterion.objects.visible_to(request.membership).for_list(), pk=criterion)


def _comparable(request: MemberRequest) -> "ProfileQuestionQuerySet":
    return ProfileQuestion.objects.visible_to(request.membership).in_use().filter(kind__in=Criterion.FITS)


def _usual(question: ProfileQuestion) -> dict[str, object]:
    """What most programs would say. Nothing is ticked in advance that is a choice: only the number has to be something."""
    return {"need": 2 if question.kind == ProfileQuestion.Kind.TIMES else 1}


# --- never these two ---


@staff_only
@require_safe
def exclusions(request: MemberRequest) -> HttpResponse:
    """Whom the program keeps apart. Of what people chose in private the number alone."""
    program = request.membership.program
    said = Exclusion.objects.visible_to(request.membership).of_program().for_list()
    context = {"page": page_of(request, said), "private": Exclusion.objects.filter(program=program).private().count()}
    return render(request, "matching/criteria/exclusions.html", context)


@staff_only
@require_safe
@recently_signed_in
def exclusions_export(request: MemberRequest) -> StreamingHttpResponse:
    """Whom the program keeps apart, as a file. What people chose in private is not in it."""
    program = request.membership.program
    audit.record(verb="exclusions.exported", subject=program, program_id=program.pk, actor_id=request.user.pk, now=timezone.now())
    said = Exclusion.objects.visible_to(request.membership).of_program().for_list()
    rows = (
        [one.one.user.full_name, one.other.user.full_name, one.get_reason_display(), one.by.user.full_name, one.made_at]
        for one in said.iterator(chunk_size=ROWS_AT_ONCE)
    )
    return csv_response(f"{program.slug}-never-together.csv", [_("One"), _("Other"), _("Why"), _("Who said so"), _("When")], rows)


@staff_only
@once
def exclude(request: MemberRequest) -> HttpResponse:
    """Choose one, choose another, say why. Each step has an address of its own and needs no script."""
    program = request.membership.program
    people = Membership.objects.visible_to(request.membership).current().participants().select_related("user")
    one = _chosen(request, people, "one")
    other = _chosen(request, people, "other") if one else None
    if one is None or other is None or one.pk == other.pk:
        return _choose_person(request, people, one)
    form = KeepApart(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.exclude(program=program, one=one, other=other, by=request.membership, now=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            names = {"one": one.user.full_name, "other": other.user.full_name}
            messages.success(request, _("%(one)s and %(other)s are never put together from now on. Nobody is told.") % names)
            return redirect("matching:exclusions", program.slug)
    return render(request, "matching/criteria/exclude.html", {"form": form, "one": one, "other": other})


@staff_only
@require_POST
def take_back(request: MemberRequest, exclusion: int) -> HttpResponse:
    there = Exclusion.objects.visible_to(request.membership).of_program()
    try:
        services.take_back(exclusion=get_object_or_404(there, pk=exclusion), by=request.membership, now=timezone.now())
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("These two can be put together again."))
    return redirect("matching:exclusions", request.membership.program.slug)


def _choose_person(request: MemberRequest, people: "MembershipQuerySet", one: Membership | None) -> HttpResponse:
    others = people.exclude(pk=one.pk) if one else people
    shown = NameFilter(request.GET, queryset=others.order_by("user__name", "pk"))
    context = {"filter": shown, "page": page_of(request, shown.qs, per_page=PEOPLE_A_PAGE), "one": one}
    return render(request, "matching/criteria/choose_person.html", context)


def _chosen(request: MemberRequest, people: "MembershipQuerySet", name: str) -> Membership | None:
    """The person that the address names; nothing where it names nobody who could be meant."""
    key = whole_number(request.GET.get(name, ""))
    return people.filter(pk=key).first() if key is not None else None
