def test_schema():
    from pricing.api import Flat

    assert Flat(rooms=2, area=40).year == 1990
