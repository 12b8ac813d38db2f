import tzdata

from shared.operations.checks.surroundings import time_zones

YEAR = int(tzdata.IANA_VERSION[:4])


def test_check_names_the_version_of_the_zones_and_its_age() -> None:
    for year in (YEAR, YEAR + 1):
        (check,) = time_zones(year)
        assert check.fine
        assert check.found == f"IANA {tzdata.IANA_VERSION}, the package's own, released in {YEAR}"
        assert not check.remedy


def test_check_warns_of_zones_that_are_older_than_a_year() -> None:
    (check,) = time_zones(YEAR + 2)
    assert not check.fine
    assert "more than a year old" in check.remedy
