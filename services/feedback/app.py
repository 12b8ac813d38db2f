"""Feedback: the memory and conscience of a programme."""

from services.feedback import api, handlers
from services.feedback.counting import Count
from services.feedback.group import Told
from services.feedback.momentum import Momentum
from services.feedback.participant import Participant
from services.feedback.programme import Programme
from services.feedback.pulse import Pulse
from shared.erasing import Erased
from shared.events import ErasureConfirmed, FeedbackSubmitted, PairAtRisk, PairRecovered, ProgrammeCounted
from shared.service import Service

service = Service(
    name="feedback",
    says=(FeedbackSubmitted, PairAtRisk, PairRecovered, ProgrammeCounted, ErasureConfirmed),
    handlers=handlers,
    router=api.router,
    aggregates=(Momentum, Pulse, Programme, Participant, Count, Told, Erased),
    projections=(Momentum, Programme),
)
