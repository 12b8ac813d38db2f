"""The published language: every event, its stream and its version; one module for what each service says.

No event carries personal data: ids are opaque, reasons are categories, what people wrote stays in the service
they wrote it to. Whoever imports any of it knows all types.
"""

from shared.language import everybody, feedback, matching, registration, sessions
from shared.language.streams import REGISTRY

__all__ = ["everybody", "feedback", "matching", "registration", "sessions"]

SPEAKERS = tuple(sorted({event.__module__.rpartition(".")[2] for event in REGISTRY.values()} - {"everybody"}))
"""The services, by name: whoever has a module here."""
