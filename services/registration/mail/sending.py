"""Hands letters to a mail server, over some connections that are kept open while there is something to send."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

import structlog
from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from shared.settings import Settings

log = structlog.get_logger()

CONNECTIONS = 2
"""Of one sender, of which there are two."""
CONNECT = 30.0
"""Seconds in which a server greets us, and lets us in."""
BEGUN = 60.0
"""Seconds after which no further letter is begun: all of them are done with before anybody else takes them up."""
LONGEST = 150.0
"""Seconds for one letter. Some servers read it before they say that they have it: who hangs up sends it twice."""
CLOSING, PERMANENT = 421, 500
"""A server that wants no more now; codes from there on are for good (RFC 5321, 4.2.1)."""
NEWER = ("SMTPUTF8", "BODY=8BITMIME")
"""What is asked of a server for an address that is not ASCII (RFC 6531)."""


class Outcome(StrEnum):
    """What the server said to one letter."""

    TAKEN = "taken"
    LATER = "later"
    REFUSED = "refused"


Message = tuple[str, str, Callable[[], bytes]]
"""Id of the letter, address, and what writes the whole message as it is sent: while others are on their way."""


class Sender:
    """To one mail server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.trouble: str | None = None
        """What was in the way when none of the letters of the last time could be handed over."""
        self.said: dict[str, str] = {}
        """Letter → why it was not taken the last time: the server's code, or the kind of failure."""

    async def send(self, messages: Iterable[Message]) -> Mapping[str, Outcome]:
        """Each is tried once at most; a connection that fails is not made again for what is left."""
        waiting = list(messages)[::-1]
        outcomes = {identity: Outcome.LATER for identity, _, _ in waiting}
        more, end = min(CONNECTIONS, len(waiting)) - 1, time.monotonic() + BEGUN
        self.trouble, self.said = None, {}
        if smtp := await self._connected():
            others = (self._another(waiting, outcomes, end) for _ in range(more))
            await asyncio.gather(self._line(smtp, waiting, outcomes, end), *others)
        if Outcome.TAKEN in outcomes.values():
            self.trouble = None
        return outcomes

    async def _another(self, waiting: list[Message], outcomes: dict[str, Outcome], end: float) -> None:
        if smtp := await self._connected():
            await self._line(smtp, waiting, outcomes, end)

    async def _line(self, smtp: SMTP, waiting: list[Message], outcomes: dict[str, Outcome], end: float) -> None:
        while waiting and smtp.is_connected and time.monotonic() < end:
            identity, address, write = waiting.pop()
            try:
                message = write()
            except Exception as error:  # one that cannot be written holds up no other; its words may tell names
                outcomes[identity], self.said[identity] = Outcome.REFUSED, named(error)
                log.error("letter not written", letter_id=identity, because=named(error))
            else:
                outcomes[identity], self.said[identity] = await self._one(smtp, address, message)
        await let_go(smtp)

    async def _one(self, smtp: SMTP, address: str, message: bytes) -> tuple[Outcome, str]:
        """What became of it, and why it was not taken; whatever is not about this letter ends the connection."""
        try:
            async with asyncio.timeout(LONGEST):
                options = () if address.isascii() else NEWER
                await smtp.sendmail(self._settings.mail_from, [address], message, mail_options=options)
        except SMTPRecipientsRefused as error:
            return self._said(smtp, error.recipients[0])
        except SMTPDataError as error:
            return self._said(smtp, error)
        except (SMTPNotSupported, ValueError) as error:  # aiosmtplib says no to the address, and nothing to the server
            return Outcome.REFUSED, named(error)
        except (SMTPException, OSError) as error:
            self._in_the_way(error)
            smtp.close()
            return Outcome.LATER, named(error)
        return Outcome.TAKEN, ""

    def _said(self, smtp: SMTP, error: SMTPResponseException) -> tuple[Outcome, str]:
        if error.code >= PERMANENT:
            return Outcome.REFUSED, named(error)
        if error.code == CLOSING:
            smtp.close()
        self._in_the_way(error)
        return Outcome.LATER, named(error)

    async def _connected(self) -> SMTP | None:
        try:
            return await connected(self._settings)
        except (SMTPException, OSError) as error:
            self._in_the_way(error)
            return None

    def _in_the_way(self, error: Exception) -> None:
        """No words of the server's: they may hold the address."""
        what = named(error)
        if self.trouble is None:
            log.warning("letters not taken", because=what)
        self.trouble = what


async def connected(settings: Settings) -> SMTP:
    """A connection that is encrypted and signed in as is told; raises SMTPException and OSError."""
    smtp = SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        use_tls=settings.smtp_security == "tls",
        start_tls=settings.smtp_security == "starttls",
        timeout=LONGEST,
    )
    try:
        async with asyncio.timeout(CONNECT):
            await smtp.connect()
            await smtp.ehlo()
            if settings.smtp_username:
                await _sign_in(smtp, settings)
    except UnicodeError:  # what is no name of a machine
        raise ConnectionError from None
    except BaseException:
        smtp.close()
        raise
    return smtp


async def _sign_in(smtp: SMTP, settings: Settings) -> None:
    secret = settings.mail_password()
    if settings.smtp_sign_in == "xoauth2":
        await smtp.auth_xoauth2(settings.smtp_username, secret)
    else:
        await smtp.login(settings.smtp_username, secret)


async def let_go(smtp: SMTP) -> None:
    """Say goodbye, if the server is still there."""
    with contextlib.suppress(SMTPException, OSError):  # nothing is to be said any more
        async with asyncio.timeout(1):
            await smtp.quit()
    smtp.close()


def named(error: Exception) -> str:
    """The server's code, or the kind of failure."""
    return str(error.code) if isinstance(error, SMTPResponseException) else type(error).__name__
