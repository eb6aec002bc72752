from tests.benchmarks import mail_engine


def test_the_mail_engine_beside_the_naive_one():
    """In a process of its own: it has servers and settings of its own."""
    mail_engine.in_a_process_of_its_own()
