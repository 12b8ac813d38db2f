"""Every event can be found by its type, and stands in one stream."""

import pytest

from deploy.describing.schemas import EVENTS
from deploy.services import SERVICES
from shared.language.everybody import ErasureConfirmed
from shared.language.streams import REGISTRY, Event, Stream
from shared.language.topics import TOPICS
from tests.unit.shared.samples import examples


@pytest.mark.parametrize("kind", EVENTS)
def test_the_type_names_the_event_and_its_version(kind: str) -> None:
    event = EVENTS[kind]
    words = kind.removeprefix("telemachus.").removesuffix(f".v{event.version}")
    assert words.replace("-", "") == event.__name__.lower()
    assert REGISTRY[kind] is event


def test_bases_are_no_events() -> None:
    assert all(not event.__name__.startswith(("_", "Of")) for event in EVENTS.values())


def test_subject_and_key_are_fields_that_must_be_said() -> None:
    for event in EVENTS.values():
        for name in (event.subject_field, event.key_field):
            assert event.model_fields[name].is_required(), f"{event.__name__}.{name}"


def test_what_happens_to_a_pair_is_ordered_by_the_pair() -> None:
    for event in examples():
        if event.stream in (Stream.SESSIONS, Stream.PAIRS) and "pair_id" in type(event).model_fields:
            assert event.key == event.model_dump()["pair_id"]


def test_another_version_is_another_type() -> None:
    class Renamed(Event):
        stream = Stream.PAIRS
        version = 7
        subject_field = key_field = "pair_id"
        pair_id: str

    try:
        assert Renamed.type == "telemachus.renamed.v7"
        assert REGISTRY["telemachus.renamed.v7"] is Renamed
    finally:
        del REGISTRY["telemachus.renamed.v7"]


def test_every_stream_has_its_topic_and_one_for_its_dead_letters() -> None:
    names = [topic.name for topic in TOPICS]
    assert sorted(names) == sorted({name for stream in Stream for name in (stream.value, stream.dead_letters)})


def test_streams_keyed_by_the_pair_have_the_same_number_of_partitions() -> None:
    partitions = {topic.name: topic.partitions for topic in TOPICS}
    assert partitions[Stream.PAIRS] == partitions[Stream.SESSIONS] == partitions[Stream.FEEDBACK]


BY_ALL = {ErasureConfirmed}


def test_every_event_is_said_by_at_most_one_service_and_heard_only_if_somebody_says_it() -> None:
    said = [event for service in SERVICES for event in service.says if event not in BY_ALL]
    assert len(said) == len(set(said))
    for service in SERVICES:
        assert {event.stream for event in service.hears} <= {event.stream for event in EVENTS.values()}
