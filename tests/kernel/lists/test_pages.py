import pytest
from django.db.models import F
from django.test import RequestFactory

from mentoring.kernel.lists.pages import LAST_PAGE, page_of
from programs.memberships.models import Cohort
from tests.factories.programs import CohortFactory, ProgramFactory

pytestmark = pytest.mark.django_db


def asking(query=""):
    return RequestFactory().get(f"/list/?{query}")


@pytest.fixture
def cohorts():
    program = ProgramFactory()
    return [CohortFactory(program=program, name=f"Intake {number:03}") for number in range(7)]


def test_a_page_holds_what_it_should_and_knows_its_neighbours(cohorts):
    rows = Cohort.objects.order_by("name")
    first, second, third = (page_of(asking(f"page={number}"), rows, per_page=3) for number in (1, 2, 3))

    assert [*first.items, *second.items, *third.items] == cohorts
    assert [(page.number, page.has_previous, page.has_next) for page in (first, second, third)] == [
        (1, False, True),
        (2, True, True),
        (3, True, False),
    ]


def test_a_page_is_one_query_and_counts_nothing(cohorts, django_assert_num_queries):
    with django_assert_num_queries(1) as queries:
        page_of(asking("page=2"), Cohort.objects.all(), per_page=3)

    assert "COUNT" not in queries[0]["sql"].upper()
    assert "LIMIT 4" in queries[0]["sql"]


def test_the_addresses_keep_what_else_was_asked(cohorts):
    page = page_of(asking("search=ana+b&state=open&state=new&page=2"), Cohort.objects.all(), per_page=3)

    assert page.next_address == "?search=ana+b&state=open&state=new&page=3"
    # The first page has no number, so that it has one address only.
    assert page.previous_address == "?search=ana+b&state=open&state=new"


@pytest.mark.parametrize("nonsense", ["", "0", "-3", "x", "1.5", "%00", "1%00", "٠", "1e3", "0x1", "²", "x" * 5000])
def test_nonsense_asks_for_the_first_page(cohorts, nonsense):
    assert page_of(asking(f"page={nonsense}"), Cohort.objects.all(), per_page=3).number == 1


@pytest.mark.parametrize("far", ["9" * 30, str(LAST_PAGE), str(2**63)])
def test_a_page_far_behind_the_last_is_empty_and_has_a_way_back(cohorts, far):
    page = page_of(asking(f"page={far}"), Cohort.objects.all(), per_page=3)

    assert (list(page.items), page.number, page.has_next, page.has_previous) == ([], LAST_PAGE, False, True)


@pytest.mark.parametrize("order", [(), ("starts_on",), ("-starts_on",), (F("starts_on").desc(),), ("program__name", "starts_on")])
def test_no_row_is_on_two_pages_or_on_none(cohorts, order):
    """All of them begin on one day: only the key tells them apart."""
    rows = Cohort.objects.order_by(*order)

    seen = [row.pk for number in range(1, 5) for row in page_of(asking(f"page={number}"), rows, per_page=2).items]

    assert sorted(seen) == [cohort.pk for cohort in cohorts]
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("order", [("-pk",), ("id",), (F("pk").desc(),), ("name", "-id")])
def test_an_order_with_the_key_is_left_as_it_is(cohorts, order, django_assert_num_queries):
    rows = Cohort.objects.order_by(*order)

    with django_assert_num_queries(1) as queries:
        page_of(asking(), rows)

    assert queries[0]["sql"].split("ORDER BY")[1].count(",") == len(order) - 1


def test_values_and_lists_have_pages_too(cohorts):
    assert page_of(asking("page=2"), Cohort.objects.order_by("name").values_list("name", flat=True), per_page=5).items == [
        "Intake 005",
        "Intake 006",
    ]
    assert page_of(asking("page=2"), ["a", "b", "c"], per_page=2).items == ["c"]
