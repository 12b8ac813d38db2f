"""What a live page may have to show."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from services.registration.board.card import Meeting, PairCard
from services.registration.board.feed import Happening
from services.registration.pages.board.faces import Face
from services.registration.pages.board.funnel import Funnel
from services.registration.pages.board.reading import Board
from services.registration.programmes.programme import Programme
from shared.language.sessions import Outcome
from shared.language.terms import Terms

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PROGRAMME = Programme(
    id="p1",
    terms=Terms(
        title="Voices <of> tomorrow",
        countries=("GB", "FR"),
        languages=("en",),
        topics=("social-media",),
        starts_on=date(2026, 1, 12),
        ends_on=date(2026, 3, 3),
    ),
)
FUNNEL = Funnel(registered=10, trained=8, paired=2, met=1, ready=8, withdrawn=1)
NOBODY = Funnel(registered=0, trained=0, paired=0, met=0, ready=0, withdrawn=0)
EMPTY = Board(
    programme=PROGRAMME,
    now=NOW,
    funnel=NOBODY,
    active_pairs=0,
    all_pairs=0,
    begun=False,
    at_risk=0,
    alarms=[],
    all_broken=0,
    broken=[],
    upcoming=[],
    pairs=[],
    happenings=[],
    faces={},
    couples={},
)
NEXT = Meeting(session_id="s2", number=2, starts_at=NOW + timedelta(days=1), outcome=Outcome.SCHEDULED)
CARD = PairCard(id="pair-1", programme_id="p1", mentor_id="a", mentee_id="b", meetings=(NEXT,))
FACES = {"a": Face("Junior <One>", "Europe/London", "GB"), "b": Face("Senior Two", "Europe/Paris", "FR")}
BUSY = replace(
    EMPTY,
    funnel=FUNNEL,
    active_pairs=1,
    all_pairs=1,
    begun=True,
    upcoming=[(CARD, NEXT)],
    pairs=[CARD],
    happenings=[("pair-1", Happening(event="SessionHeld", at=NOW, number=1))],
    faces=FACES,
    couples={"pair-1": CARD},
)
