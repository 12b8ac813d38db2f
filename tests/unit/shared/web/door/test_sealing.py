"""What browsers keep for us can neither be read nor made up there, and keys can be rolled."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from joserfc import jwe
from joserfc.jwk import OctKey
from pydantic import ValidationError

from shared.web.door.sealing import LONGEST, Seal
from tests.support.browsers import KEY, OTHER_KEY, with_a_door
from tests.support.tokens import ISSUED_BY

SAID = {"name": "Zoë", "list": ["a"], "number": 7}


def seal(keys: str = KEY, purpose: str = "session") -> Seal:
    return Seal(with_a_door(ISSUED_BY, session_keys=keys), purpose)  # type: ignore[arg-type]


def test_what_is_sealed_is_opened_and_shows_nothing() -> None:
    sealed = seal().seal(SAID)
    assert seal().open(sealed) == SAID
    assert "Zoë".encode() not in b"".join(map(_part, sealed.split("."))) and seal().seal(SAID) != sealed


def test_whatever_is_changed_is_not_opened() -> None:
    sealed = seal().seal(SAID)
    spoilt = {sealed[:at] + ("A" if sealed[at] != "A" else "B") + sealed[at + 1 :] for at in range(len(sealed) - 1)}
    assert {seal().open(each) is None for each in spoilt} == {True}


@pytest.mark.parametrize("text", ["", ".", "....", "a.b.c.d.e", "é", "\0", "x" * (LONGEST + 1), "null", "e30...."])
def test_what_nobody_sealed_is_not_opened(text: str) -> None:
    assert seal().open(text) is None


def test_what_is_sealed_for_one_purpose_is_nothing_for_another() -> None:
    assert seal(purpose="attempt").open(seal(purpose="session").seal(SAID)) is None


def test_keys_are_rolled_without_anybody_being_signed_out() -> None:
    first, second = KEY, OTHER_KEY
    both = seal(f"{second},{first}")
    before = seal(first).seal(SAID)
    assert seal(f"{first},{second}").open(before) == SAID, "the new key is known before it seals"
    during = both.seal(SAID)
    assert both.open(before) == SAID and seal(f"{first}, {second}").open(during) == SAID
    assert seal(second).open(during) == SAID, "the first key seals"
    assert seal(second).open(before) is None, "a key that is gone opens nothing"


def test_a_key_that_others_know_opens_nothing() -> None:
    header = json.loads(_part(seal().seal(SAID).partition(".")[0]))
    theirs = OctKey.import_key(b"x" * 32)
    assert seal().open(jwe.encrypt_compact(header, json.dumps(SAID), theirs)) is None
    assert seal().open(_unsealed(header)) is None


def _part(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _unsealed(header: dict[str, str]) -> str:
    parts = (json.dumps(header | {"alg": "none", "enc": "none"}).encode(), b"", b"", json.dumps(SAID).encode(), b"")
    return ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


@pytest.mark.parametrize("keys", ["brief", f"{'k' * 32},brief", f"{'k' * 31}"])
def test_a_short_key_is_no_key(keys: str) -> None:
    with pytest.raises(ValidationError) as refused:
        with_a_door(ISSUED_BY, session_keys=keys)
    assert keys not in str(refused.value)


@pytest.mark.parametrize(
    "origin",
    ["http://mentoring.example.com", "https://a.example/", "https://a.example/b", "ftp://a", "https://A.example", "x"],
)
def test_without_tls_people_sign_in_on_this_machine_alone(origin: str) -> None:
    with pytest.raises(ValidationError):
        with_a_door(ISSUED_BY, public_url=origin)
    assert with_a_door(ISSUED_BY, public_url="https://mentoring.example.com:8443").public_url
    assert with_a_door(ISSUED_BY, public_url="http://127.0.0.1:8080").public_url
