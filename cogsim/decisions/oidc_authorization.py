"""The authorisation endpoint of a provider: may this application have a code, and for whom.

1. The application is registered, and the address that it wants the code at is one of its own, character for character:
   stops a code that is sent to a stranger. Until both are known, nothing is sent anywhere.
2. What it asks for is served here: the code flow, by query or form.
3. A challenge binds the code to whoever asked for it (PKCE), where the application must have one; `plain` only where
   the provider allows it: stops a code that was intercepted.
4. The person is who they say: by password, or by the provider's session where no new sign-in is asked for.

# rfc:6749 §4.1.1, rfc:7636 §4.3, oidc:core §3.1.2
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass, field

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.world.external_oidc import OidcClient, OidcIssuer, OidcUser

_CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)
_METHODS = ("S256", "plain")
_PROMPTS = ("none", "login", "consent", "select_account")
_MODES = ("query", "form_post")


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What an application asks for, as it stands in the address that the browser opens."""

    client_id: str
    redirect_uri: str
    response_type: str = "code"
    scope: str = ""
    state: str | None = None
    nonce: str | None = field(default=None, repr=False)
    code_challenge: str | None = None
    code_challenge_method: str | None = None
    prompt: str | None = None
    response_mode: str | None = None

    @property
    def scopes(self) -> tuple[str, ...]:
        return tuple(self.scope.split())

    @property
    def method(self) -> str | None:
        """The method of the challenge; `plain` is the standard's word for none. # rfc:7636 §4.3"""
        return self.code_challenge_method or ("plain" if self.code_challenge is not None else None)


def find_client(issuer: OidcIssuer, request: AuthorizationRequest) -> Decision[OidcClient | Refusal]:
    """Rule 1: the application whose own address the code would be sent to. # rfc:6749 §3.1.2.3"""
    client = issuer.clients.get(request.client_id)
    question, place = "is the application registered?", issuer.origin.at("Clients")
    if client is None:
        step = Step(question, "no", request.client_id, "rfc:6749§4.1.2.1", location=place, decides=True)
        return decided(Refusal("invalid_client", "The client is not registered."), step)
    steps = (Step(question, "yes", client.id, "rfc:6749§4.1.2.1", location=place),)
    question = "is the address one that the application registered?"
    if request.redirect_uri not in client.redirect_uris:
        step = Step(question, "no", request.redirect_uri, "rfc:6749§3.1.2.3", location=place, decides=True)
        return decided(Refusal("invalid_request", "The redirect_uri is not registered."), step, after=steps)
    return decided(client, Step(question, "yes", request.redirect_uri, "rfc:6749§3.1.2.3", location=place), after=steps)


def check_request(issuer: OidcIssuer, client: OidcClient, request: AuthorizationRequest) -> Decision[Refusal | None]:
    """Rules 2 and 3; a refusal is sent back to the application. # rfc:6749 §4.1.2.1"""
    complaint = _unserved(issuer, request) or _unbound(client, request)
    found = f"{request.response_type}, scope {request.scope!r}, challenge {request.method or 'absent'}"
    question = "can the application have what it asks for?"
    if complaint is not None:
        code, text = complaint
        return decided(Refusal(code, text), Step(question, "no", text, "rfc:6749§4.1.2.1", decides=True))
    return decided(None, Step(question, "yes", found, "rfc:7636§4.3"))


def _unserved(issuer: OidcIssuer, request: AuthorizationRequest) -> tuple[str, str] | None:
    if request.response_type != "code":
        return "unsupported_response_type", f"response_type {request.response_type!r} is not served"
    if request.response_mode is not None and request.response_mode not in _MODES:
        return "invalid_request", f"response_mode {request.response_mode!r} is not served"
    if request.prompt is not None and request.prompt not in _PROMPTS:
        return "invalid_request", f"prompt {request.prompt!r} is not served"
    personal = {"name", "email"} & set(request.scopes)
    if issuer.preset == "apple" and personal and request.response_mode != "form_post":
        # apple:sign-in
        return "invalid_request", "response_mode must be form_post when name or email scope is requested."
    return None


def _unbound(client: OidcClient, request: AuthorizationRequest) -> tuple[str, str] | None:
    if request.code_challenge is None:
        if client.pkce != "optional" and client.pkce != "plain-too":
            return "invalid_request", "Code challenge required"
        return ("invalid_request", "code_challenge is missing") if request.code_challenge_method else None
    if not _CHALLENGE.fullmatch(request.code_challenge):
        return "invalid_request", "code_challenge is not 43 to 128 unreserved characters"
    if request.method not in _METHODS or (request.method == "plain" and client.pkce != "plain-too"):
        return "invalid_request", "Transform algorithm not supported"
    return None


def sign_in(
    issuer: OidcIssuer, request: AuthorizationRequest, username: str | None, password: str | None, session: str | None
) -> Decision[OidcUser | Refusal]:
    """Rule 4: the person, by password or as the one whom the provider's `session` (a username) remembers."""
    question = "who is in front of the browser?"
    remembered = issuer.users.get(session) if session is not None and request.prompt != "login" else None
    if request.prompt == "none" and (remembered is None or not remembered.enabled):
        step = Step(question, "nobody whom the provider knows", "prompt none", "oidc:core§3.1.2.6", decides=True)
        return decided(Refusal("login_required", "The person must sign in, and may not be asked to."), step)
    user = issuer.users.get(username) if username is not None else remembered
    if username is not None and not _knows_password(user, password):
        user = None
    if user is None or not user.enabled:
        step = Step(question, "nobody who could sign in", username or "", "oidc:core§3.1.2.3", decides=True)
        return decided(Refusal("login_failed", "Wrong username or password."), step)
    how = "by the provider's session" if username is None else "by password"
    return decided(user, Step(question, f"{user.username}, {how}", user.subject, "oidc:core§3.1.2.3"))


def _knows_password(user: OidcUser | None, password: str | None) -> bool:
    if user is None or user.password is None or password is None:
        return False
    return hmac.compare_digest(
        user.password.encode("utf-8", "surrogatepass"), password.encode("utf-8", "surrogatepass")
    )
