"""Versions side by side, and services that are scaled out and in, while a programme is played."""

from pathlib import Path

import pytest

from tests.support.backends import Kafka, Mongo
from tests.support.next_version import NEW_FIELD, NEW_TYPE, write_next_version
from tests.support.playing import broken, is_sane, play, stage_for
from tests.support.processes import NAMES, Processes
from tests.support.replicas import Change, Fleet

SCALED = "sessions"


@pytest.mark.real
@pytest.mark.timeout(900)
async def test_a_programme_is_played_to_its_end_while_a_service_is_scaled_out_and_in(
    fresh_kafka: Kafka, mongodb: Mongo, database_name: str, tmp_path: Path
) -> None:
    others = (f"{SCALED}-2", f"{SCALED}-3")
    with Processes(tmp_path, fresh_kafka, mongodb, database_name) as processes:
        for replica in others:
            processes.add(replica, SCALED)
        fleet = Fleet(processes, (Change(0.1, start=others), Change(0.6, stop=others)))
        async with stage_for("ge-1999", processes) as stage:
            report = await play(fleet.on(stage))
        await fleet.settled()
        assert await broken(processes) == []
    assert is_sane(report), report
    assert fleet.done == 2


@pytest.mark.real
@pytest.mark.timeout(900)
async def test_the_next_version_takes_over_service_by_service(
    fresh_kafka: Kafka, mongodb: Mongo, database_name: str, tmp_path: Path
) -> None:
    """The services that said and heard it first stay beside those of the next version for half of the programme."""
    sources = write_next_version(tmp_path / "next")
    later = {name: f"{name}-next" for name in NAMES}
    with Processes(tmp_path, fresh_kafka, mongodb, database_name) as processes:
        for name, replica in later.items():
            processes.add(replica, name, sources)
        side_by_side = Change(0.2, start=tuple(later.values()))
        asked_instead = Change(0.5, instead={"sessions": later["sessions"]})
        alone = Change(0.8, instead=later, stop=NAMES)
        fleet = Fleet(processes, (side_by_side, asked_instead, alone))
        async with stage_for("bnp-uk", processes) as stage:
            report = await play(fleet.on(stage))
        await fleet.settled()
        evidence = processes.evidence()
        assert await broken(processes) == []
    assert is_sane(report), report
    assert fleet.done == 3
    assert any(said.header("ce_type") == NEW_TYPE for said in evidence.records)
    held = [session for session in evidence.sessions if session["state"] == "held"]
    assert {session.get(NEW_FIELD) for session in held} == {None, "room"}
