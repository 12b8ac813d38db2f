"""Pages: a service's templates inside the common frame, in the reader's language, under a strict policy."""

from collections.abc import Callable
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time, get_timezone_location
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from shared.domain.marking import Sentence
from shared.language.reasons import Fact
from shared.web.static import VERSION
from shared.web.wording import CATALOGUES, Say, locale, reader, saying, translations

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


class Pages:
    """The pages of one service.

    ``package`` is the module whose ``templates`` folder holds them; they extend ``frame.html``. The sentences are in
    the folder ``languages`` of its service, or of shared.
    """

    def __init__(self, package: str) -> None:
        self._catalogues = (_catalogues_of(package), CATALOGUES)
        self._loader = ChoiceLoader([PackageLoader(package), PackageLoader("shared.web")])
        self._environments: dict[str, Environment] = {}

    def page(self, request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """The whole page as an answer."""
        return HTMLResponse(self.fragment(request, template, **values), status, headers=HEADERS)

    def fragment(self, request: Request, template: str, **values: Any) -> Markup:
        """A piece of HTML in the reader's language; a value the template misses raises UndefinedError."""
        language = reader(request)
        environment = self._environments.get(language) or self._environment(language)
        rendered = environment.get_template(template).render(**_addresses(request), **values)
        return Markup(rendered)  # noqa: S704 - the environment has escaped every value

    def _environment(self, language: str) -> Environment:
        environment = Environment(
            loader=self._loader,
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        environment.install_gettext_translations(translations(language, *self._catalogues), newstyle=True)  # type: ignore[attr-defined]
        environment.policies["ext.i18n.trimmed"] = True
        environment.globals.update(language=language, direction=locale(language).text_direction)
        environment.globals["say"] = _escaping(saying(language, *self._catalogues))
        environment.filters.update(_filters(language))
        self._environments[language] = environment
        return environment


def _catalogues_of(package: str) -> Path:
    """Beside the rooms of ``services.NAME``, or in ``shared.web``."""
    home = import_module(".".join(package.split(".")[:2]))
    return Path(str(home.__file__)).parent / CATALOGUES.name


def _escaping(say: Say) -> Say:
    """The same for templates: facts are escaped, unless they are HTML already."""

    def escaped(sentence: Sentence, /, **facts: Fact) -> Markup:
        shown = {name: _escaped(fact) for name, fact in facts.items()}
        return Markup(say(sentence, **shown))  # noqa: S704 - the sentence is ours, the facts are escaped

    return escaped


def _escaped(fact: Fact) -> Fact:
    if isinstance(fact, str):
        return escape(fact)
    return type(fact)(map(escape, fact)) if isinstance(fact, list | tuple) else fact


def _addresses(request: Request) -> dict[str, Callable[..., str]]:
    """Addresses within this service, with the path under which a front shows it."""

    def url(route: str, **parts: str) -> str:
        return request.url_for(route, **parts).path

    def asset(file: str) -> str:
        return request.url_for("asset", version=VERSION, file=file).path

    return {"url": url, "asset": asset}


def _filters(language: str) -> dict[str, Any]:
    style = locale(language)

    def day(value: date) -> str:
        return format_date(value, "long", locale=style)

    def weekday(value: datetime, zone: str) -> str:
        return format_skeleton("MMMEd", value.astimezone(ZoneInfo(zone)), locale=style)

    def clock(value: datetime, zone: str) -> str:
        return format_time(value.astimezone(ZoneInfo(zone)), "short", locale=style)

    def place(zone: str) -> str:
        return get_timezone_location(zone, locale=style, return_city=True)

    return {"day": day, "weekday": weekday, "clock": clock, "place": place}
