"""The four services, for whoever runs or describes all of them."""

from services.feedback.app import service as feedback
from services.matching.app import service as matching
from services.registration.app import service as registration
from services.sessions.app import service as sessions
from shared.service import Service

SERVICES: tuple[Service, ...] = (registration, matching, sessions, feedback)
