"""Pages: a service's templates inside the common frame, in the reader's language, under a strict policy."""

from collections.abc import AsyncIterator, Callable
from functools import partial
from http import HTTPStatus
from importlib import import_module
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, StreamingResponse
from jinja2 import BaseLoader, ChoiceLoader, Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape
from starlette.routing import NoMatchFound

from shared.domain.marking import Sentence
from shared.language.reasons import Fact
from shared.web.frame.frame import frame_of
from shared.web.frame.notices import told
from shared.web.languages import times
from shared.web.languages.choosing import OWN_NAMES, here
from shared.web.languages.words import LEVELS, topic_in_words
from shared.web.static import VERSION
from shared.web.wording import CATALOGUES, HEARD, Say, country, locale, number, reader, saying, tongue, translations

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
PIECES = Markup("<!-- pieces -->")
"""Where they stand in a page that comes piece by piece. Nothing that anybody has written reads so: it is escaped."""


class Pages:
    """The pages of one service.

    ``package`` is the module whose ``templates`` folder holds them; they extend ``frame.html``. The sentences are in
    the folder ``languages`` of its service, or of shared. ``beside`` is another package whose templates they use.
    """

    def __init__(self, package: str, *, beside: str = "shared.web") -> None:
        self._catalogues = (catalogues_of(package), CATALOGUES)
        self._loader = ChoiceLoader(list(map(PackageLoader, dict.fromkeys((package, beside, "shared.web")))))
        self._environments: dict[str, Environment] = {}

    def page(self, request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """The whole page as an answer; a notice that was left for it is told on it, and not again."""
        frame = frame_of(request)
        headers = HEADERS | {"Content-Language": reader(request), "Vary": HEARD}
        around = {"frame": frame, "here": here(request, whole=status < HTTPStatus.BAD_REQUEST)}
        response = HTMLResponse(self.fragment(request, template, **around, **values), status, headers=headers)
        if frame.notice:
            told(response)
        return response

    def growing(
        self, request: Request, template: str, pieces: AsyncIterator[Markup], **values: Any
    ) -> StreamingResponse:
        """The page as far as ``{{ pieces }}`` at once, each piece when it comes, then the rest; browsers show it so."""
        whole = self.page(request, template, pieces=PIECES, **values)
        before, after = bytes(whole.body).split(PIECES.encode(), maxsplit=1)

        async def growing() -> AsyncIterator[bytes]:
            yield before
            async for piece in pieces:
                yield piece.encode()
            yield after

        response = StreamingResponse(growing(), whole.status_code)
        response.raw_headers = [(name, value) for name, value in whole.raw_headers if name != b"content-length"]
        return response

    def fragment(self, request: Request, template: str, **values: Any) -> Markup:
        """A piece of HTML in the reader's language; a value the template misses raises UndefinedError."""
        language = reader(request)
        known = self._environments.get(language) or self._environment(language)
        rendered = known.get_template(template).render(**_addresses(request), **values)
        return Markup(rendered)  # noqa: S704 - the environment has escaped every value

    def _environment(self, language: str) -> Environment:
        made = environment(self._loader, language, *self._catalogues)
        made.globals.update(language=language, direction=locale(language).text_direction, languages=OWN_NAMES)
        self._environments[language] = made
        return made


def environment(loader: BaseLoader, language: str, *catalogues: Path, html: bool = True) -> Environment:
    """Templates in that language; what is not ``html`` is plain text, and escapes nothing."""
    made = Environment(
        loader=loader,
        autoescape=html,  # noqa: S701 - plain text has nothing to escape
        undefined=StrictUndefined,
        auto_reload=False,  # or every page asks the disk for each of its templates
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(translations(language, *catalogues), newstyle=True)  # type: ignore[attr-defined]
    made.policies["ext.i18n.trimmed"] = True
    made.globals.update({name: _with_numbers(made.globals[name], language) for name in ("gettext", "ngettext")})
    say = saying(language, *catalogues)
    made.globals["say"] = escaping(say) if html else say
    made.filters.update(_filters(say, language))
    return made


def _with_numbers(sentence_of: Any, language: str) -> Callable[..., Any]:
    """The same, with counts as they are written in that language; ``num`` is what the plural goes by."""

    @pass_context
    def written(context: Context, *words: Any, **facts: Any) -> Any:
        counted = dict(zip(("num",), words[2:], strict=False)) | facts
        return sentence_of(context, *words, **{name: _numbered(fact, language) for name, fact in counted.items()})

    return written


def _numbered(fact: Any, language: str) -> Any:
    return number(fact, language) if type(fact) is int else fact


def catalogues_of(package: str) -> Path:
    """Beside the rooms of ``services.NAME``, or in ``shared.web``."""
    home = import_module(".".join(package.split(".")[:2]))
    return Path(str(home.__file__)).parent / CATALOGUES.name


def escaping(say: Say) -> Say:
    """The same for templates: facts are escaped, unless they are HTML already."""

    def escaped(sentence: Sentence, /, **facts: Fact) -> Markup:
        shown = {name: _escaped(fact) for name, fact in facts.items()}
        return Markup(say(sentence, **shown))  # noqa: S704 - the sentence is ours, the facts are escaped

    return escaped


def _escaped(fact: Fact) -> Fact:
    if isinstance(fact, str):
        return escape(fact)
    return type(fact)(map(escape, fact)) if isinstance(fact, list | tuple) else fact


def _addresses(request: Request) -> dict[str, Callable[..., str] | str]:
    """Addresses within this service, with the path under which a front shows it."""

    def url(route: str, **parts: str) -> str:
        return request.url_for(route, **parts).path

    def asset(file: str) -> str:
        return request.url_for("asset", version=VERSION, file=file).path

    def given(route: str) -> str:
        try:
            return url(route)
        except NoMatchFound:
            return ""

    return {"url": url, "asset": asset, "choosing_language": given("choose-language")}


def _filters(say: Say, language: str) -> dict[str, Callable[..., str]]:
    """For codes of countries, languages, topics and levels, for numbers, and for days, hours and places."""
    by_language = (country, tongue, number, times.day, times.weekday, times.clock, times.place)
    return {each.__name__: partial(each, language=language) for each in by_language} | {
        "topic": partial(topic_in_words, say=say),
        "level": lambda number: say(LEVELS[number]),
    }
