"""What belongs to whom, of the programme of ``seeds``: each as a program calls it, and as a page shows and asks it."""

import uuid
from typing import Any

from tests.support.seeds import (
    ANOTHER_ROUND,
    COMING,
    HELD,
    MENTOR,
    PAIR,
    PROGRAMME,
    ROUND,
    TERMS,
    profile,
)
from tests.support.ways import Filled

Call = tuple[str, str, str, Any]
"""Service, method, path and body."""
APPLICATION = {"name": "A", "email": "a@b.example", "employee_id": f"e-{MENTOR}", "profile": profile("mentor", "FR")}
OF_PROGRAMME: list[Call] = [
    ("registration", "GET", f"/programmes/{PROGRAMME}/contacts", None),
    ("registration", "PUT", f"/programmes/{PROGRAMME}/contacts", {"contacts": []}),
    ("registration", "PUT", f"/programmes/{PROGRAMME}/terms", TERMS.model_dump(mode="json")),
    ("registration", "POST", f"/programmes/{PROGRAMME}/open", None),
    ("registration", "POST", f"/programmes/{PROGRAMME}/close-registration", None),
    ("registration", "POST", f"/programmes/{PROGRAMME}/close", None),
    ("matching", "POST", f"/programmes/{PROGRAMME}/rounds", None),
    ("matching", "GET", f"/programmes/{PROGRAMME}/rounds", None),
    ("matching", "GET", f"/rounds/{ROUND}", None),
    ("matching", "GET", f"/rounds/{ROUND}/pairs", None),
    ("matching", "GET", f"/rounds/{ROUND}/left-over", None),
    ("matching", "GET", f"/rounds/{ROUND}/compare/{ANOTHER_ROUND}", None),
    ("matching", "POST", f"/rounds/{ROUND}/again", None),
    ("matching", "POST", f"/rounds/{ROUND}/approve", None),
    ("matching", "POST", f"/rounds/{ANOTHER_ROUND}/cancel", None),
    ("matching", "POST", f"/pairs/{PAIR}/approve", None),
    ("sessions", "GET", f"/programmes/{PROGRAMME}/sessions", None),
    ("feedback", "GET", f"/programmes/{PROGRAMME}/summary", None),
    ("feedback", "GET", f"/programmes/{PROGRAMME}/alarms", None),
]
"""What needs a manager of all of the programme's countries."""
OF_PEOPLE: list[Call] = [
    ("registration", "GET", f"/board/{PROGRAMME}", None),
    ("registration", "GET", f"/board/{PROGRAMME}/live", None),
    ("registration", "GET", f"/board/{PROGRAMME}/list/alarms", None),
    ("registration", "POST", f"/programmes/{PROGRAMME}/participants", APPLICATION),
    ("registration", "POST", f"/programmes/{PROGRAMME}/import", None),
    ("registration", "GET", f"/programmes/{PROGRAMME}/participants", None),
    ("registration", "POST", f"/programmes/{PROGRAMME}/trained", {"participant_ids": [MENTOR]}),
    ("registration", "GET", f"/participants/{MENTOR}", None),
    ("registration", "POST", f"/participants/{MENTOR}/trained", None),
    ("registration", "POST", f"/participants/{MENTOR}/withdraw", {}),
    ("matching", "GET", f"/pairs/{PAIR}", None),
    ("matching", "POST", f"/pairs/{PAIR}/dissolve", {"because": "manager"}),
]
"""What needs a manager of the person's country."""
OF_PAIR: list[Call] = [
    ("matching", "GET", f"/pairs/{PAIR}", None),
    ("matching", "POST", f"/pairs/{PAIR}/dissolve", {"because": "own-wish"}),
    ("sessions", "GET", f"/pairs/{PAIR}/sessions", None),
    ("sessions", "GET", f"/sessions/{COMING}", None),
    ("sessions", "POST", f"/sessions/{HELD}/held", None),
    ("sessions", "POST", f"/sessions/{COMING}/cancel", {"because": "ill"}),
    ("sessions", "POST", f"/sessions/{COMING}/move", {"starts_at": "2030-01-01T10:00:00Z"}),
    ("feedback", "POST", f"/sessions/{HELD}/pulse", {"feeling": 4, "useful": 5}),
    ("feedback", "GET", f"/pairs/{PAIR}/momentum", None),
]
"""What belongs to the two of the pair."""
OWN: list[Call] = [
    ("registration", "GET", f"/participants/{MENTOR}", None),
    ("registration", "POST", f"/participants/{MENTOR}/withdraw", {}),
    ("registration", "POST", f"/programmes/{PROGRAMME}/participants", APPLICATION),
]
"""What belongs to the mentor alone."""

ONCE = Filled(once=str(uuid.uuid4()))
"""What every form of ours carries."""
OF_ROUND = ("", "/left-over", "/again", "/compare", f"/compare/{ANOTHER_ROUND}", "/approve")
SAID = Filled(
    ONCE
    | {"name": "A", "email": "a@b.example", "country": "FR", "unit": "u", "grade": "3", "role": "mentor"}
    | {"offers": "the-web", "languages": "en", "time_zone": "Europe/Paris"}
    | {"days": "0", "start": "09:00", "end": "17:00"}
)
"""What a manager says of somebody."""
CONTACT = Filled(ONCE | {"email": "a@b.example", "language": "en", "time_zone": "Europe/Paris"})
OF_PROGRAMME_ON_PAGES: list[Call] = [
    ("registration", "GET", f"/led/{PROGRAMME}/terms", None),
    ("registration", "GET", f"/led/{PROGRAMME}/contacts", None),
    ("registration", "POST", f"/led/{PROGRAMME}/contacts", CONTACT),
    ("registration", "POST", f"/led/{PROGRAMME}/contacts/nobody/remove", ONCE),
    ("matching", "GET", f"/desk/programmes/{PROGRAMME}", None),
    ("matching", "GET", f"/desk/programmes/{PROGRAMME}/ask", None),
    ("matching", "POST", f"/desk/programmes/{PROGRAMME}/ask", Filled(ONCE | {"kind": "trial", "goal": "most-people"})),
    *(("matching", "GET", f"/desk/rounds/{ROUND}{part}", None) for part in OF_ROUND),
    ("matching", "GET", f"/desk/rounds/{ANOTHER_ROUND}/cancel", None),
    ("matching", "POST", f"/desk/rounds/{ROUND}/again", Filled(ONCE | {"kind": "trial", "goal": "most-people"})),
    ("sessions", "GET", f"/all/{PROGRAMME}", None),
    ("sessions", "GET", f"/all/{PROGRAMME}/one/{COMING}", None),
    ("feedback", "GET", f"/alarms/{PROGRAMME}", None),
    ("feedback", "GET", f"/alarms/{PROGRAMME}/pairs", None),
    ("feedback", "GET", f"/figures/{PROGRAMME}", None),
    ("feedback", "GET", f"/momentum/{PAIR}", None),
    ("matching", "POST", f"/desk/rounds/{ANOTHER_ROUND}/cancel", ONCE),
    ("matching", "POST", f"/desk/rounds/{ROUND}/approve", ONCE),
    ("registration", "POST", f"/led/{PROGRAMME}/open", ONCE),
    ("registration", "POST", f"/led/{PROGRAMME}/close-registration", ONCE),
    ("registration", "POST", f"/led/{PROGRAMME}/end", ONCE),
]
OF_PEOPLE_ON_PAGES: list[Call] = [
    ("registration", "GET", f"/led/{PROGRAMME}", None),
    ("registration", "GET", f"/everybody/{PROGRAMME}", None),
    ("registration", "POST", f"/everybody/{PROGRAMME}", Filled(words="mentor")),
    ("registration", "POST", f"/everybody/{PROGRAMME}/trained", Filled(ONCE | {"participants": MENTOR})),
    ("registration", "GET", f"/everybody/{PROGRAMME}/add", None),
    ("registration", "GET", f"/everybody/{PROGRAMME}/import", None),
    ("registration", "GET", f"/everybody/{PROGRAMME}/import/example", None),
    ("registration", "GET", f"/everybody/{PROGRAMME}/one/{MENTOR}", None),
    ("registration", "GET", f"/everybody/{PROGRAMME}/one/{MENTOR}/take-out", None),
    ("registration", "POST", f"/everybody/{PROGRAMME}/add", Filled(SAID | {"employee_id": "e-added"})),
    ("registration", "GET", f"/everybody/{PROGRAMME}/one/{MENTOR}/change", None),
    ("registration", "POST", f"/everybody/{PROGRAMME}/one/{MENTOR}/change", SAID),
    ("registration", "POST", f"/everybody/{PROGRAMME}/one/{MENTOR}/take-out", Filled(ONCE | {"because": "manager"})),
    ("matching", "GET", f"/desk/programmes/{PROGRAMME}/waiting", None),
    ("matching", "GET", f"/desk/programmes/{PROGRAMME}/pairs", None),
    ("matching", "GET", f"/desk/pairs/{PAIR}", None),
    ("matching", "GET", f"/desk/pairs/{PAIR}/end", None),
    ("matching", "POST", f"/desk/pairs/{PAIR}/end", Filled(ONCE | {"because": "manager"})),
]
OF_PAIR_ON_PAGES: list[Call] = [
    ("matching", "GET", f"/partner/{PAIR}/end", None),
    ("matching", "POST", f"/partner/{PAIR}/end", ONCE),
    ("sessions", "GET", f"/our/{COMING}", None),
    ("sessions", "POST", f"/our/{COMING}/cancel", Filled(ONCE | {"because": "ill"})),
    ("feedback", "GET", f"/pulse/{HELD}", None),
    ("feedback", "POST", f"/pulse/{HELD}", Filled(ONCE | {"feeling": "4", "useful": "5", "comment": ""})),
]
OWN_ON_PAGES: list[Call] = [
    ("registration", "GET", f"/mine/{PROGRAMME}", None),
    ("registration", "GET", f"/mine/{PROGRAMME}/step-back", None),
]
"""The same on pages, and what these forms ask."""

TRIED_BY_MANAGERS: list[Call] = [
    ("registration", "POST", f"/led/{PROGRAMME}/terms", ONCE),
    ("registration", "POST", f"/everybody/{PROGRAMME}/add", ONCE),
    ("registration", "POST", f"/everybody/{PROGRAMME}/import", ONCE),
    ("registration", "POST", f"/everybody/{PROGRAMME}/one/{MENTOR}/trained", ONCE),
    ("matching", "GET", f"/participants/{MENTOR}/waiting", None),
    *(("sessions", "POST", f"/all/{PROGRAMME}/one/{COMING}/{what}", ONCE) for what in ("cancel", "move", "move-to")),
]
TRIED_BY_PARTICIPANTS: list[Call] = [
    ("registration", "POST", f"/mine/{PROGRAMME}/step-back", ONCE),
    ("matching", "GET", f"/participants/{MENTOR}/waiting", None),
    ("matching", "POST", f"/pairs/{PAIR}/decline", None),
    ("matching", "POST", f"/partner/{PAIR}/decline", ONCE),
    *(("sessions", "POST", f"/our/{COMING}/{what}", ONCE) for what in ("held", "move", "move-to")),
]
"""What is only tried, by those whose it is not: it needs a form of its own, or undoes what the rest needs."""
PROPOSALS: list[Call] = [
    ("matching", "POST", f"{at}/pairs/{PAIR}/{what}", None) for what in ("approve", "refuse") for at in ("", "/desk")
]
"""What is decided about pairs: for managers alone, and on pages for those of one of the two as well."""

LISTED: list[Call] = [
    *(OF_PROGRAMME + OF_PEOPLE + OF_PAIR + OWN),
    *(OF_PROGRAMME_ON_PAGES + OF_PEOPLE_ON_PAGES + OF_PAIR_ON_PAGES + OWN_ON_PAGES),
    *(TRIED_BY_MANAGERS + TRIED_BY_PARTICIPANTS + PROPOSALS),
]
FOR_EVERYBODY: dict[str, set[str]] = {
    "the caller's own": {
        *(f"{service} GET /" for service in ("registration", "matching", "sessions", "feedback")),
        *(f"{service} GET /people/me" for service in ("registration", "matching", "sessions", "feedback")),
        *("registration GET /my-data", "registration GET /my-data/erase", "registration POST /my-data/erase"),
        *("registration POST /my-language", "registration POST /my-data/language"),
        "registration POST /my-data/letters",
    },
    "only what the caller manages": {
        *("registration GET /board", "registration GET /everybody", "registration GET /led"),
        *("matching GET /desk", "sessions GET /all", "feedback GET /alarms", "feedback GET /figures"),
        *("registration GET /programmes", "matching GET /programmes/{programme_id}/pairs"),
        *("matching GET /programmes/{programme_id}/waiting", "registration POST /names"),
    },
    "whom the caller may": {
        *(f"{service} POST /people/export" for service in ("registration", "matching", "sessions", "feedback")),
        *("registration POST /people/erase", "registration GET /erasures/{erasure_id}"),
        *("registration POST /programmes", "registration GET /new-programme", "registration POST /new-programme"),
        *("feedback GET /group", "feedback GET /all-figures"),
    },
    "what everybody may know, or apply for": {
        *("registration GET /programmes/{programme_id}", "registration GET /style", "registration POST /style"),
        *("registration GET /apply/{programme_id}", "registration POST /apply/{programme_id}"),
    },
}
"""Why → routes that look by themselves at whom they are asked by, or hold nothing that is anybody's."""
