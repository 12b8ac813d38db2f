"""Whatever is asked of a service, by whomever, it answers as its OpenAPI document says. ``make fuzz`` looks longer."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping

import pytest

from deploy.services import SERVICES
from tests.fuzz.conftest import PERSONAS

EXAMPLES = os.environ.get("FUZZ_EXAMPLES", "1")
"""Requests of an operation that are drawn by lot, valid and not, beside those that follow from its document."""
EVERYTHING = "FUZZ_EXAMPLES" in os.environ
SEED = os.environ.get("FUZZ_SEED", "1")
pytestmark = pytest.mark.timeout(36000 if EVERYTHING else 1200)
"""Seconds: the first test waits until everybody has asked, whatever else keeps the machine busy."""
THOROUGH = ("registration-manager", "matching-manager", "sessions-junior", "sessions-operator", "feedback-junior")
"""For whom every bound of every field is tried: each asks what they may, and between them all there is."""
WHO = [(service.name, persona) for service in SERVICES for persona in PERSONAS]

Findings = Mapping[str, tuple[bool, str]]


def phases_of(who: str) -> str:
    """What Schemathesis tries for them."""
    return "examples,coverage,fuzzing,stateful" if who in THOROUGH or EVERYTHING else "examples,fuzzing,stateful"


@pytest.fixture(scope="module")
async def findings(addresses: Mapping[str, str]) -> AsyncIterator[Findings]:
    """«service-persona» → whether something was found, and what."""
    asking = [
        (f"{service}-{persona}", address, token, phases_of(f"{service}-{persona}"))
        for service, address in addresses.items()
        for persona, token in PERSONAS.items()
    ]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.fuzz.asking", "--max-examples", EXAMPLES, "--seed", SEED),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        told, _ = await process.communicate(json.dumps(asking).encode())
    except BaseException:
        process.kill()
        raise
    lines = [json.loads(line) for line in told.decode().splitlines()]
    yield {name: (found, said) for name, found, said in lines}


@pytest.mark.parametrize(("service", "persona"), WHO)
def test_it_answers_as_it_says(findings: Findings, service: str, persona: str) -> None:
    found, told = findings[f"{service}-{persona}"]
    assert "Tested:" in told, told
    assert not found, told
