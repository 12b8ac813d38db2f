"""Made by make write: every page that the frame leads to, in the order of the navigation."""

from shared.domain.marking import _
from shared.web.frame.entries import Place, Where

PLACES: tuple[Place, ...] = (
    Place("registration", "/", _("What is next"), ("participant", "manager"), Where.MAIN),
    Place("registration", "/my-data", _("My data"), ("participant", "manager"), Where.OWN),
    Place("sessions", "/", _("Our sessions"), ("participant",), Where.MAIN),
    Place("matching", "/", _("My partner"), ("participant",), Where.MAIN),
    Place("feedback", "/", _("How was it?"), ("participant",), Where.MAIN),
    Place("registration", "/board", _("How it goes"), ("manager",), Where.MAIN),
    Place("matching", "/desk", _("Matching"), ("manager",), Where.MAIN),
    Place("registration", "/led", _("Programmes"), ("manager",), Where.MAIN),
    Place("feedback", "/alarms", _("Alarms"), ("manager",), Where.MAIN),
    Place("sessions", "/all", _("Sessions"), ("manager",), Where.MAIN),
    Place("feedback", "/figures", _("Figures"), ("manager",), Where.MAIN),
    Place("registration", "/everybody", _("People"), ("manager",), Where.MAIN),
    Place("", "/operating", _("Operations"), ("operator",), Where.MAIN),
    Place("registration", "/protecting", _("Data protection"), ("data-protection", "operator"), Where.MAIN),
    Place("registration", "/style", _("Style"), ("participant", "manager", "operator"), Where.BELOW),
)
