"""Ports on the loopback interface."""

import socket

from deploy.local.program import CannotStart

HOST = "127.0.0.1"


def free_port() -> int:
    """A TCP port nobody listens on at this moment; somebody else may take it before it is used."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def must_be_free(port: int, name: str, remedy: str = "choose another port") -> None:
    """Raises CannotStart when somebody listens there: ``name`` is what wanted the port."""
    with socket.socket() as probe:
        if probe.connect_ex((HOST, port)) == 0:
            raise CannotStart(
                f"Port {port}, which {name} is to listen on, is taken by another program: stop that one or {remedy}."
            )
