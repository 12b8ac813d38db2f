"""Managers say who is told how their programme goes: contacts.html."""

import re

import pytest

from services.registration.pages import router
from services.registration.programmes.contact import MOST_CONTACTS, Contact, Told
from services.registration.programmes.programme import Programme
from shared.domain.aggregate import Aggregate
from shared.web.wording import PSEUDO
from tests.support.apps import PSEUDONYM_KEY
from tests.support.forms import site
from tests.support.links import anybody, link_to
from tests.support.memory import MemoryStore
from tests.support.plain_english import plain_words_of_page
from tests.unit.registration.pages.own import TERMS, VOICES, kept, look, send

PATH = "/led/voices/contacts"
WHOLE, PART = "max@GB+FR~manager", "max@GB~manager"
TYPED = {"email": "team@x.example", "language": "fr", "time_zone": "Europe/Paris", "weekly": "true"}


def kept_as(email: str, *, weekly: bool = True) -> Contact:
    return Contact.of(
        Told(email=email, language="fr", time_zone="Europe/Paris", weekly=weekly), "voices", PSEUDONYM_KEY
    )


TEAM, QUIET = kept_as("team@x.example"), kept_as("b@x.example", weekly=False)


async def contacts(store: MemoryStore) -> tuple[Contact, ...]:
    [programme] = await store.all(Programme, {})
    return programme.contacts


def of(*those: Contact) -> MemoryStore:
    programme: Aggregate = VOICES.told_to(those)
    return kept(programme)


async def test_a_contact_is_added_changed_and_removed() -> None:
    store = of()
    assert "No contact yet" in (await look(store, PATH, WHOLE)).text
    done = await send(store, PATH, TYPED, WHOLE)
    assert (done.status_code, done.headers["location"]) == (303, PATH)
    assert await contacts(store) == (TEAM,)
    without = {name: value for name, value in TYPED.items() if name != "weekly"}
    await send(store, PATH, without | {"email": "Team@x.example"}, WHOLE)
    [changed] = await contacts(store)
    assert not changed.weekly
    assert "when pairs need help · French · Paris" in (await look(store, PATH, WHOLE)).text
    page = (await look(store, PATH, WHOLE)).text
    [remove] = re.findall(r'action="(/led/voices/contacts/\w+/remove)"', page)
    assert "eam@x.example" in page and "eam@x.example" not in remove
    await send(store, remove, {}, WHOLE, shown=PATH)
    assert await contacts(store) == ()


async def test_every_button_says_whom_it_removes() -> None:
    page = (await look(of(TEAM, QUIET), PATH, WHOLE)).text
    for each in (TEAM, QUIET):
        assert f'>Remove <span class="unseen">({each.email})</span></button>' in page


@pytest.mark.parametrize(
    ("field", "value"), [("email", "nobody"), ("language", "tlh"), ("time_zone", "Mars/Olympus"), ("email", "")]
)
async def test_what_nobody_could_write_to_is_not_kept(field: str, value: str) -> None:
    store = of()
    assert (await send(store, PATH, {**TYPED, field: value}, WHOLE)).status_code == 422
    assert await contacts(store) == ()


async def test_there_is_room_for_few() -> None:
    store = of(*(kept_as(f"{number}@x.example") for number in range(MOST_CONTACTS)))
    assert 'name="email"' not in (await look(store, PATH, WHOLE)).text
    full = await send(store, PATH, TYPED, WHOLE)
    assert full.status_code == 409
    assert len(await contacts(store)) == MOST_CONTACTS


async def test_they_are_for_whoever_manages_all_of_it() -> None:
    store = of(TEAM)
    assert (await look(store, PATH, PART)).status_code == 403
    assert (await look(store, PATH, "ann~participant")).status_code == 403
    for page in ("/led/voices", "/call/voices"):
        assert "team@x.example" not in (await look(store, page, PART)).text


async def test_of_a_programme_that_has_ended_nobody_is_told() -> None:
    store = kept(VOICES.told_to([TEAM]).ended())
    assert (await look(store, PATH, WHOLE)).status_code == 409
    assert PATH not in (await look(store, "/led/voices", WHOLE)).text
    assert await contacts(store) == ()


async def test_the_link_of_a_letter_ends_the_figures_and_leaves_the_rest() -> None:
    store = of(TEAM)
    app = site(router, store=store)
    async with anybody(app) as reader:
        link = link_to(app, "fewer-letters", "voices", TEAM.id)
        assert "no figures of the week any more" in (await reader.get(link)).text
        assert (await reader.post(link)).status_code == 200
    assert await contacts(store) == (TEAM.model_copy(update={"weekly": False}),)


@pytest.mark.parametrize("those", [(), (TEAM, QUIET)])
async def test_no_plain_english_is_left_in_the_pseudo_language(those: tuple[Contact, ...]) -> None:
    page = (await look(of(*those), PATH, WHOLE, **{"Accept-Language": PSEUDO})).text
    without = re.sub(r"<select.*?</select>", "", page, flags=re.DOTALL)
    addresses = [each.email for each in (TEAM, QUIET)]
    assert plain_words_of_page(without, ["Telemachus", TERMS.title, *addresses, "fr", "Paris"]) == []
