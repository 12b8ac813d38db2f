"""Ports on the loopback interface."""

import secrets
import socket

from deploy.local.program import CannotStart

HOST = "127.0.0.1"
OURS = range(20_000, 32_768)
"""Below those that Linux and macOS give to connections: whoever connects somewhere takes none of these meanwhile."""
FIRST, LAST = 1024, 65_535
"""The ports anybody may listen on."""
_held: list[socket.socket] = []


def free_port() -> int:
    """A TCP port nobody listens on, and which no other process gets from here as long as this one lives.

    It is often listened on seconds later, or again after a crash. Raises CannotStart when there is none left.
    """
    first = secrets.randbelow(len(OURS))
    port: int
    for port in (*OURS[first:], *OURS[:first]):
        if _is_free(port) and _held_for_us(port):
            return port
    raise CannotStart(f"No port from {OURS[0]} to {OURS[-1]} is free: stop some of the programs that listen there.")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what listened there may have just ended
        return _bound(probe, port)


def _held_for_us(port: int) -> bool:
    """Whether it is ours now: the UDP port of the same number is the sign, which ends with this process."""
    sign = socket.socket(type=socket.SOCK_DGRAM)
    if not _bound(sign, port):
        sign.close()
        return False
    _held.append(sign)
    return True


def _bound(probe: socket.socket, port: int) -> bool:
    try:
        probe.bind((HOST, port))
    except OSError:
        return False
    return True


def another(port: int) -> int:
    """A port to try instead."""
    return port + 1 if port < LAST else FIRST


def must_be_free(port: int, name: str, remedy: str = "choose another port") -> None:
    """Raises CannotStart unless we can listen there: ``name`` is what wants the port."""
    with socket.socket() as probe:
        if probe.connect_ex((HOST, port)) == 0:
            raise CannotStart(
                f"Port {port}, which {name} is to listen on, is taken by another program: stop that one or {remedy}."
            )
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as problem:
            why = f"{name} cannot listen on port {port} ({problem.strerror}): {remedy}."
            raise CannotStart(why) from problem
