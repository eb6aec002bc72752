"""What a page shows of a job: `templates/components/job.html`."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.template.loader import render_to_string

from mentoring.kernel.jobs import services
from mentoring.kernel.jobs.models import Job
from tests.times import NOON


def shown(stop="/stop/", asks_again="", **job):
    return render_to_string(
        "components/job.html", {"job": Job(queued_at=NOON, **job), "address": "/here/", "stop_address": stop, "asks_again": asks_again}
    )


@pytest.mark.parametrize("state", ["queued", "running"])
def test_an_open_job_is_asked_again_by_itself_and_by_a_link_and_can_be_stopped(state):
    html = shown(state=state)

    assert 'hx-get="/here/"' in html
    assert 'href="/here/"' in html
    assert 'action="/stop/"' in html


def test_a_page_asks_soon_once_and_at_leisure_from_then_on():
    assert 'hx-trigger="load delay:500ms, every 2s"' in shown(state="queued")
    assert 'hx-trigger="every 2s"' in shown(state="queued", asks_again="true")


def test_every_page_with_a_job_tells_its_part_whether_it_asked_by_itself():
    pages = [path for path in (settings.BASE_DIR / "templates").rglob("*.html") if "development" not in path.parts]
    parts = [line for page in pages for line in page.read_text().splitlines() if 'include "components/job.html"' in line]

    assert len(parts) >= 6
    assert [part for part in parts if " asks_again=request.headers.hx_request " not in part] == []


def test_progress_is_a_part_of_the_whole_or_of_nobody_knows_how_much():
    assert 'value="1500" max="20000"' in shown(state="running", done=1500, total=20_000)
    assert "value=" not in shown(state="running", done=1500, stop="")


def test_a_job_that_is_asked_to_stop_is_not_asked_twice():
    assert 'action="/stop/"' not in shown(state="running", stop_requested_at=NOON + timedelta(minutes=1))


@pytest.mark.parametrize("state", ["done", "failed", "stopped"])
def test_an_ended_job_is_not_asked_again(state):
    html = shown(state=state, failure="Why it did not work." if state == "failed" else "")

    assert "hx-get" not in html
    assert 'action="/stop/"' not in html


def test_why_it_failed_is_told():
    assert services.GIVEN_UP in shown(state="failed", failure=services.GIVEN_UP)
    assert "&lt;b&gt;" in shown(state="failed", failure="<b>")
