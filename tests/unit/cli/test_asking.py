"""Where the command line asks, as whom, and what it says when that does not work."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from typing_extensions import override

from deploy.cli.answers import CannotAsk, Failed
from deploy.cli.asking import Installation
from deploy.cli.reading import accepted
from deploy.local.demo.claim import Running, claimed

PROBLEM = b'{"status": 401, "detail": "The token is not valid any more."}'


class Answers(BaseHTTPRequestHandler):
    """Says what its server was told to."""

    def do_GET(self) -> None:
        status, headers, body = self.server.answer  # type: ignore[attr-defined]
        self.server.token = self.headers["authorization"]  # type: ignore[attr-defined]
        self.server.accepted = self.headers["accept-language"]  # type: ignore[attr-defined]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        server.answer = (200, {}, b'{"fine": true}')  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def demos(tmp_path: Path) -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def runs(demos: ExitStack, state: Path, name: str, url: str) -> None:
    """Let a demo programme run there."""
    directory = state / name
    demos.enter_context(claimed(directory)).says(Running(directory=directory, url=url, process=1))
    (directory / "tokens").mkdir(parents=True)
    (directory / "tokens" / "operator").write_text(f"token-of-{name}")


def told(installation: Installation) -> str:
    with pytest.raises(CannotAsk) as caught:
        installation.ask("matching", "GET", "/operations/lag")
    return str(caught.value)


def address(server: HTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_port}"


def test_the_demo_that_runs_here_is_asked_on_whatever_port_with_its_own_token(
    tmp_path: Path, server: HTTPServer, demos: ExitStack
) -> None:
    (tmp_path / "older" / "tokens").mkdir(parents=True)
    (tmp_path / "older" / "tokens" / "operator").write_text("stale")
    runs(demos, tmp_path, "bnp-uk", address(server))
    assert Installation("", None, "", tmp_path).ask("matching", "GET", "/x") == {"fine": True}
    assert server.token == "Bearer token-of-bnp-uk"  # type: ignore[attr-defined]


def test_of_several_one_is_to_be_named_and_gets_its_own_token(
    tmp_path: Path, server: HTTPServer, demos: ExitStack
) -> None:
    runs(demos, tmp_path, "bnp-uk", "http://127.0.0.1:9")
    runs(demos, tmp_path, "ge-1999", address(server))
    assert "bnp-uk at http://127.0.0.1:9, ge-1999 at" in told(Installation("", None, "", tmp_path))
    Installation(f"http://localhost:{server.server_port}/", None, "", tmp_path).ask("matching", "GET", "/x")
    assert server.token == "Bearer token-of-ge-1999"  # type: ignore[attr-defined]


def test_a_token_that_is_named_goes_before_that_of_the_demo(
    tmp_path: Path, server: HTTPServer, demos: ExitStack
) -> None:
    runs(demos, tmp_path, "bnp-uk", address(server))
    (tmp_path / "mine").write_text("mine\n")
    Installation("", tmp_path / "mine", "", tmp_path).ask("matching", "GET", "/x")
    assert server.token == "Bearer mine"  # type: ignore[attr-defined]


def test_without_a_demo_or_an_address_it_says_what_to_do(tmp_path: Path) -> None:
    assert "make up" in (said := told(Installation("", None, "", tmp_path)))
    assert "--url" in said
    assert "There is no token" in told(Installation("http://127.0.0.1:9", None, "", tmp_path))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("127.0.0.1:8080", "is no address"),
        ("localhost", "is no address"),
        ("ftp://127.0.0.1", "is no address"),
        ("http://[", "does not answer"),
        ("http://127.0.0.1:9/{service}", "is it running"),
        ("http://nobody.invalid", "is it running"),
    ],
)
def test_a_wrong_address_is_told(tmp_path: Path, url: str, said: str) -> None:
    assert said in told(Installation(url, None, "token", tmp_path))


def test_https_where_there_is_none_is_told(tmp_path: Path, server: HTTPServer) -> None:
    assert "is it https" in told(Installation(f"https://127.0.0.1:{server.server_port}", None, "token", tmp_path))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((401, {}, PROBLEM), "not valid any more"),
        ((404, {}, b"<h1>Not here"), "is not Telemachus (404)"),
        ((200, {}, b"<h1>Welcome"), "is not Telemachus"),
        ((200, {}, b"[" * 100_000), "is not Telemachus"),
        ((200, {}, b'{"a": NaN}'), "is not Telemachus"),
        ((200, {}, b'{"a": 1e999}'), "is not Telemachus"),
        ((502, {}, b"Bad Gateway"), "at the moment (502)"),
        ((308, {"location": "https://company.example/"}, b""), "sends on to https://company.example/"),
        ((200, {"content-encoding": "gzip"}, b"no such thing"), "no HTTP"),
    ],
)
def test_what_answers_instead_is_told(
    tmp_path: Path, server: HTTPServer, answer: tuple[int, dict[str, str], bytes], said: str
) -> None:
    server.answer = answer  # type: ignore[attr-defined]
    assert said in told(Installation(address(server), None, "token", tmp_path))


def test_a_refusal_is_no_failure_to_ask(tmp_path: Path, server: HTTPServer) -> None:
    server.answer = (409, {}, b'{"detail": "The round is running."}')  # type: ignore[attr-defined]
    with pytest.raises(Failed, match="The round is running") as caught:
        Installation(address(server), None, "token", tmp_path).ask("matching", "GET", "/x")
    assert not isinstance(caught.value, CannotAsk)


@pytest.mark.parametrize("kept", [b"", b"\xff\xfe\x00", b"two words", b"Bearer token", "tökén".encode()])
def test_what_is_no_token_is_not_sent(tmp_path: Path, kept: bytes) -> None:
    (tmp_path / "token").write_bytes(kept)
    assert "does not hold a bearer token" in told(Installation("http://127.0.0.1:9", tmp_path / "token", "", tmp_path))


def test_the_service_is_told_what_the_terminal_reads(
    server: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "ro_RO.UTF-8")
    url = f"http://127.0.0.1:{server.server_port}"
    Installation(url, None, "token", tmp_path).ask("registration", "GET", "/")
    assert server.accepted == "ro-RO, en"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("environment", "header"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "C", "LANGUAGE": "de"}, "en"),
        ({"LANG": "de_AT.UTF-8"}, "de-AT, en"),
        ({"LANG": "de_DE", "LC_MESSAGES": "fr_FR@euro", "LC_ALL": "it_IT"}, "it-IT, en"),
        ({"LANG": "de_DE", "LC_MESSAGES": "fr_FR@euro", "LC_ALL": ""}, "fr-FR, en"),
        ({"LANG": "fr_CH", "LANGUAGE": "ro:de_CH::fr_CH"}, "ro, de-CH, fr-CH, en"),
        ({"LANG": "x\r\nCookie: a"}, "en"),
        ({"LANG": "en"}, "en"),
    ],
)
def test_what_a_terminal_reads(environment: dict[str, str], header: str) -> None:
    assert accepted(environment) == header
