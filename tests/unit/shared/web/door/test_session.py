"""A session: begun, renewed while it is used, ended at its age; and the cookie that holds it."""

import time
from collections.abc import Iterator
from http.cookies import SimpleCookie

import pytest
from babel import Locale
from fastapi import Response

from shared.web.access import Access, Caller
from shared.web.door.sealing import LONGEST, Seal
from shared.web.door.session import RENEWED_AFTER, Session
from shared.web.door.tokens import Unauthenticated
from tests.support.apps import person
from tests.support.browsers import DOOR, OTHER_KEY, asking, signed_in_cookie, with_a_door
from tests.support.tokens import ISSUED_BY

IDLE, LONGEST_AGE = 20 * 60, 2 * 3600
SETTINGS = with_a_door(ISSUED_BY, session_idle_minutes=20, session_longest_hours=2)
ACCESS = Access(SETTINGS)
COUNTRIES = [code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha()]


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """The seconds since 1970, as a list of one to be changed."""
    seconds = [time.time()]
    monkeypatch.setattr("shared.web.door.session.time.time", lambda: seconds[0])
    yield seconds


def whose(cookie: str, access: Access = ACCESS) -> Caller:
    return access.visitor(asking("GET", cookie))


def answered(cookie: str) -> str:
    """The cookie the browser has after one more answer."""
    response, session = Response(), whose(cookie).session
    assert session
    ACCESS.sessions.keep(response, session)
    return response.headers.get("set-cookie", cookie).partition(";")[0]


def code_of(cookie: str, access: Access = ACCESS) -> str:
    with pytest.raises(Unauthenticated) as refused:
        whose(cookie, access)
    return refused.value.reason.code


def test_a_browser_is_the_same_caller_as_a_token() -> None:
    found = whose(signed_in_cookie(ACCESS, "manager", "participant", "cook", employee_id="e-1", countries=["FR"]))
    assert (found.person_id, found.roles, found.countries) == (
        person("e-1"),
        frozenset({"manager", "participant"}),
        frozenset({"FR"}),
    )
    assert found.covers(["FR"]) and not found.covers(["GB"])
    assert found.subject and "e-1" not in found.subject, "the provider's words for somebody stay there"


def test_nothing_of_a_person_stands_in_a_line_of_a_log() -> None:
    found = whose(signed_in_cookie(ACCESS, "participant", employee_id="e-1", name="Zoë Example"))
    assert found.session and found.session.name == "Zoë Example"
    assert not {"Zoë", found.session.secret} & set(repr(found).split("'")) and "Zoë" not in repr(found.session)


def test_it_ends_when_nothing_is_done(now: list[float]) -> None:
    cookie = signed_in_cookie(ACCESS, "participant")
    now[0] += IDLE - 1
    assert whose(cookie)
    now[0] += 2
    assert code_of(cookie) == "session-over"


def test_it_is_renewed_while_it_is_used_and_ends_at_its_age(now: list[float]) -> None:
    began, cookie = now[0], signed_in_cookie(ACCESS, "participant")
    while now[0] + 600 < began + LONGEST_AGE:
        now[0] += 600
        cookie = answered(cookie)
    assert whose(cookie).expires_at <= began + LONGEST_AGE
    now[0] = began + LONGEST_AGE + 1
    assert code_of(cookie) == "session-over"


def test_a_young_one_is_not_written_again(now: list[float]) -> None:
    cookie = signed_in_cookie(ACCESS, "participant")
    now[0] += RENEWED_AFTER - 2
    assert answered(cookie) == cookie
    now[0] += 3
    assert answered(cookie) != cookie


def test_a_renewed_one_keeps_all_but_its_time(now: list[float]) -> None:
    cookie = signed_in_cookie(ACCESS, "manager", employee_id="e-1", countries=["FR"], name="N")
    now[0] += RENEWED_AFTER + 1
    before, after = whose(cookie).session, whose(answered(cookie)).session
    assert before and after and before.packed() | {"u": after.renewed} == after.packed()
    assert after.renewed > before.renewed


def test_an_answer_that_signs_out_is_not_undone(now: list[float]) -> None:
    session = whose(signed_in_cookie(ACCESS, "participant")).session
    assert session
    now[0] += RENEWED_AFTER + 1
    response = Response()
    ACCESS.sessions.end(response)
    ACCESS.sessions.keep(response, session)
    [cookie] = response.headers.getlist("set-cookie")
    assert "Max-Age=0" in cookie


def test_whoever_has_no_cookie_or_one_of_somebody_elses_is_nobody() -> None:
    cookie = signed_in_cookie(ACCESS, "manager")
    assert code_of("") == code_of("other=1") == "no-token"
    assert {code_of(each) for each in ("telemachus=", "telemachus=x", cookie[:-6])} == {"session-over"}
    assert code_of(cookie, Access(with_a_door(ISSUED_BY, session_keys=OTHER_KEY))) == "session-over"


def test_an_attempt_to_sign_in_is_no_session() -> None:
    assert code_of(f"telemachus={Seal(SETTINGS, 'attempt').seal({'s': 'x'})}") == "session-over"
    assert code_of(f"telemachus={Seal(SETTINGS, 'session').seal({'s': 'x'})}") == "session-over"


def test_where_nobody_signs_in_with_a_browser_a_cookie_is_nothing() -> None:
    assert code_of(signed_in_cookie(ACCESS, "manager"), Access(with_a_door(ISSUED_BY, public_url=""))) == "no-token"


def test_the_cookie_of_a_manager_of_every_country_fits() -> None:
    assert len(COUNTRIES) > 240
    cookie = signed_in_cookie(
        ACCESS,
        "participant",
        "manager",
        "operator",
        "data-protection",
        employee_id="e" * 500,
        countries=COUNTRIES,
        name="\N{GRINNING FACE}" * 500,
    )
    assert len(cookie) < LONGEST - 200, "beside its attributes"
    assert whose(cookie).countries == frozenset(COUNTRIES)


@pytest.mark.parametrize(
    ("public_url", "name", "secure"),
    [("https://m.example.com", "__Host-telemachus", True), (DOOR["public_url"], "telemachus", "")],
)
def test_no_script_reads_it_and_with_tls_nothing_else_carries_it(public_url: str, name: str, secure: object) -> None:
    access, response = Access(with_a_door(ISSUED_BY, public_url=public_url)), Response()
    access.welcome(response, Caller(None, frozenset(), frozenset(), subject="s"), "")
    found = SimpleCookie(response.headers["set-cookie"])
    assert list(found) == [name]
    said = found[name]
    assert (said["httponly"], said["samesite"], said["path"], said["domain"]) == (True, "lax", "/", "")
    assert said["secure"] == secure and 0 < int(said["max-age"]) <= 3600


def test_what_is_packed_is_unpacked() -> None:
    packed = Session("s", "p", None, frozenset({"manager"}), frozenset({"FR"}), "n", "x", 1, 2).packed()
    assert Session.unpacked(packed).packed() == packed


def test_a_service_may_show_what_a_browser_has_shown_to_it() -> None:
    cookie = signed_in_cookie(ACCESS, "participant", employee_id="e-1")
    found = ACCESS.represented(cookie.partition("=")[2])
    assert (found.person_id, found.roles, found.session) == (person("e-1"), frozenset({"participant"}), None)
    with pytest.raises(Unauthenticated):
        ACCESS.represented("made up")
