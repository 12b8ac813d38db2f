"""Which e-mail addresses are taken: those that a server may take, of whatever script; no other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from services.registration.mail.headers import mailbox
from services.registration.programmes.addresses import LOCAL, Email
from shared.language.values.accepted import ACCEPTED

EMAIL = TypeAdapter[str](Email)
LABEL = "d" * 63
LONGEST = f"{'l' * 64}@{LABEL}.{LABEL}.{'d' * 61}"


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example",
        "Ada.Byron+mentoring@bnp.example",
        "o'neill_{x}@x-y.example",
        "ada@xn--bcher-kva.example",
        "ada@bücher.example",
        "zoë@x.example",
        "zoe\N{COMBINING DIAERESIS}@x.example",
        "संपर्क@डाटामेल.भारत",
        "l@x.1e",
        f"{'l' * 64}@x.example",
        LONGEST,
    ],
)
def test_what_a_server_may_take_is_taken(address: str) -> None:
    assert EMAIL.validate_python(f" {address} ") == address
    assert mailbox(address) or not address.isascii()


@pytest.mark.parametrize(
    "address",
    [
        "nobody",
        "@x.example",
        "a@",
        "a@b",
        "a@localhost",
        "x@-y.z",
        "x@y-.z",
        "x@y..z",
        "x@.y.z",
        "x@y.z.",
        "x@y_z.example",
        "x@192.0.2.1",
        "x@[192.0.2.1]",
        "a b@x.example",
        '"a b"@x.example',
        "a@b@x.example",
        ".a@x.example",
        "a.@x.example",
        "a..b@x.example",
        "a,b@x.example",
        "<a@x.example>",
        "a@x.example,b@x.example",
        f"x@{'d' * 64}.example",
        f"x@{'ü' * 63}.example",
        f"{'l' * 65}@x.example",
        f"{'ü' * 33}@x.example",
        f"{LONGEST}d",
        f"{'l' * 64}@{'ü' * 45}.{'ü' * 45}.{'ü' * 45}.{'ü' * 45}.example",
    ],
)
def test_what_no_server_takes_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        EMAIL.validate_python(address)


@given(st.from_regex(LOCAL, fullmatch=True), st.from_regex(r"[a-z0-9.é_-]{1,80}", fullmatch=True))
def test_whatever_is_taken_can_be_written_to_where_it_is_ascii_before_the_at(local: str, domain: str) -> None:
    address = f"{local}@{domain}"
    try:
        taken = EMAIL.validate_python(address)
    except ValidationError:
        return
    assert mailbox(taken) or not local.isascii()


def test_what_was_taken_once_can_still_be_read() -> None:
    assert EMAIL.validate_python("a@b", context=ACCEPTED) == "a@b"
