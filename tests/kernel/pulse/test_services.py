from datetime import timedelta

from django.core.cache import cache

from mentoring.kernel.pulse import services


def test_before_the_first_tick_nothing_was_heard():
    assert services.last_at() is None


def test_the_last_tick_is_known_to_the_moment(noon):
    services.note(now=noon + timedelta(microseconds=7))

    assert services.last_at() == noon + timedelta(microseconds=7)


def test_a_tick_takes_the_place_of_the_one_before(noon):
    services.note(now=noon)
    services.note(now=noon + timedelta(seconds=30))

    assert services.last_at() == noon + timedelta(seconds=30)


def test_a_clock_that_stopped_is_forgotten_within_a_week_and_not_before_its_last_day(noon):
    services.note(now=noon)

    left = cache._cache.get_client().ttl(cache.make_key(services.KEY))
    assert timedelta(days=6) < timedelta(seconds=left) <= timedelta(days=7)


def test_a_cache_that_was_emptied_has_heard_nothing(noon):
    services.note(now=noon)

    cache.clear()

    assert services.last_at() is None
