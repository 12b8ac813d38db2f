"""Registration: programmes and the people who take part, and the only place that knows their names."""

from fastapi import APIRouter

from services.registration import api, erasures_api, handlers, pages
from services.registration.board import PairCard
from services.registration.erasure import Erasure
from services.registration.feed import Feed
from services.registration.metrics import metrics
from services.registration.participant import Participant
from services.registration.person import Person
from services.registration.programme import Programme
from shared.erasing import Erased
from shared.events import (
    ErasureConfirmed,
    ParticipantChanged,
    ParticipantErased,
    ParticipantRegistered,
    ParticipantTrained,
    ParticipantWithdrawn,
    ProgrammeChanged,
    ProgrammeClosed,
    ProgrammeOpened,
    RegistrationClosed,
)
from shared.service import Service

router = APIRouter()
router.include_router(api.router)
router.include_router(erasures_api.router)

service = Service(
    name="registration",
    says=(
        ProgrammeOpened,
        ProgrammeChanged,
        RegistrationClosed,
        ProgrammeClosed,
        ParticipantRegistered,
        ParticipantChanged,
        ParticipantTrained,
        ParticipantWithdrawn,
        ParticipantErased,
        ErasureConfirmed,
    ),
    handlers=handlers,
    router=router,
    aggregates=(Programme, Person, Participant, PairCard, Feed, Erasure, Erased),
    projections=(PairCard,),
    pages=(pages.router,),
    metrics=metrics,
)
