from tests.benchmarks import pages


def test_the_pages_beside_a_bare_view():
    """In a process of its own: it has servers and settings of its own."""
    pages.in_a_process_of_its_own()
