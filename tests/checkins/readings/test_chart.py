from checkins.readings import chart


def test_lines_break_where_nothing_was_said():
    drawn = chart.lines([5, None, 1, 1], [5, 5, 5, None], wide=2)

    assert drawn.one == "M28.0 12.0M240.0 108.0L346.0 108.0"
    assert drawn.two == "M28.0 12.0L134.0 12.0L240.0 12.0"
    assert len(drawn.points_of_one) == 3


def test_a_gap_is_drawn_between_two_different_answers_of_one_day():
    drawn = chart.lines([5, 4, 3, None], [5, 3, 5, 1], wide=2)

    assert [(gap.top, gap.bottom, gap.is_wide) for gap in drawn.between] == [("36.0", "60.0", False), ("12.0", "60.0", True)]


def test_one_day_stands_in_the_middle():
    assert [point.x for point in chart.lines([3], [None], wide=2).points_of_one] == ["187.0"]


def test_with_no_answers_there_is_nothing_to_draw():
    assert chart.lines([None, None], [None, None], wide=2).is_empty
    assert chart.lines([], [], wide=2).is_empty


def test_columns_stand_on_the_floor_and_say_their_share():
    whole, some, nobody = chart.columns([("Jan", 4, (4, 0, 0)), ("Feb", 4, (1, 1, 0)), ("Mar", 0, (0, 0, 0))])

    assert (whole.share, whole.y, whole.height) == (100, "28.0", "96.0")
    assert (some.share, some.y, some.height, some.top_y, some.top_height) == (50, "100.0", "24.0", "76.0", "24.0")
    assert (nobody.share, nobody.height) == (None, "0.0")


def test_what_is_still_open_stands_on_top_and_counts_for_nothing_yet():
    (column,) = chart.columns([("Jan", 4, (2, 1, 1))])

    assert (column.share, column.open_y, column.open_height) == (75, "28.0", "24.0")
