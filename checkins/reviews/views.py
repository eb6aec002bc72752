from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from checkins.reviews import policies, queries, services
from checkins.reviews.forms import WriteTogether
from checkins.reviews.models import Review
from matching.joint import parts
from matching.joint import queries as joint
from matching.joint import views as joint_views
from matching.pairings.access import PairRequest, stopped, the_two_only
from mentoring.kernel.errors import Refused
from mentoring.kernel.lists.pages import page_of
from mentoring.kernel.once.access import once, say_no

REVIEWS_A_PAGE = 5
KINDS = (services.REVIEW,)


@the_two_only
@once
def reviews(request: PairRequest) -> HttpResponse:
    """What a review is, the part that one answers alone, what both have answered, and what they wrote together."""
    pair, me, now = request.pairing, request.membership, timezone.now()
    may_start = policies.may_start(me, pair)
    mine = parts.parts_of(request, KINDS, are_asked=may_start, now=now)
    if mine.answered is not None:
        messages.success(request, parts.said_what_happened(mine.answered))
        return _to_the_page(request)
    page = page_of(request, joint.to_read(pair, me, services.REVIEW, mine.rounds).select_related("review"), per_page=REVIEWS_A_PAGE)
    context = {
        "pairing": pair,
        "other": request.other,
        "parts": mine.parts,
        "may_start": may_start and not mine.parts,
        "page": page,
        "told": queries.told(page.items, pair, me, now),
        "days": services.ANSWERS_STAY.days,
    }
    return render(request, "checkins/reviews/reviews.html", context)


start = joint_views.start_view(services.start, page="checkins:reviews")
take_back = joint_views.take_back_view(KINDS, page="checkins:reviews")
not_now = joint_views.not_now_view(KINDS, page="checkins:pairing")


@the_two_only
@require_POST
@once
def topic(request: PairRequest, review: int) -> HttpResponse:
    try:
        services.put_on_agenda(review=_review(request, review), by=request.membership, key=request.POST.get("item", ""), now=timezone.now())
    except Refused as refused:
        say_no(request, refused)
    else:
        messages.success(request, _("The topic is on your agenda. You both see it."))
    return _to_the_page(request)


@the_two_only
def write(request: PairRequest, review: int) -> HttpResponse:
    """What was saved meanwhile is shown beside what was typed, with 409, and nothing of either is lost."""
    pair, there, name = request.pairing, _review(request, review), request.other.user.short_name
    if request.method != "POST" and not policies.may_write(request.membership, pair):
        return stopped(request)
    form = WriteTogether(request.POST or None, review=there, other=name)
    context = {"form": form, "pairing": pair, "other": request.other, "review": there}
    if request.method == "POST" and form.is_valid():
        try:
            services.write(review=there, by=request.membership, now=timezone.now(), **form.cleaned_data)
        except services.SavedMeanwhile as saved:
            again = request.POST.copy()
            again["version"] = str(saved.review.version)
            form = WriteTogether(again, review=saved.review, other=name)
            context |= {"form": form, "review": saved.review, "collided": str(saved)}
            return render(request, "checkins/reviews/write.html", context, status=409)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Your text is saved. You both see it."))
            return _to_the_page(request)
    return render(request, "checkins/reviews/write.html", context)


def _review(request: PairRequest, key: int) -> Review:
    return get_object_or_404(Review.objects.in_pairing(request.pairing, request.membership), pk=key)


def _to_the_page(request: PairRequest) -> HttpResponse:
    return redirect("checkins:reviews", request.pairing.program.slug, request.pairing.pk)
