"""Where letters lead there is a page: of the service that the path belongs to, and called by that name."""

import pytest

from deploy.services import SERVICES
from services.registration.mail.addresses import DEEDS, PAGES
from tests.contract.test_access import routes
from tests.support.apps import settings_for
from tests.support.tokens import ISSUED_BY

HOME = "registration"
"""Whose pages stand at the top; those of the others stand below their name."""


def there() -> set[tuple[str, str]]:
    """Name and path of every page, as people open it."""
    return {
        (str(route.name), ("" if service.name == HOME else f"/{service.name}") + str(route.path))
        for service in SERVICES
        for route in routes(service.app(settings_for(ISSUED_BY)))
        if "GET" in (route.methods or ()) and not getattr(route, "include_in_schema", True)
    }


@pytest.fixture(scope="module")
def pages() -> set[tuple[str, str]]:
    return there()


@pytest.mark.parametrize("page", PAGES)
def test_a_letter_leads_to_a_page_of_that_name(page: str, pages: set[tuple[str, str]]) -> None:
    assert (page, PAGES[page]) in pages


@pytest.mark.parametrize("deed", DEEDS)
def test_a_link_acts_in_the_service_that_knows_how(deed: str) -> None:
    assert [f"/{service.name}" for service in SERVICES if deed in service.deeds] == [DEEDS[deed]]


def test_every_deed_is_in_a_letter() -> None:
    assert {deed for service in SERVICES for deed in service.deeds} == set(DEEDS)
