"""A connection that is refused is told so in the language that came with what was heard of its request."""

import json
from http import HTTPStatus

import pytest

from shared.serving.refusal import SENTENCES, refusal
from shared.web.wording import CHOICE, PSEUDO
from tests.support.plain_english import plain_words


def told(answer: bytes) -> tuple[str, dict[str, object]]:
    head, body = answer.split(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    assert int(headers["Content-Length"]) == len(body)
    return headers["Content-Language"], json.loads(body)


@pytest.mark.parametrize("status", SENTENCES)
def test_whoever_reads_another_language_reads_no_english(status: HTTPStatus) -> None:
    language, problem = told(refusal(status, [(b"accept-language", PSEUDO.encode())]))
    assert language == PSEUDO
    assert problem["code"] == status.phrase.lower().replace(" ", "-")
    assert plain_words(f"{problem['title']} {problem['detail']}", ["HTTP", "KiB"]) == []


def test_the_choice_counts_before_the_browser_and_english_is_for_who_says_nothing() -> None:
    late = HTTPStatus.REQUEST_TIMEOUT
    assert told(refusal(late))[0] == "en"
    assert told(refusal(late, [(b"accept-language", b"\xff\xfe"), (b"cookie", b"\xff=;=;;")]))[0] == "en"
    german = [(b"cookie", f"{CHOICE}=de".encode()), (b"accept-language", b"fr")]
    language, problem = told(refusal(late, german))
    assert (language, problem["detail"]) == ("de", "Die Anfrage ist nicht rechtzeitig angekommen.")
