import django_filters
import pytest
from django.db.models import F
from django.http import QueryDict
from django.template.loader import render_to_string

from mentoring.kernel.lists.filters import ListFilter, in_order
from programs.memberships.models import Cohort
from tests.factories.programs import CohortFactory, ProgramFactory

pytestmark = pytest.mark.django_db


class CohortFilter(ListFilter):
    name = django_filters.CharFilter(lookup_expr="icontains", label="Name")
    kind = django_filters.ChoiceFilter(choices=[("new", "New"), ("old", "Old")], method="of_kind", label="Kind")

    class Meta:
        model = Cohort
        fields = ()

    def of_kind(self, rows, name, value):
        return rows.filter(name__startswith=value)


@pytest.fixture
def cohorts():
    program = ProgramFactory()
    return {name: CohortFactory(program=program, name=name) for name in ("new one", "new two", "old one")}


def asked(query):
    return CohortFilter(QueryDict(query), Cohort.objects.order_by("name"))


def names(rows):
    return [row.name for row in rows]


def test_what_is_asked_narrows_the_list(cohorts):
    assert names(asked("name=one").qs) == ["new one", "old one"]
    assert names(asked("name=one&kind=new").qs) == ["new one"]
    assert names(asked("").qs) == ["new one", "new two", "old one"]


@pytest.mark.parametrize("strange", ["kind=worst", "name=%00", "name=%ff", "kind=%00", "other=1"])
def test_what_fits_no_choice_narrows_nothing(cohorts, strange):
    assert len(names(asked(strange).qs)) in (0, 3)
    assert not asked(strange).is_narrowed or strange == "name=%ff"


def test_it_knows_whether_anything_is_left_out(cohorts):
    assert asked("name=one").is_narrowed
    assert not asked("name=&kind=").is_narrowed
    assert not asked("sort=name").is_narrowed
    assert not CohortFilter(None, Cohort.objects.all()).is_narrowed


def test_the_form_carries_the_order_on_and_begins_at_the_first_page(cohorts):
    html = render_to_string("components/filters.html", {"filter": asked("name=one&sort=-name&page=3")})

    assert '<form class="filters" method="get"' in html
    assert '<input type="hidden" name="sort" value="-name">' in html
    assert 'name="page"' not in html
    assert 'value="one"' in html
    assert 'href="?sort=-name"' in html


def test_the_form_of_a_list_that_shows_all_has_no_way_back_to_all(cohorts):
    html = render_to_string("components/filters.html", {"filter": asked("")})

    assert "Show all" not in html
    assert 'type="hidden"' not in html


COLUMNS = {"name": ["name"], "start": [F("starts_on").desc(nulls_last=True), "name"]}


def test_a_list_is_sorted_by_a_column_that_is_named_and_the_other_way_round(cohorts):
    rows = Cohort.objects.all()

    assert names(in_order(rows, "name", COLUMNS, "name")) == ["new one", "new two", "old one"]
    assert names(in_order(rows, "-name", COLUMNS, "name")) == ["old one", "new two", "new one"]
    assert names(in_order(rows, "start", COLUMNS, "name")) == ["new one", "new two", "old one"]


@pytest.mark.parametrize("strange", ["", "-", "password", "program__created_by__email", "--name", "?", "name,pk", "\0"])
def test_a_column_that_nobody_named_is_no_order(cohorts, strange):
    assert names(in_order(Cohort.objects.all(), strange, COLUMNS, "-name")) == ["old one", "new two", "new one"]
