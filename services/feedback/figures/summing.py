"""Reads the rows a summary is made of."""

from services.feedback.figures.summary import (
    Pipeline,
    Row,
    Summary,
    pairs_pipeline,
    pulses_pipeline,
    sessions_pipeline,
    summary_of,
)
from services.feedback.momentum.momentum import Momentum
from services.feedback.pulse.pulse import Pulse
from shared.domain.aggregate import Aggregate
from shared.store.store import Store


async def summary_now(store: Store, programme_id: str) -> Summary:
    """The programme in figures, as it is stored at this moment."""
    return summary_of(
        programme_id,
        pairs=await _rows(store, Momentum, pairs_pipeline(programme_id)),
        sessions=await _rows(store, Momentum, sessions_pipeline(programme_id)),
        pulses=await _rows(store, Pulse, pulses_pipeline(programme_id)),
    )


async def _rows(store: Store, kind: type[Aggregate], pipeline: Pipeline) -> list[Row]:
    return [row async for row in store.collection(kind).aggregate(pipeline)]
