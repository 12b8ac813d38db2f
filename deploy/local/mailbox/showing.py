"""The pages at /mailbox: what each persona received, as they would see it on a phone. Anybody may look."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from deploy.local.mailbox.keeping import Letter, Mailbox
from deploy.local.personas import Persona
from shared.web.pages import POLICY, Pages

MAY = "allow-popups allow-popups-to-escape-sandbox"
"""A letter does nothing by itself; what its links lead to is a page as any other."""
HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            f"sandbox {MAY}",
            "default-src 'none'",
            "style-src 'unsafe-inline'",
            "form-action 'none'",
            "base-uri 'none'",
            "frame-ancestors 'self'",
        )
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
FILE = {"Content-Disposition": 'attachment; filename="sessions.ics"'}
WINDOW = '<head><base target="_blank">'
"""Our pages stand in nobody's frame: links of a letter open a window, as on a phone they open the browser."""


class MailboxPages:
    """Of one mailbox. The routes are no coroutines: they read files, and so are in threads."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._pages = Pages(__package__)

    @property
    def routes(self) -> list[Route]:
        """As whoever shows them finds them."""
        return [
            Route("/mailbox", self.personas, methods=["GET"], name="mailboxes"),
            Route("/mailbox/{key}", self.letters, methods=["GET"], name="mailbox"),
            Route("/mailbox/{key}/{number:int}", self.letter, methods=["GET"], name="mailbox-letter"),
            Route("/mailbox/{key}/{number:int}/html", self.html, methods=["GET"], name="mailbox-html"),
            Route("/mailbox/{key}/{number:int}/calendar", self.calendar, methods=["GET"], name="mailbox-calendar"),
        ]

    def personas(self, request: Request) -> Response:
        """Who was written to, and how often."""
        boxes = [(each, len(self._mailbox.numbers(key))) for key, each in self._mailbox.personas.items()]
        return self._pages.page(request, "mailboxes.html", boxes=boxes)

    def letters(self, request: Request) -> Response:
        """One persona's."""
        persona = self._persona(request)
        if persona is None:
            return self._nothing(request)
        letters = list(self._mailbox.letters(persona.key))
        return self._pages.page(request, "mailbox.html", persona=persona, letters=letters)

    def letter(self, request: Request) -> Response:
        """One of them."""
        persona, letter = self._persona(request), self._letter(request)
        if persona is None or letter is None:
            return self._nothing(request)
        page = self._pages.page(request, "letter.html", persona=persona, letter=letter, sandbox=MAY)
        page.headers["Content-Security-Policy"] = f"{POLICY}; frame-src 'self'"
        return page

    def html(self, request: Request) -> Response:
        """Its HTML, for the frame."""
        letter = self._letter(request)
        if letter is None:
            return self._nothing(request)
        return HTMLResponse(letter.html.replace("<head>", WINDOW, 1), headers=HEADERS)

    def calendar(self, request: Request) -> Response:
        """What it brings for a calendar, as a file that calendars open."""
        letter = self._letter(request)
        if letter is None or not letter.calendar:
            return self._nothing(request)
        return Response(letter.calendar, media_type="text/calendar", headers=HEADERS | FILE)

    def _persona(self, request: Request) -> Persona | None:
        return self._mailbox.personas.get(request.path_params["key"])

    def _letter(self, request: Request) -> Letter | None:
        persona = self._persona(request)
        return self._mailbox.letter(persona.key, request.path_params["number"]) if persona else None

    def _nothing(self, request: Request) -> Response:
        return self._pages.page(request, "no-letter.html", status=404)
