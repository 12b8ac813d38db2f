"""What ``check`` says of settings that need each other, of a moved clock, and of certificates that end soon."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from trustme import CA

from shared.domain.clock import MovedClock
from shared.operations.checks import surroundings
from shared.operations.checks.kafka import Brokers
from shared.operations.checks.result import Check
from tests.support.apps import settings_for
from tests.support.tokens import ISSUED_BY

DAY = timedelta(days=1)


def configured(**told: Any) -> Check:
    [check] = surroundings.configuration(settings_for(ISSUED_BY, **told))
    return check


def test_settings_that_are_complete_are_fine() -> None:
    check = configured(kafka_security_protocol="PLAINTEXT", region="eu-west")
    assert (check.fine, check.found, check.remedy) == (True, "complete; Kafka over PLAINTEXT, region eu-west", "")


def test_a_user_needs_a_password_and_the_other_way_round() -> None:
    assert configured(kafka_security_protocol="SASL_SSL", kafka_sasl_username="a", kafka_sasl_password="b").fine
    check = configured(kafka_security_protocol="SASL_SSL")
    assert not check.fine
    assert "KAFKA_SASL_USERNAME is needed with SASL_SSL; KAFKA_SASL_PASSWORD is needed with SASL_SSL" in check.found


@pytest.mark.parametrize("one", ["kafka_ssl_cert_file", "kafka_ssl_key_file"])
def test_a_certificate_needs_its_key_and_both_their_files(tmp_path: Path, one: str) -> None:
    there = tmp_path / "file.pem"
    there.touch()
    assert configured(kafka_ssl_cert_file=there, kafka_ssl_key_file=there, kafka_ssl_ca_file=there).fine
    assert configured(**{one: there}).found == "KAFKA_SSL_CERT_FILE and KAFKA_SSL_KEY_FILE are needed together"
    assert configured(kafka_ssl_ca_file=tmp_path / "gone").found == "KAFKA_SSL_CA_FILE names no file"


def test_a_clock_that_was_moved_is_told(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    assert surroundings.clock(settings_for(ISSUED_BY)) == [Check("Clock", True, "not moved")]
    assert surroundings.clock(settings_for(ISSUED_BY, clock_file=file))[0].fine
    MovedClock(file).move_to(datetime.now(UTC) - DAY)
    [check] = surroundings.clock(settings_for(ISSUED_BY, clock_file=file))
    assert (check.fine, check.remedy) == (False, "unset CLOCK_FILE: it is for demonstrations and tests")


class Shown:
    """Brokers whose certificate ends then."""

    def __init__(self, end: datetime | None) -> None:
        self.end = end

    async def certificate(self) -> float | None:
        return self.end.timestamp() if self.end else None


async def lasting(end: datetime | None, **told: Any) -> list[Check]:
    settings = settings_for(ISSUED_BY, **({"kafka_security_protocol": "SSL"} | told))
    return await surroundings.certificates(settings, cast("Brokers", Shown(end)))


@pytest.mark.parametrize(("left", "fine"), [(15 * DAY, True), (13 * DAY, False), (-DAY, False)])
async def test_a_certificate_should_have_been_renewed_two_weeks_before_its_end(left: timedelta, fine: bool) -> None:
    end = datetime.now(UTC) + left
    [check] = await lasting(end)
    assert (check.what, check.fine, check.found) == ("Certificate of Kafka", fine, f"ends on {end:%Y-%m-%d}")
    assert check.remedy == ("" if fine else "renew it on the brokers")


async def test_without_tls_and_without_an_answer_there_is_none() -> None:
    assert await lasting(datetime.now(UTC), kafka_security_protocol="PLAINTEXT") == []
    assert await lasting(None) == []


async def test_our_own_ends_too(tmp_path: Path) -> None:
    file = tmp_path / "cert.pem"
    end = datetime.now(UTC).replace(microsecond=0) + 3 * DAY
    CA().issue_cert("telemachus-ledger", not_after=end).cert_chain_pems[0].write_to_path(file)
    [check] = await lasting(None, kafka_ssl_cert_file=file)
    assert (check.what, check.fine) == ("Certificate of our own", False)
    assert check.remedy == "renew the file of KAFKA_SSL_CERT_FILE"
