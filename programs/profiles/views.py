from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from mentoring.kernel.errors import Refused
from programs.memberships.access import MemberRequest, participants_only
from programs.profiles import services
from programs.profiles.forms import ProfileForm
from programs.profiles.models import Profile, ProfileAnswer, ProfileQuestion


@participants_only
def profile(request: MemberRequest) -> HttpResponse:
    """One's own. It can be saved at any point, and says what is still missing."""
    member = request.membership
    answers = Prefetch("answers", ProfileAnswer.objects.select_related("question"))
    mine = Profile.objects.filter(membership=member).select_related("membership").prefetch_related(answers).first()
    questions = list(ProfileQuestion.objects.visible_to(member).in_use())
    form = ProfileForm(request.POST or None, profile=mine, questions=questions)
    if request.method == "POST" and form.is_valid():
        try:
            saved = services.save_profile(membership=member, by=member, now=timezone.now(), **form.said())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            if saved.finished_at:
                messages.success(request, _("Your profile is saved."))
                return redirect("checkins:home", member.program.slug)
            messages.info(request, _("Saved. You can go on whenever you like; what is still missing stands at the top."))
            return redirect("programs:profile", member.program.slug)
    missing = services.missing(mine) if mine and mine.finished_at is None else []
    return render(request, "programs/profiles/profile.html", {"form": form, "profile": mine, "missing": missing})
