"""A contact has an id that shows nothing of the address, also to whoever guesses one."""

from hashlib import blake2b

import pytest

from services.registration.programmes.contact import Contact, Told
from tests.support.apps import PSEUDONYM_KEY
from tests.support.letters import contact, spring


def of(email: str = "lead@x.example", programme_id: str = "spring", key: str = PSEUDONYM_KEY) -> Contact:
    return Contact.of(Told(email=email, language="en", time_zone="Europe/Paris"), programme_id, key)


def test_an_address_has_one_id_in_a_programme_however_it_is_written_and_another_elsewhere() -> None:
    assert of().id == of("Lead@X.example").id == of("\N{FULLWIDTH LATIN SMALL LETTER L}ead@x.example").id
    assert len({of().id, of("other@x.example").id, of(programme_id="autumn").id}) == 3


def test_nobody_without_the_key_can_tell_whether_a_guessed_address_is_a_contact() -> None:
    assert of().id != of(key="another key of the same length").id
    assert of().id != blake2b(b"spring\0lead@x.example", digest_size=16, person=b"contact").hexdigest()


@pytest.mark.parametrize("key", ["k" * 16, "k" * 200, "ключ из букв" * 9])
def test_a_key_of_any_length_will_do(key: str) -> None:
    assert len(of(key=key).id) == 32


def test_a_contact_is_found_by_its_id_and_by_no_other() -> None:
    told = spring().told_to([contact(), contact(email="other@x.example")])
    assert told.contact(of().id) == contact()
    assert told.contact(of(key="another key of the same length").id) is None
