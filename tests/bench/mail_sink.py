"""A mail server that takes everything and keeps nothing, in a process of its own: it takes none of anybody's time.

    python -m tests.bench.mail_sink

prints its port, and goes on until it is ended.
"""

import asyncio
import sys

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.local.ports import HOST


class Sink:
    """Says yes to every letter."""

    async def handle_DATA(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802
        return "250 OK"


async def main() -> None:
    """Listen until the end."""
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: SMTP(Sink(), hostname="mail.example"), HOST, 0)
    print(listening.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
