"""Counts what a summary is made of."""

from services.feedback.figures.renewing import renew
from services.feedback.figures.summary import Counted, Summary, summary_of
from services.feedback.momentum.momentum import Momentum
from services.feedback.pulse.pulse import Pulse
from shared.domain.work import Store


async def summary_now(store: Store, programme_id: str) -> Summary:
    """The programme in figures, as it is stored at this moment; of ratings what is published."""
    of_it = {"programme_id": programme_id}
    release = await renew(store, programme_id)
    counted = Counted(
        pairs=await store.counts(Momentum, of_it, by=("state", "at_risk", "recoveries")),
        sessions=await store.counts(Momentum, of_it, by=("meetings.outcome",), each="meetings"),
        people=release.people if release else await store.different(Pulse, of_it, ("participant_id",)),
        answers=release.answers
        if release
        else await store.counts(Pulse, of_it, by=("answer.feeling", "answer.useful")),
        published=release is not None,
    )
    return summary_of(programme_id, counted)
