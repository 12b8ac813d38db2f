"""With its own rights each service does all of its work."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from deploy.services import SERVICES
from shared.domain.clock import MovedClock
from shared.operations.checks import check_service
from tests.integration.secured.conftest import Secure, Serving
from tests.support.seeds import TERMS, profile
from tests.support.serving import quiet_together, until


async def test_the_four_services_do_their_work(serving: Serving, clock: MovedClock) -> None:
    """From the programme to the first answer after a session: every service hears and says something."""
    call = serving.call
    await call("registration", "POST", "/programmes", {"id": "p", "terms": TERMS.model_dump(mode="json")})
    await call("registration", "POST", "/programmes/p/open")
    for who, role, country in (("a", "mentor", "FR"), ("b", "mentee", "GB")):
        grade = {"mentor": 2, "mentee": 6}[role]
        works = profile(role, country) | {"unit": who, "grade": grade, "wants": [{"topic": "the-web"}]}
        said = {"name": who, "email": f"{who}@company.example", "employee_id": who, "profile": works}
        applied = await call("registration", "POST", "/programmes/p/participants", said)
        await call("registration", "POST", f"/participants/{applied['participant_id']}/trained")
    await until(lambda: quiet_together(serving.clients.values(), serving.issuer))
    await call("matching", "POST", "/programmes/p/rounds", {})

    async def computed() -> bool:
        [found] = await call("matching", "GET", "/programmes/p/rounds")
        return found["state"] in ("completed", "failed")

    await until(computed)
    assert len(await call("matching", "GET", "/programmes/p/pairs")) == 1, await call(
        "matching", "GET", "/programmes/p/waiting"
    )

    async def planned() -> bool:
        return bool(await call("sessions", "GET", "/programmes/p/sessions"))

    await until(planned)
    session, *_ = await call("sessions", "GET", "/programmes/p/sessions")
    clock.move_to(datetime.fromisoformat(session["ends_at"]) + timedelta(minutes=1))
    await call("sessions", "POST", f"/sessions/{session['session_id']}/held", employee="a")

    async def answered() -> bool:
        try:
            await call("feedback", "POST", f"/sessions/{session['session_id']}/pulse", {"feeling": 4, "useful": 5}, "a")
        except AssertionError:
            return False
        return True

    await until(answered)
    await until(lambda: quiet_together(serving.clients.values(), serving.issuer))
    for name in serving.apps:
        outbox = serving.apps[name].state.store.db["outbox"]
        assert await outbox.count_documents({"dead_letter": False, "published_at": {"$ne": None}}), name
        assert not await outbox.count_documents({"dead_letter": True}), name


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
async def test_check_finds_all_it_needs(secure: Secure, serving: Serving, service: Any) -> None:
    checks = await check_service(service, secure.settings(service.name))
    assert not [check for check in checks if not check.fine]
    assert {"MongoDB rights", "Certificate of Kafka"} <= {check.what for check in checks}
