"""Publishes what has been answered, once enough people have."""

from functools import partial

from services.feedback.figures.release import Release, tell_of_nobody
from services.feedback.pulse.pulse import Pulse
from shared.domain.work import Store, Unit

TOGETHER = 500
"""Answers published in one transaction."""


async def renew(store: Store, programme_id: str) -> Release | None:
    """The programme's release, with all in it that may be; None before the first.

    What is in it is marked in the transaction that adds it, so that replicas agree, whoever looks.
    """
    while await store.run(partial(_renew, programme_id)):
        pass
    return await store.unit().find(Release, programme_id)


async def _renew(programme_id: str, unit: Unit) -> bool:
    """Publish more; False when those who wait are too few, or too much alike."""
    where = {"programme_id": programme_id, "published": {"$ne": True}}
    waiting = await unit.store.all(Pulse, where, limit=TOGETHER)
    if not tell_of_nobody(waiting):
        return False
    before = await unit.find(Release, programme_id) or Release(id=programme_id)
    await unit.fetch((Pulse, pulse.id) for pulse in waiting)
    found = [await unit.get(Pulse, pulse.id) for pulse in waiting]
    pulses = [pulse for pulse in found if not pulse.published]  # another replica may have been faster
    if not tell_of_nobody(pulses):
        return True
    people = {pulse.participant_id for pulse in pulses}
    known = {"programme_id": programme_id, "published": True, "participant_id": {"$in": sorted(people)}}
    unit.save(before.adding(pulses, len(people) - await unit.store.different(Pulse, known, ("participant_id",))))
    for pulse in pulses:
        unit.save(pulse.in_a_release())
    return True
