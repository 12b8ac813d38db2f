"""How much one caller, and all together, may have under way, and that it is counted down again."""

from contextlib import ExitStack

import pytest

from shared.language.reasons import Failure
from shared.web.access import Caller
from shared.web.forms.files import LARGEST_FILE, UPLOADS
from shared.web.guarded import BODIES, AtOnce, Full, Guarded, TooMany


def caller(number: int) -> Caller:
    return Caller(f"person-{number}", frozenset(), frozenset(), subject=f"subject-{number}")


def taken(once: AtOnce, callers: int, of_each: int) -> tuple[int, type[Failure] | None]:
    """How many requests were let in when each of so many wants so many at once, and what kept out the next."""
    fresh, let_in = AtOnce(once.of_each, once.of_all), 0
    with ExitStack() as under_way:
        for number in range(callers):
            for _ in range(of_each):
                try:
                    under_way.enter_context(fresh.one_of(caller(number)))
                except (TooMany, Full) as refused:
                    return let_in, type(refused)
                let_in += 1
    return let_in, None


@pytest.mark.parametrize(("once", "of_each", "of_all"), [(BODIES, 32, 256), (UPLOADS, 2, 8)], ids=["bodies", "files"])
def test_each_and_all_have_so_much_under_way_and_no_more(once: AtOnce, of_each: int, of_all: int) -> None:
    assert taken(once, 1, of_each) == (of_each, None)
    assert taken(once, 1, of_each + 1) == (of_each, TooMany)
    assert taken(once, of_all // of_each, of_each) == (of_all, None)
    assert taken(once, of_all // of_each + 1, of_each) == (of_all, Full)


def test_whoever_is_done_may_ask_again_and_nothing_is_remembered_of_them() -> None:
    once = AtOnce(of_each=1, of_all=2)
    for _ in range(3):
        with once.one_of(caller(1)), once.one_of(caller(2)), pytest.raises(TooMany):
            once.one_of(caller(1)).__enter__()
        assert not once._taken


def test_one_that_fails_is_counted_down_too() -> None:
    once = AtOnce(of_each=1, of_all=1)
    with pytest.raises(KeyError), once.one_of(caller(1)):
        raise KeyError
    with once.one_of(caller(2)):
        pass


def test_a_body_has_a_megabyte_and_a_file_64() -> None:
    """Tried with bodies beside this, and with files where they are sent; a file of 64 MB takes a test too long."""
    assert (Guarded.largest_body, LARGEST_FILE) == (1024 * 1024, 64 * 1024 * 1024)
