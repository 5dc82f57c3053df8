"""What an app asks of the authorize page, and whether it may.

1. The client and the address of its answer come first: where either is not known nothing is sent anywhere, or a page
   of the pool would send codes to strangers. The address is one that is registered, character by character.
2. Every other fault is told to that address: the grant that the client has not, a response that is not known, a
   challenge that is not of the method S256, scopes, a prompt.
3. The implicit grant proves no verifier, so a challenge does not go with it.
4. `state` is the app's own and comes back as it was; the page needs none, though without it an app cannot tell its
   own answers from an attacker's. # idp:authorize-endpoint
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from cogsim.assumptions import choice
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.client_oauth import OWN_SCOPES, custom_scopes
from cogsim.decisions.oauth_grant import OPENID
from cogsim.decisions.page_levels import asked_age, asked_levels
from cogsim.decisions.refusals import UNSEEN_TEXTS, Check, after, all_of, passed, refused
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

_SOURCE = "idp:authorize-endpoint"
_SCOPE = "cognito.unassociatedScope"
#: The grant that each response_type is of.
_GRANTS = {"code": "code", "token": "implicit"}
_CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)
_PROMPTS = ("none", "login", "select_account", "consent")
_WITH_OPENID = ("email", "phone", "profile")


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What the app asks for: a code or tokens, at which address, for which scopes; `provider` and `identifier` name
    where the user is to sign in, `max_age` is in seconds. What is None was not sent."""

    client_id: str
    redirect_uri: str
    response_type: str
    scopes: tuple[str, ...]
    state: str | None = None
    nonce: str | None = None
    challenge: str | None = None
    provider: str | None = None
    identifier: str | None = None
    prompt: str | None = None
    login_hint: str | None = None
    lang: str | None = None
    max_age: int | None = None
    resource: str | None = None
    #: The levels of authentication that the app takes, as numbers, and the text that named them.
    levels: tuple[int, ...] = ()
    acr_values: str = ""

    def answer(self, members: Mapping[str, str]) -> str:
        """The address with the answer on it: tokens in its fragment, everything else in its query."""
        if self.state is not None:
            members = {**members, "state": self.state}
        if self.response_type == "token" and "error" not in members:
            return f"{self.redirect_uri}#{urlencode(members)}"
        return with_query(self.redirect_uri, members)


def with_query(address: str, members: Mapping[str, str]) -> str:
    """The address with `members` added to its query."""
    return f"{address}{'&' if '?' in address else '?'}{urlencode(members)}"


def find_requester(
    world: World, pool: UserPool, query: Mapping[str, str]
) -> Decision[tuple[UserPoolClient, str] | Refusal]:
    """The client that asks, and where its answer goes (argument 1); the refusal is for the error page."""
    question, client_id = "which app client asks?", query.get("client_id", "")
    client = world.clients.get(client_id)
    if client is None or client.pool_id != pool.id:
        refusal = Refusal("invalid_request", f"User pool client {client_id} does not exist.")
        return refused(refusal, question, client_id or "no client_id", _SOURCE, assumption=UNSEEN_TEXTS)
    known = Step(question, client.id, client.name, _SOURCE, location=client.origin.location)
    asked, place = query.get("redirect_uri") or _default(client), client.origin.at("CallbackURLs")
    question = "is the address of the answer registered?"
    if asked is None or asked not in client.callback_urls:
        refusal = Refusal("redirect_mismatch", "")
        found = f"{asked or 'none'}; registered are {', '.join(client.callback_urls) or 'none'}"
        return after(decided(None, known), refused(refusal, question, found, _SOURCE, location=place))
    return decided((client, asked), known, Step(question, "yes", asked, _SOURCE, location=place))


def _default(client: UserPoolClient) -> str | None:
    """DefaultRedirectURI stands in where the client has one provider. # idp:app-clients"""
    return client.default_redirect_uri if len(client.supported_identity_providers) == 1 else None


def read_request(
    world: World, pool: UserPool, client: UserPoolClient, redirect_uri: str, query: Mapping[str, str]
) -> Decision[AuthorizationRequest | Refusal]:
    """The request, or the refusal that is told to `redirect_uri`; its code is the `error`, its message the
    `error_description`."""
    kind = query.get("response_type", "")
    checked = all_of(
        _check_kind(kind),
        _check_grant(client, kind),
        _check_state(query.get("state")),
        _check_challenge(kind, query),
        _check_prompt(query),
        _check_resource(query.get("resource")),
    )
    if checked.value is not None:
        return Decision(checked.value, checked.steps)
    levels = after(checked, asked_levels(pool, query))
    if isinstance(levels.value, Refusal):
        return Decision(levels.value, levels.steps)
    scopes = after(levels, _scopes(world, pool, client, query.get("scope")))
    if isinstance(scopes.value, Refusal):
        return Decision(scopes.value, scopes.steps)
    request = AuthorizationRequest(
        client.id,
        redirect_uri,
        kind,
        scopes.value,
        state=query.get("state"),
        nonce=query.get("nonce"),
        challenge=query.get("code_challenge"),
        provider=query.get("identity_provider"),
        identifier=query.get("idp_identifier"),
        prompt=query.get("prompt"),
        login_hint=query.get("login_hint"),
        lang=query.get("lang"),
        max_age=asked_age(pool, query),
        resource=query.get("resource"),
        levels=levels.value,
        acr_values=query.get("acr_values", ""),
    )
    step = Step("what does the app ask for?", kind, " ".join(scopes.value), _SOURCE)
    return decided(request, step, after=scopes.steps)


def _check_kind(kind: str) -> Check:
    question = "is the response one that there is?"
    if kind in _GRANTS:
        return passed(question, kind, _SOURCE)
    refusal = Refusal("invalid_request", "response_type must be code or token" if kind else "response_type is missing")
    return refused(refusal, question, kind or "no response_type", _SOURCE, assumption=UNSEEN_TEXTS)


def _check_grant(client: UserPoolClient, kind: str) -> Check:
    question, place = "does the client have this grant?", client.origin.at("AllowedOAuthFlows")
    found = ", ".join(client.allowed_oauth_flows) or "none"
    if client.allowed_oauth_flows_user_pool_client and _GRANTS.get(kind) in client.allowed_oauth_flows:
        return passed(question, found, _SOURCE, location=place)
    return refused(Refusal("unauthorized_client", ""), question, found, _SOURCE, location=place)


def _check_state(state: str | None) -> Check:
    """A state that is a JSON object is refused; other JSON (a number) cannot be told from a plain text."""
    question = "is the state a text of the app's own?"
    if state is not None and state.lstrip().startswith(("{", "[")):
        try:
            json.loads(state)
        except (ValueError, RecursionError):
            return passed(question, "yes", _SOURCE)
        refusal = Refusal("invalid_request", "state must not be JSON")
        return refused(refusal, question, "JSON", _SOURCE, assumption=UNSEEN_TEXTS)
    return passed(question, "none" if state is None else "yes", _SOURCE)


def _check_challenge(kind: str, query: Mapping[str, str]) -> Check:
    """Arguments 2 and 3. # rfc:7636 §4.3"""
    question, challenge, method = "is the code bound to a verifier?", *_pair(query)
    if challenge is None and method is None:
        return passed(question, "no code_challenge", "rfc:7636§4.3", answer="no")
    fault = None
    if challenge is None:
        fault = "code_challenge is missing"
    elif method is None:
        fault = "code_challenge_method is missing"
    elif method != "S256":
        fault = "code_challenge_method must be S256"
    elif _CHALLENGE.fullmatch(challenge) is None:
        fault = "code_challenge is malformed"
    elif kind != "code":
        fault = "code_challenge is not supported with the implicit grant"
    if fault is None:
        return passed(question, "S256", "rfc:7636§4.3")
    return refused(Refusal("invalid_request", fault), question, fault, _SOURCE, assumption=UNSEEN_TEXTS)


def _pair(query: Mapping[str, str]) -> tuple[str | None, str | None]:
    return query.get("code_challenge"), query.get("code_challenge_method")


def _check_prompt(query: Mapping[str, str]) -> Check:
    question, prompt, age = "is the prompt one that there is?", query.get("prompt"), query.get("max_age", "0")
    words = (prompt or "").split()
    alone = "none" not in words or len(words) == 1
    if alone and set(words) <= set(_PROMPTS) and age.isascii() and age.isdigit() and len(age) <= 10:
        return passed(question, prompt or "none is asked for", _SOURCE)
    text = "Invalid prompt" if not alone or not set(words) <= set(_PROMPTS) else "Invalid max_age"
    refusal = Refusal("invalid_request", text)
    return refused(refusal, question, f"{prompt}, max_age {age}"[:80], _SOURCE, assumption=UNSEEN_TEXTS)


def _check_resource(resource: str | None) -> Check:
    """One absolute address without a fragment. # rfc:8707 §2"""
    question = "is the resource an address?"
    if resource is None or re.fullmatch(r"https?://[^\s#]+", resource):
        return passed(question, resource or "none is named", "rfc:8707§2")
    refusal = Refusal("invalid_request", "Invalid resource")
    return refused(refusal, question, resource[:80], "rfc:8707§2", assumption=UNSEEN_TEXTS)


def _scopes(
    world: World, pool: UserPool, client: UserPoolClient, text: str | None
) -> Decision[tuple[str, ...] | Refusal]:
    """The scopes asked for, or all of the client's where none is; those whose resource server is gone drop out."""
    question, place = "which scopes does the app get?", client.origin.at("AllowedOAuthScopes")
    known = {*OWN_SCOPES, *custom_scopes(world, pool.id)}
    held = tuple(scope for scope in client.allowed_oauth_scopes if scope in known)
    asked = tuple(dict.fromkeys((text or "").split())) or held
    found = ", ".join(client.allowed_oauth_scopes) or "none"
    granted = []
    for scope in asked:
        if scope in held:
            granted.append(scope)
        elif scope in client.allowed_oauth_scopes:
            continue
        elif scope not in known:
            refusal = Refusal("invalid_scope", "")
            return refused(refusal, question, f"{scope} is no scope of the pool", _SOURCE, location=place)
        elif choice(_SCOPE) != "ignored":
            told = choice(_SCOPE) == "invalid-scope"
            refusal = Refusal("invalid_scope", "") if told else Refusal("invalid_request", "invalid_scope")
            lacking = f"{scope} is not among {found}"
            return refused(refusal, question, lacking, "idp:scopes", location=place, assumption=_SCOPE)
    if set(granted) & set(_WITH_OPENID) and OPENID not in granted:
        refusal = Refusal("invalid_scope", "")
        return refused(refusal, question, f"{' '.join(granted)} without openid", "idp:scopes", assumption=UNSEEN_TEXTS)
    if not granted:
        return refused(Refusal("invalid_scope", ""), question, "none", _SOURCE, location=place, assumption=UNSEEN_TEXTS)
    return decided(tuple(granted), Step(question, " ".join(granted), found, "idp:scopes", location=place))
