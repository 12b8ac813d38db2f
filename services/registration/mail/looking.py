"""What ``check`` tells of the mail server: it is spoken to, and sent nothing."""

import ssl
from collections.abc import Sequence

from aiosmtplib import SMTPAuthenticationError, SMTPException, SMTPResponseException

from services.registration.mail.sending import connected, let_go, named
from shared.running.declared import Finding
from shared.settings import Settings

WHAT = "Mail server"


async def look(settings: Settings) -> Sequence[Finding]:
    """Whether it greets us, as encrypted as is told, and lets us in."""
    if not settings.smtp_host:
        return [(WHAT, "nobody is written to: SMTP_HOST is empty", "")]
    place = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        smtp = await connected(settings)
    except (SMTPException, OSError) as error:
        found, remedy = explain(error)
        return [(WHAT, f"{place} {found}", remedy)]
    encrypted = smtp.get_transport_info("cipher")
    await let_go(smtp)
    who = "signed in" if settings.smtp_username else "without signing in"
    return [(WHAT, f"{place} answers, {encrypted[1] if encrypted else 'without TLS'}, {who}", "")]


def explain(error: Exception) -> tuple[str, str]:
    """Why it cannot be spoken to, and which setting to look at; none of its words."""
    for kinds, found, remedy in REASONS:
        if isinstance(error, kinds) or isinstance(error.__cause__, kinds):
            return found, remedy
    if isinstance(error, SMTPResponseException):
        return f"says {named(error)}", "see its log: does it know this machine?"
    if isinstance(error, OSError):
        return "does not answer", "correct SMTP_HOST, SMTP_PORT and SMTP_SECURITY, or open the network"
    return f"does not do what is told ({named(error)})", "correct SMTP_SECURITY, SMTP_USERNAME and SMTP_SIGN_IN"


REASONS: tuple[tuple[tuple[type[Exception], ...], str, str], ...] = (
    (
        (ssl.SSLCertVerificationError,),
        "shows a certificate that is not trusted",
        "correct SMTP_HOST to the name in it, or trust its authority (SSL_CERT_FILE)",
    ),
    ((ssl.SSLError,), "does not speak TLS there", "correct SMTP_SECURITY and SMTP_PORT"),
    (
        (SMTPAuthenticationError,),
        "refuses user or password",
        "correct SMTP_USERNAME, SMTP_PASSWORD and SMTP_SIGN_IN",
    ),
)
