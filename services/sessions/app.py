"""The sessions service: these handlers and this API."""

from services.sessions import api, handlers
from services.sessions.diary import Diary
from services.sessions.participant import Participant
from services.sessions.programme import Programme
from services.sessions.series import Series
from services.sessions.session import Session
from shared.erasing import Erased
from shared.events import (
    ErasureConfirmed,
    SessionCancelled,
    SessionHeld,
    SessionMissed,
    SessionRescheduled,
    SessionScheduled,
)
from shared.service import Service

service = Service(
    name="sessions",
    says=(SessionScheduled, SessionRescheduled, SessionCancelled, SessionHeld, SessionMissed, ErasureConfirmed),
    handlers=handlers,
    router=api.router,
    aggregates=(Session, Series, Diary, Participant, Programme, Erased),
    projections=(Programme,),
)
