"""What people read in the place of codes: services, topics and levels."""

from collections.abc import Mapping

from shared.domain.marking import Say, _

SERVICES: Mapping[str, str] = {
    "registration": _("Registration"),
    "matching": _("Matching"),
    "sessions": _("Sessions"),
    "feedback": _("Feedback"),
}
"""A service's name → what its pages call it, in the order in which people meet them."""

TOPICS: Mapping[str, str] = {
    "business-plan": _("Business planning"),
    "career-paths": _("Career paths"),
    "collaboration-tools": _("Collaboration tools"),
    "cyber-hygiene": _("Staying safe online"),
    "data-literacy": _("Working with data"),
    "employer-branding": _("Employer branding"),
    "generative-ai": _("Generative AI"),
    "goal-setting": _("Setting goals"),
    "negotiation": _("Negotiation"),
    "remote-meetings": _("Remote meetings"),
    "social-media": _("Social media"),
    "the-web": _("The web"),
    "vision": _("Vision"),
}
"""The topics we know; a programme may have others, which are shown as their ids are written."""

LEVELS: tuple[str, ...] = (
    _("new to it"),
    _("first steps"),
    _("can use it with help"),
    _("can use it alone"),
    _("can help others"),
    _("can teach it"),
)
"""Level of a topic, 0 to 5 → what it means."""


def topic_in_words(topic: str, say: Say) -> str:
    """One that we have no word for is written as people would: its id without hyphens, and with a capital letter."""
    return say(TOPICS[topic]) if topic in TOPICS else topic.replace("-", " ").capitalize()
