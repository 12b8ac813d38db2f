"""What deployments create: streams for ever, commands for a week, and one partition of dead letters for each."""

from shared.language.streams import Stream
from shared.language.topics import TOPICS

COMMANDS = {Stream.MATCHING_REQUESTS, Stream.REPLAY_REQUESTS}
WEEK = str(7 * 24 * 60 * 60 * 1000)
EIGHT_MB = str(8 * 1024 * 1024)


def test_every_stream_has_a_topic_and_one_for_its_dead_letters() -> None:
    assert len(TOPICS) == 2 * len(Stream)
    assert {topic.name for topic in TOPICS} == {name for each in Stream for name in (each.value, each.dead_letters)}


def test_partitions_are_what_the_order_of_keys_relies_on() -> None:
    """Another number later would tear it."""
    partitions = {topic.name: topic.partitions for topic in TOPICS}
    assert {each: partitions[each.value] for each in Stream} == {each: 3 if each in COMMANDS else 12 for each in Stream}
    assert {partitions[each.dead_letters] for each in Stream} == {1}


def test_events_are_kept_for_ever_and_what_was_asked_for_a_week() -> None:
    kept = {topic.name: topic.config["retention.ms"] for topic in TOPICS}
    assert {each: kept[each.value] for each in Stream} == {each: WEEK if each in COMMANDS else "-1" for each in Stream}
    assert {kept[each.dead_letters] for each in Stream} == {"-1"}
    assert {(topic.config["cleanup.policy"], topic.config["max.message.bytes"]) for topic in TOPICS} == {
        ("delete", EIGHT_MB)
    }
