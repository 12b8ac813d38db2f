"""What may stand in a header: a line that stands for itself, an address that every server takes, a link to be free."""

import re
from binascii import b2a_qp
from email.charset import Charset
from email.contentmanager import ContentManager
from email.errors import MessageError
from email.generator import BytesGenerator
from email.headerregistry import Address, BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import formataddr
from io import BytesIO
from typing import Any

from typing_extensions import override

CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
OTHER = re.compile(r"[^\x00-\x7f]")
LINE, UNSUBSCRIBE, UTF8 = 78, "List-Unsubscribe", Charset("utf-8")
BOUNDARY = "=_alternative"
"""Between the forms of a letter; nothing that is quoted reads so (RFC 2045, 6.7)."""


class _InOneLine(BaseHeader):
    """One that stands as it is."""

    max_count = None

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        """Python takes each apart and folds it: that takes longer than rendering the letter."""
        kwds.update(decoded=value, parse_tree=None)

    @override
    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


class _Headers(HeaderRegistry):
    """What fits into a line needs no folding, and a link that is longer than a line must not have any.

    Python writes such a link as an encoded word, which nobody takes for an address.
    """

    def __init__(self) -> None:
        super().__init__()
        self._kinds: dict[str, type[BaseHeader]] = {}

    @override
    def __getitem__(self, name: str) -> type[BaseHeader]:
        """Python makes a new class for each header of each letter."""
        if name not in self._kinds:
            self._kinds[name] = super().__getitem__(name)
        return self._kinds[name]

    @override
    def __call__(self, name: str, value: Any) -> BaseHeader:
        text = UTF8.header_encode(value) if name == "Subject" and not value.isascii() else str(value)
        if name == UNSUBSCRIBE or _fits(name, text):
            return _InOneLine(name, text)
        return super().__call__(name, value)


def _fits(name: str, text: str) -> bool:
    return text.isascii() and len(name) + len(": ") + len(text) <= LINE


SEVEN_BITS = SMTP.clone(cte_type="7bit", header_factory=_Headers())
"""Not every server takes eight."""
EIGHT_BITS = SEVEN_BITS.clone(utf8=True)
"""For an address that is not ASCII (RFC 6532)."""


def _quoted(message: EmailMessage, text: str, subtype: str = "plain") -> None:
    message["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    message["Content-Transfer-Encoding"] = "quoted-printable"
    lines = b"\n".join(text.encode().splitlines()) + b"\n"
    message.set_payload(b2a_qp(lines).decode("ascii"))


QUOTED = ContentManager()
"""Sets text as the library does, which takes ten times as long."""
QUOTED.add_set_handler(str, _quoted)


class _Written(BytesGenerator):
    """Python looks for the end of each line, and writes line by line."""

    def _write_lines(self, lines: str) -> None:
        self.write(lines.replace("\r\n", "\n").replace("\n", SMTP.linesep))


def as_sent(message: EmailMessage) -> bytes:
    """The whole of it."""
    whole = BytesIO()
    _Written(whole, mangle_from_=False, policy=message.policy).flatten(message)
    return whole.getvalue()


def unsubscribed_by(message: EmailMessage, link: str) -> None:
    """Mailboxes offer it beside the sender, and follow it themselves when their reader presses there (RFC 8058)."""
    message[UNSUBSCRIBE] = f"<{link}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def in_header(text: str) -> str:
    """One line that stands for itself: Python reads «=?utf-8?q?…?=» in a header, whatever ends of lines are in it."""
    return " ".join(CONTROLS.sub(" ", text).replace("=?", "= ?").split())


def somebody(name: str, address: str) -> str | Address:
    """What stands for them in a header."""
    if not address.isascii():
        local, _, domain = address.rpartition("@")
        return Address(name, username=local, domain=domain)
    short = formataddr((name, address))
    return short if _fits("From", short) else Address(name, addr_spec=address)


def mailbox(address: str) -> str:
    """The address with its domain in ASCII; empty where it is none."""
    local, _, domain = address.rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
        plain = Address(addr_spec=f"{OTHER.sub('x', local)}@{domain}").addr_spec  # the library knows no newer ones
    except (MessageError, ValueError, IndexError):  # its ways to say so
        return ""
    if local.isascii():
        return plain
    return f"{local}@{domain}" if local.isprintable() else ""
