from checkins.imbalance import chart


def test_both_lines_stand_on_one_scale_that_grows_with_what_is_there():
    drawn = chart.lines([0, 8, None], [4, None, 2], least=0, most=4, since=1)

    assert drawn.most == 8
    assert [point.y for point in drawn.points_of_one] == ["108.0", "12.0"]
    assert drawn.two == "M28.0 60.0L346.0 84.0"
    assert drawn.since == "187.0"


def test_of_one_week_it_stands_in_the_middle_and_of_none_there_is_nothing():
    assert [point.x for point in chart.lines([3], [None], least=1, most=5, since=None).points_of_one] == ["187.0"]
    assert chart.lines([None], [None], least=1, most=5, since=None).is_empty
