from crispy_forms.utils import render_crispy_form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mentoring.development.forms import EveryField
from mentoring.kernel.jobs.models import Job
from mentoring.kernel.templatetags.components import icon_names

THEMES = ("light", "dark")


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Every component in every state. `?theme=dark` shows them in the dark, whatever the system says."""
    theme = request.GET.get("theme", "")
    return render(
        request,
        "development/components.html",
        {
            "theme_shown": theme if theme in THEMES else "",
            "icons": icon_names(),
            "people": ["Amara Okoye", "Jonas Lindqvist", "Priya Raman"],
            "tabs": [
                {"text": "Now", "href": "#tabs", "current": True},
                {"text": "Past", "href": "#tabs", "count": 7},
                {"text": "Agreement", "href": "#tabs"},
                {"text": "Waiting", "href": "#tabs", "count": 1, "loud": True},
            ],
            "pages": {"number": 2, "has_previous": True, "has_next": True, "previous_address": "?page=1", "next_address": "?page=3"},
            "numbers": [
                {"label": "Active pairings", "value": "414", "note": "6 started this week"},
                {"label": "Hours together", "value": "2,316", "note": "5.6 for each pair"},
                {"label": "Waiting for a match", "value": "27"},
            ],
            "balance_rows": [
                {"label": "Topics on the agenda", "one": 9, "two": 7, "one_text": "You added 9", "two_text": "Jonas added 7"},
                {"label": "Sessions you suggested", "one": 6, "two": 0, "one_text": "You 6", "two_text": "Jonas none yet"},
            ],
            "jobs": [
                Job(state="queued"),
                Job(state="running", step="Reading the rows", done=1200, total=20000),
                Job(state="done"),
                Job(state="stopped"),
                Job(state="failed", failure="The file could not be read. Save it as CSV and try again."),
            ],
            # Drawn here, so that the page itself counts as one without errors.
            "form": render_crispy_form(EveryField(prefix="fresh"), context={"csrf_token": "shown"}),
            "wrong_form": render_crispy_form(EveryField({"wrong-minutes": "2"}, prefix="wrong"), context={"csrf_token": "shown"}),
        },
    )
