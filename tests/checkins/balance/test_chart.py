from checkins.balance.chart import groups


def test_a_column_is_as_tall_as_its_number():
    (group,) = groups([("2 Mar", 8, 4)])

    assert (float(group.one.height), float(group.two.height)) == (96, 48)
    assert (group.one.number, group.two.number) == (8, 4)


def test_all_columns_have_one_scale_and_stand_on_one_floor():
    first, second = groups([("2 Mar", 8, 0), ("16 Mar", 2, 2)])

    assert float(second.one.height) == 24
    assert {float(column.y) + float(column.height) for group in (first, second) for column in (group.one, group.two)} == {124}


def test_a_few_facts_do_not_look_like_many():
    (group,) = groups([("2 Mar", 1, 0)])

    assert float(group.one.height) == 24


def test_six_groups_fit_into_the_drawing():
    drawn = groups([(f"{number} Mar", 1, 1) for number in range(6)])

    assert int(drawn[-1].two.x) + 20 <= 360
