"""What operators do about webhooks: look at those that stand still, let them go again, or drop them."""

from enum import StrEnum

from services.registration.webhooks.delivery import Delivery, Fate, Standing
from shared.domain.errors import Refused
from shared.domain.work import Order, Unit, Where

OLDEST_FIRST: Order = (("happened_at", 1), ("_id", 1))


class Part(StrEnum):
    """Which are listed."""

    WAITING = "waiting"
    GIVEN_UP = "given-up"


def which(part: Part) -> Where:
    """These; none waits for anything but an attempt."""
    return {"fate": Fate.GIVEN_UP.value if part is Part.GIVEN_UP else Fate.WAITING.value}


async def send_again(unit: Unit, identity: str) -> Delivery:
    """One that was given up waits again, and its endpoint is tried again if it had said that it is there no more.

    Raises Absent, and Refused for one that was not given up.
    """
    delivery = await unit.get(Delivery, identity)
    if delivery.fate is not Fate.GIVEN_UP:
        raise Refused("webhook-not-given-up")
    if stopped := await unit.find(Standing, delivery.endpoint):
        unit.delete(stopped)
    waiting = delivery.again(unit.now)
    unit.save(waiting)
    return waiting


async def drop(unit: Unit, identity: str) -> Delivery:
    """It is not sent any more. What is being sent at that moment may have arrived, and is noted so.

    Raises Absent, and Refused for one that neither waits nor was given up.
    """
    delivery = await unit.get(Delivery, identity)
    if delivery.fate not in (Fate.WAITING, Fate.GIVEN_UP):
        raise Refused("webhook-ended")
    dropped = delivery.dropped(unit.now)
    unit.save(dropped)
    return dropped
