"""Where letters lead: pages of every service by the names of their routes, and links that act in the service of a deed.

A contract test compares them with the routes and the deeds there are.
"""

from collections.abc import Mapping

PAGES: Mapping[str, str] = {
    "my-partner": "/matching/",
    "our-sessions": "/sessions/",
    "our-session": "/sessions/our/{session_id}",
    "pulse": "/feedback/pulse/{session_id}",
    "my-data": "/my-data",
    "my-part": "/mine/{programme_id}",
    "led-programme": "/led/{programme_id}",
    "board": "/board/{programme_id}",
    "alarms": "/feedback/alarms/{programme_id}",
}

DEEDS: Mapping[str, str] = {
    "held": "/sessions",
    "cancel": "/sessions",
    "other-time": "/sessions",
    "decline": "/matching",
    "pulse": "/feedback",
    "fewer-letters": "/registration",
    "end-pair": "/matching",
    "step-back": "/registration",
}
"""Deed → where its service is."""


def address_of(page: str, **parts: str) -> str:
    """The path of that page."""
    return PAGES[page].format(**parts)


def address_of_link(deed: str, token: str) -> str:
    """The path of a link that does this."""
    return f"{DEEDS[deed]}/do/{token}"
