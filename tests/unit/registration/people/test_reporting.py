from hypothesis import given
from hypothesis import strategies as st

from services.registration.people.reporting import DEEPEST, managers_of

people = st.integers(0, 30).map(str)


@given(people, st.dictionaries(people, st.none() | people))
def test_a_line_follows_the_links_and_ends_in_any_organisation(person: str, links: dict[str, str | None]) -> None:
    line = managers_of(person, links)
    assert person not in line
    assert len(set(line)) == len(line)
    for below, above in zip((person, *line), line, strict=False):
        assert links[below] == above
    beyond = links.get(line[-1] if line else person)
    assert beyond is None or beyond == person or beyond in line


def test_a_line_of_any_depth_is_cut_at_the_deepest() -> None:
    links = {str(level): str(level + 1) for level in range(200)}
    assert managers_of("0", links) == tuple(str(level) for level in range(1, DEEPEST + 1))


def test_whoever_reports_to_oneself_has_no_manager() -> None:
    assert managers_of("a", {"a": "a"}) == ()


def test_a_circle_ends_where_it_began() -> None:
    assert managers_of("a", {"a": "b", "b": "c", "c": "a"}) == ("b", "c")
    assert managers_of("x", {"x": "a", "a": "b", "b": "a"}) == ("a", "b")
