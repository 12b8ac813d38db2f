"""Registration: programmes and the people who take part, and the only place that knows their names."""

from services.registration import api, handlers, pages
from services.registration.board import PairCard
from services.registration.feed import Feed
from services.registration.participant import Participant
from services.registration.person import Person
from services.registration.programme import Programme
from shared.events import (
    ParticipantChanged,
    ParticipantRegistered,
    ParticipantTrained,
    ParticipantWithdrawn,
    ProgrammeChanged,
    ProgrammeClosed,
    ProgrammeOpened,
    RegistrationClosed,
)
from shared.service import Service

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
    ),
    handlers=handlers,
    router=api.router,
    aggregates=(Programme, Person, Participant, PairCard, Feed),
    pages=(pages.router,),
)
