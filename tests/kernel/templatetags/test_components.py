import re

import html5lib
import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import resolve
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from mentoring.kernel.forms import EvenhandForm
from mentoring.kernel.templatetags.components import icon_names
from programs.memberships.models import Membership, Program
from programs.people.models import User


def rendered(source, **context):
    return Template(source).render(Context(context))


class Topic(EvenhandForm, forms.Form):
    words = forms.CharField(label="Topic")
    mode = forms.ChoiceField(label="Mode", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)


# --- icons and people ---


def test_an_icon_is_decoration_unless_it_stands_alone():
    assert 'aria-hidden="true"' in rendered('{% icon "clock" %}')
    assert 'role="img" aria-label="Due"' in rendered('{% icon "clock" label="Due" %}')


def test_an_icon_that_does_not_exist_is_an_error_and_not_a_gap():
    with pytest.raises(TemplateSyntaxError, match="no icon named"):
        rendered('{% icon "unicorn" %}')


def test_only_icons_that_point_somewhere_turn_with_the_direction_of_reading():
    turning = {name for name in icon_names() if "icon--turn" in rendered("{% icon name %}", name=name)}

    assert turning == {"arrow", "back", "next", "exit"}


@pytest.mark.parametrize(
    ("person", "letters"),
    [
        ("Amara Okoye", "AO"),
        ("Siobhán Ní Dhuibhne Murphy", "SM"),
        ("  leila   haddad ", "LH"),
        ("Dr. Rodrigo da Paz", "RP"),
        ("Wei Pan", "WP"),
        ("Mr", "M"),
        ("Åsa", "Å"),
        ("王伟", "王"),
        ("", ""),
        (User(name="Jonas Lindqvist", email="j@example.org"), "JL"),
        (User(email="priya@example.org"), "P"),
        (Membership(user=User(name="Jonas Lindqvist", email="j@example.org")), "JL"),
    ],
)
def test_initials(person, letters):
    assert rendered("{{ person|initials }}", person=person) == letters


def test_a_name_is_never_markup():
    assert "<b>" not in rendered("{% avatar name %}{% pair name name %}", name="<b> <b>")


# --- pieces that take content ---


def test_a_state_shows_its_kind_and_is_never_markup():
    assert rendered('{% tag "Done" kind="ok" icon_name="check" %}').startswith('<span class="tag tag--ok"><svg class="icon"')
    assert rendered("{% tag words kind=none %}", words="<b>") == '<span class="tag">&lt;b&gt;</span>'


def test_words_handed_to_a_piece_are_escaped_and_its_content_is_not():
    page = rendered("{% card heading=words %}<p>{{ words }}</p>{% endcard %}", words="<script>")

    assert "<script>" not in page
    assert "<p>&lt;script&gt;</p>" in page


def test_an_empty_state_can_stand_in_a_loop():
    page = rendered(
        '{% for row in rows %}x{% empty %}{% empty_state heading="No topics so far" %}<p>Add one.</p>{% endempty_state %}{% endfor %}',
        rows=[],
    )

    assert "No topics so far" in page


@pytest.mark.parametrize("kind", ["", "ok", "warn", "stop"])
def test_a_notice_always_has_an_icon(kind):
    assert "<svg" in rendered("{% notice kind %}<p>Words</p>{% endnotice %}", kind=kind)


def test_who_sees_this_is_said_in_words_and_by_an_icon():
    page = rendered('{% seen "you and Jonas." icon="lock" id="note_seen" %}')

    assert "Who sees this:" in page
    assert 'id="note_seen"' in page


# --- numbers ---


def balance_of(*numbers):
    rows = [{"label": "Topics", "one": one, "two": two, "one_text": "You", "two_text": "Jonas"} for one, two in numbers]
    page = rendered('{% balance rows one="You" two="Jonas" %}', rows=rows)
    return [float(width) for width in re.findall(r'fill-(?:one|two)" x="[\d.]+" width="([\d.]+)"', page)]


def test_all_bars_of_a_balance_have_one_scale():
    assert balance_of((30, 15), (15, 0)) == [100, 50, 50, 0]


def test_a_few_facts_do_not_look_like_many():
    assert balance_of((1, 2)) == [8.3, 16.7]


def test_no_facts_are_no_bars():
    assert balance_of((0, 0)) == [0, 0]
    assert 'width="0.0"' in rendered("{% bar 0 0 %}")


def test_a_drawing_speaks_no_language():
    with translation.override("de"):
        assert balance_of((1, 2)) == [8.3, 16.7]


# --- finding one's way ---


def heading(address):
    return Template('{% sort_heading "met" "Last met" %}').render(Context({"request": RequestFactory().get(address)}))


def test_a_column_sorts_and_then_the_other_way_round():
    assert 'href="?sort=met"' in heading("/")
    assert 'href="?sort=-met"' in heading("/?sort=met")
    assert 'aria-sort="ascending"' in heading("/?sort=met")
    assert 'href="?sort=met"' in heading("/?sort=-met")
    assert 'aria-sort="descending"' in heading("/?sort=-met")


def test_sorting_keeps_the_filters_and_goes_back_to_the_first_page():
    assert 'href="?state=active&amp;sort=met"' in heading("/?state=active&page=3")


def page_for(template="base.html", address="/", view="", **roles):
    request = RequestFactory().get(address)
    request.user = User(name="Amara Okoye", email="amara@example.org", theme="dark")
    if roles:
        request.membership = Membership(program=Program(name="Northside", slug="northside"), user=request.user, **roles)
    if view:
        request.resolver_match = resolve(address)
    return render_to_string(template, {}, request=request)


def menu_of(page):
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    return [" ".join("".join(link.itertext()).split()) for link in tree.findall(".//nav//a")]


def test_a_participant_has_four_places_and_one_is_help():
    page = page_for(is_participant=True)

    assert menu_of(page) == ["Home", "Pairings", "Learn", "Get help"]
    assert 'class="docked"' in page


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("/p/northside/pairings/1/agreement/", "Pairings"),
        ("/p/northside/pairings/1/limits/", "Pairings"),
        ("/p/northside/guidelines/limits/", "Learn"),
        ("/p/northside/learn/1/", "Learn"),
    ],
)
def test_what_belongs_to_two_people_stands_under_pairings(address, place):
    tree = html5lib.parse(page_for(address=address, view=address, is_participant=True), namespaceHTMLElements=False)

    assert [" ".join("".join(link.itertext()).split()) for link in tree.findall(".//nav//a[@aria-current]")] == [place]


def test_who_runs_a_program_has_its_menu():
    page = page_for("base_staff.html", is_coordinator=True)

    assert menu_of(page) == [
        "Today",
        "Pairings",
        "People",
        "Matching",
        "Check-ins",
        "Concerns",
        "Signals",
        "Guidelines",
        "Training",
        "Mail",
        "Team",
        "Privacy",
        "Settings",
        "My mail",
    ]


def test_an_admin_finds_the_audit_log_beside_it():
    assert set(menu_of(page_for("base_staff.html", is_admin=True))) - set(menu_of(page_for("base_staff.html", is_coordinator=True))) == {
        "Audit log"
    }


def test_who_does_both_finds_the_own_pairings_and_help_in_the_same_menu():
    page = page_for("base_staff.html", is_coordinator=True, is_participant=True)

    assert menu_of(page)[-3:] == ["My pairings", "My mail", "Get help"]


@pytest.mark.parametrize("template", ["base.html", "base_staff.html", "base_focus.html", "base_safe.html"])
@pytest.mark.parametrize("role", ["is_participant", "is_coordinator", "is_admin", "is_deputy"])
def test_every_page_leads_to_where_one_tells_that_something_is_wrong(template, role):
    """The same for everybody, in the head of the page."""
    page = page_for(template, **{role: True})

    [head] = html5lib.parse(page, namespaceHTMLElements=False).findall(".//header")
    [link] = [link for link in head.iter("a") if link.get("data-help") == "concern"]
    assert link.get("href") == "/p/northside/concerns/new/"
    assert page.count('data-help="concern"') == 1


def test_a_page_of_no_program_asks_in_which_one():
    assert 'href="/tell/"' in page_for()


def test_the_place_where_one_is_is_marked():
    page = page_for(address="/p/northside/mine/", view="checkins:mine", is_participant=True)

    tree = html5lib.parse(page, namespaceHTMLElements=False)
    assert ["".join(link.itertext()).strip() for link in tree.findall(".//nav//a[@aria-current='page']")] == ["Pairings"]


def test_without_a_program_there_is_no_menu():
    assert menu_of(page_for()) == []


# --- bases ---

BASES = ["base.html", "base_staff.html", "base_focus.html", "base_entrance.html", "base_safe.html", "base_error.html"]


@pytest.mark.parametrize("template", BASES)
def test_every_base_has_one_main_part_a_way_to_it_and_a_title(template):
    tree = html5lib.parse(page_for(template, is_participant=True, is_coordinator=True), namespaceHTMLElements=False)

    assert [main.get("id") for main in tree.findall(".//main")] == ["main"]
    assert tree.find(".//a[@class='skip']").get("href") == "#main"
    assert tree.find(".//title").text.strip()
    assert tree.get("lang") == "en"


def test_a_saved_choice_of_light_or_dark_is_on_the_page():
    assert 'data-theme="dark"' in page_for()


def test_the_tab_of_a_safe_page_tells_nothing():
    assert "<title>Northside</title>" in page_for("base_safe.html", is_participant=True)


def test_what_is_shown_when_the_database_is_away_does_not_ask_it():
    def unreachable():
        raise AssertionError("The database was asked.")

    request = RequestFactory().get("/")
    request.user = SimpleLazyObject(unreachable)
    request._messages = SimpleLazyObject(unreachable)

    assert "Something broke on our side" in render_to_string("500.html", {}, request=request)


def test_not_found_reads_the_same_to_the_letter():
    def once():
        request = RequestFactory().get("/")
        request.user = AnonymousUser()
        return render_to_string("404.html", {}, request=request)

    assert once() == once()


# --- what is wrong ---


def test_the_summary_leads_to_each_answer_and_a_group_to_its_first_choice():
    page = rendered("{% error_summary %}", asked=Topic({}))

    assert re.findall(r'href="(#[^"]+)"', page) == ["#id_words", "#id_mode_0"]
    assert "Please look at 2 answers" in page
    assert all(part in page for part in ('role="alert"', 'tabindex="-1"', "autofocus"))


def test_the_summary_says_what_the_form_as_a_whole_was_refused_for():
    form = Topic({"words": "Poster", "mode": "a"})
    form.add_error(None, "This pairing has ended.")

    page = rendered("{% error_summary %}", form=form)

    assert "This pairing has ended." in page
    assert "This did not go through" in page


def test_what_is_wrong_is_said_once():
    form = Topic({})

    page = rendered("{% load crispy_forms_tags %}{% error_summary %}{{ form|crispy }}{% crispy form %}", form=form)

    assert page.count('id="errors-title"') == 1


def test_a_part_drawn_alone_says_it_itself():
    assert 'id="errors-title"' in rendered("{% load crispy_forms_tags %}{{ form|crispy }}", form=Topic({}))


@pytest.mark.parametrize("context", [{}, {"form": Topic()}, {"form": Topic({"words": "Poster", "mode": "a"})}])
def test_a_page_without_mistakes_has_no_summary(context):
    assert rendered("{% error_summary %}{% error_prefix %}", **context).strip() == ""


def test_the_forms_of_a_list_and_of_a_formset_count_too():
    assert "Error: " in rendered("{% error_prefix %}", rows=[Topic({}, prefix="1")])
    formset = forms.formset_factory(Topic)({"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1"})
    assert "Error: " in rendered("{% error_prefix %}", rows=formset)


def test_looking_for_mistakes_wakes_nothing_lazy():
    def wake():
        raise AssertionError("It was woken.")

    rendered("{% error_summary %}", user=SimpleLazyObject(wake))


def test_each_form_has_its_own_key():
    keys = re.findall(r'name="once" value="([^"]+)"', rendered("{% once %}{% once %}"))

    assert len(set(keys)) == 2
