"""The demonstration's own OpenID Connect provider: it asks nobody for a password, and so is for this machine only.

People sign in here with the very code that asks a company's provider: discovery, authorisation code, PKCE, ID token.
"""

import hashlib
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.datastructures import FormData, QueryParams
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from deploy.local.issuer import CLIENT, Issuer
from deploy.local.personas import Persona
from shared.web.door.provider import CALLBACK, SIGNED_OUT
from shared.web.pages import Pages

CODE_FOR, MOST = 60, 100
"""Seconds in which a code is taken to the token endpoint, and codes that are kept meanwhile."""
KEPT = ("redirect_uri", "state", "nonce", "code_challenge")
"""What of a request to sign in goes through the page."""
SMALL = Middleware(RequestBodyLimitMiddleware, max_body_size=16384)


@dataclass(frozen=True)
class _Given:
    """What a code stands for."""

    persona: Persona
    nonce: str
    challenge: str
    ends: float


class LocalProvider:
    """Everything under /provider of the demonstration's address, which is its issuer's name."""

    def __init__(self, issuer: Issuer, personas: Sequence[Persona], url: str) -> None:
        self._issuer, self._url = issuer, url
        self._personas = {persona.key: persona for persona in personas}
        self._codes: dict[str, _Given] = {}
        self._pages = Pages(__package__)

    @property
    def routes(self) -> list[Route]:
        """Relative to where it is mounted."""
        return [
            Route("/.well-known/openid-configuration", self.discovery, methods=["GET"]),
            Route("/keys", self.keys, methods=["GET"]),
            Route("/authorize", self.ask, methods=["GET"], name="authorize"),
            Route("/authorize", self.answer, methods=["POST"], middleware=[SMALL]),
            Route("/token", self.token, methods=["POST"], middleware=[SMALL]),
            Route("/end-session", self.leave, methods=["GET"]),
        ]

    async def discovery(self, _: Request) -> Response:
        """What a provider says of itself."""
        name = self._issuer.name
        return JSONResponse(
            {
                "issuer": name,
                "authorization_endpoint": f"{name}/authorize",
                "token_endpoint": f"{name}/token",
                "jwks_uri": f"{name}/keys",
                "end_session_endpoint": f"{name}/end-session",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["none"],
                "authorization_response_iss_parameter_supported": True,
            }
        )

    async def keys(self, _: Request) -> Response:
        """With which its tokens are checked."""
        return JSONResponse(self._issuer.public_keys())

    async def ask(self, request: Request) -> Response:
        """The page with the personas."""
        if not self._is_ours(request.query_params):
            return PlainTextResponse("Sign in from the first page.", 400)
        kept = {name: request.query_params.get(name, "") for name in KEPT}
        people = list(self._personas.values())
        return self._pages.page(request, "personas.html", personas=people, kept=kept)

    async def answer(self, request: Request) -> Response:
        """Somebody was chosen: back to registration, with a code."""
        form = await request.form(max_fields=20, max_files=0)
        persona = self._personas.get(str(form.get("persona")))
        if not _from_here(request) or not self._is_back(form) or persona is None:
            return PlainTextResponse("Sign in from the first page.", 403)
        for code in [*self._codes][: max(0, len(self._codes) + 1 - MOST)]:
            del self._codes[code]
        code = secrets.token_urlsafe(24)
        ends = time.monotonic() + CODE_FOR
        self._codes[code] = _Given(persona, str(form["nonce"]), str(form["code_challenge"]), ends)
        said = urlencode({"code": code, "state": str(form["state"]), "iss": self._issuer.name})
        return RedirectResponse(f"{self._url}{CALLBACK}?{said}", 303)

    async def token(self, request: Request) -> Response:
        """The ID token a code stands for, once, for whoever knows the verifier."""
        form = await request.form(max_fields=20, max_files=0)
        given = self._codes.pop(str(form.get("code")), None)
        if form.get("client_id") != CLIENT or given is None or given.ends < time.monotonic() or not _fits(form, given):
            return JSONResponse({"error": "invalid_grant"}, 400)
        persona = given.persona
        said = {"aud": CLIENT, "nonce": given.nonce, "name": persona.name}
        token = self._issuer.token(persona.employee_id, persona.roles, persona.countries, sub=persona.key, **said)
        return JSONResponse(
            {
                "token_type": "Bearer",
                "expires_in": CODE_FOR,
                "access_token": secrets.token_urlsafe(8),
                "id_token": token,
            }
        )

    async def leave(self, request: Request) -> Response:
        """It knows nobody, so there is nothing to forget."""
        back = self._url + SIGNED_OUT
        fits = request.query_params.get("post_logout_redirect_uri") == back
        return RedirectResponse(back if fits else self._url, 303)

    def _is_ours(self, asked: QueryParams) -> bool:
        wanted = {"response_type": "code", "client_id": CLIENT, "code_challenge_method": "S256"}
        return all(asked.get(name) == value for name, value in wanted.items()) and self._is_back(asked)

    def _is_back(self, asked: QueryParams | FormData) -> bool:
        """Codes go to registration and nowhere else."""
        return asked.get("redirect_uri") == self._url + CALLBACK and all(asked.get(name) for name in KEPT)


def _fits(form: FormData, given: _Given) -> bool:
    digest = hashlib.sha256(str(form.get("code_verifier")).encode()).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode() == given.challenge


def _from_here(request: Request) -> bool:
    """Browsers say whose page sends a form; another site's could sign somebody in unseen."""
    return request.headers.get("origin") == f"{request.url.scheme}://{request.headers.get('host')}"
