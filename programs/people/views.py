from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from programs.people import services
from programs.people.forms import AccountForm
from programs.people.models import User


class SignedInRequest(HttpRequest):
    user: User


@login_required
def account(request: SignedInRequest) -> HttpResponse:
    """What a person says of themselves, and the ways to what guards their account."""
    form = AccountForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        services.change_account(user=request.user, now=timezone.now(), **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("people:account")
    context = {"form": form, "has_organisations": bool(settings.SOCIALACCOUNT_PROVIDERS)}
    return render(request, "programs/people/account.html", context)


@login_required
@require_safe
def second_factor_needed(request: SignedInRequest) -> HttpResponse:
    """Why staff need a second step, and how to add one. The door of every page of a program leads here."""
    has_one = Authenticator.objects.filter(user=request.user).exclude(type=Authenticator.Type.RECOVERY_CODES).exists()
    return render(request, "programs/people/second_factor_needed.html", {"has_one": has_one})
