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


def test_what_htmx_sends_holds_nothing_that_somebody_wrote():
    """Of a sign-in that has ended, only an ordinary form gets the page that shows what was written: see `end_after_a_while`."""
    pages = "".join((FOLDER / path).read_text(encoding="utf-8") for path in PAGES)
    sent = re.findall(r"<[^>]*\shx-(?:post|put|patch|delete)=.*?</form>", pages, re.DOTALL)

    assert sent
    assert [form for form in sent if re.search(r"""<textarea|\|crispy|<input(?![^>]*type="hidden")""", form)] == []
