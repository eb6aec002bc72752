"""What every template keeps to."""

import re
from pathlib import Path

import pytest
from django.conf import settings

FOLDER = settings.BASE_DIR / "templates"
# A file that people take home: this site never serves it as a page.
TAKEN_HOME = FOLDER / "programs/privacy/copy.html"
PAGES = sorted(path.relative_to(FOLDER) for path in FOLDER.rglob("*.html") if "mail" not in path.parts and path != TAKEN_HOME)
FORBIDDEN = {
    "a style attribute": r"<[^>]*\sstyle=",
    "a style element": r"<style\b",
    "a script in the page": r"<script(?![^>]*\bsrc=)(?![^>]*application/json)",
    "a handler in the page": r"<[^>]*\son[a-z]+=",
    "words that are not escaped": r"\|\s*safe\b|autoescape off",
    "something from elsewhere": r"""(?:src|href)=["']https?://""",
}


def test_there_are_templates_to_look_at():
    assert Path("base.html") in PAGES
    assert len(PAGES) > 30


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_holds_what_the_content_policy_forbids(what):
    found = [str(path) for path in PAGES if re.search(FORBIDDEN[what], (FOLDER / path).read_text(encoding="utf-8"))]

    assert found == []


def test_a_component_says_first_what_it_needs():
    components = [path for path in PAGES if path.parts[0] in {"components", "evenhand"}]
    silent = [str(path) for path in components if not (FOLDER / path).read_text(encoding="utf-8").startswith("{# Needs")]

    assert silent == []


SENT_BY_HTMX = re.compile(r"<[^>]*\shx-(?:post|put|patch|delete)=.*?</form>", re.DOTALL)
NOTHING_TO_WRITE_IN = re.compile(
    r'<form[^>]*>|<input type="hidden"[^>]*>|{% csrf_token %}|{% blocktranslate.*?endblocktranslate %}', re.DOTALL
)


def may_be_written_in(form):
    """Whatever a form holds beyond what is known to hold nothing: a field, or what may become one when it is drawn."""
    return bool(re.search(r"{{|{% (?:crispy|include)|<(?:input|textarea|select)|hx-include", NOTHING_TO_WRITE_IN.sub("", form)))


def test_what_htmx_sends_holds_nothing_that_somebody_wrote():
    """Of a sign-in that has ended, only an ordinary form gets the page that shows what was written: see `end_after_a_while`."""
    sent = [form for path in PAGES for form in SENT_BY_HTMX.findall((FOLDER / path).read_text(encoding="utf-8"))]

    assert sent
    assert [form for form in sent if may_be_written_in(form)] == []


@pytest.mark.parametrize(
    "field",
    ["{{ form|crispy }}", "{% crispy form %}", "{{ form.text }}", '{% include "fields.html" %}', "<textarea></textarea>", "<input>"],
)
def test_a_field_in_what_htmx_sends_would_be_seen(field):
    [form] = SENT_BY_HTMX.findall(f'<form method="post" hx-post="/"><input type="hidden" name="newest" value="{{{{ pk }}}}">{field}</form>')

    assert may_be_written_in(form)
