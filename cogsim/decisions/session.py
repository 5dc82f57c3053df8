"""What a session of a role is: how long it lasts, which tags it carries, who it says it is.

1. A session may last as long as its role allows, and one that came of another session an hour at most. A session of
   a user lasts twelve hours unless it says otherwise, one of the root user an hour at most.
2. Tags that a session hands on cannot be replaced further down the chain, or a chain could shed what marks it.
3. A source identity, once set, stays: it is how a trail knows the person behind a chain of roles.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions.caller import Caller, FederatedUser, IamUser, RoleSession, Root, caller_arn, caller_id
from cogsim.decisions.request_context import ROLE_TAGS, merged_tags
from cogsim.decisions.trust import FederatedBearer
from cogsim.persistent import Map
from cogsim.policy.layers import NamedPolicy
from cogsim.policy.request import Values
from cogsim.world.iam import Role

DEFAULT_DURATION = 3600
_LONGEST_CHAINED = 3600
_DEFAULT_OF_USERS, _LONGEST_OF_ROOT = 43200, 3600

#: The name of every session that the enhanced flow makes. # ci:authentication-flow
COGNITO_SESSION_NAME = "CognitoIdentityCredentials"


def duration(requested: int | None, role: Role, *, chained: bool = False) -> Decision[int | Refusal]:
    """The session's length in seconds; the role's limit is held before the chain's. # sts:AssumeRole"""
    seconds = DEFAULT_DURATION if requested is None else requested
    place = role.origin.at("MaxSessionDuration")
    if seconds > role.max_session_duration:
        text = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        found = f"{seconds} s asked, {role.max_session_duration} s allowed"
        step = Step("may the session last that long?", "no", found, "sts:AssumeRole", location=place, decides=True)
        return decided(Refusal("ValidationError", text), step)
    if chained and seconds > _LONGEST_CHAINED:
        text = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
        step = Step("may a chained session last that long?", "no", f"{seconds} s", "ug:role-chaining", decides=True)
        return decided(Refusal("ValidationError", text), step)
    return decided(
        seconds, Step("may the session last that long?", "yes", f"{seconds} s", "sts:AssumeRole", location=place)
    )


def user_session_duration(requested: int | None, caller: Caller) -> Decision[int]:
    """The length in seconds of a session of GetSessionToken or GetFederationToken; what the root user asks beyond an
    hour is cut, not refused. # sts:GetSessionToken; sts:GetFederationToken"""
    question = "how long does the session last?"
    seconds = _DEFAULT_OF_USERS if requested is None else requested
    if isinstance(caller, Root) and seconds > _LONGEST_OF_ROOT:
        found = f"{seconds} s, and the root user's last an hour at most"
        return decided(_LONGEST_OF_ROOT, Step(question, f"{_LONGEST_OF_ROOT} s", found, "sts:GetSessionToken"))
    found = "the default" if requested is None else "as asked"
    return decided(seconds, Step(question, f"{seconds} s", found, "sts:GetSessionToken"))


def own_session(caller: IamUser | Root, *, now: float, mfa: bool) -> IamUser | Root:
    """The session that GetSessionToken makes: the same principal, with a second factor or without. # ug:mfa-api"""
    return replace(caller, issued_at=now, mfa_at=now if mfa else None)


def federated_user(
    caller: IamUser | Root,
    name: str,
    tags: Map[str, str],
    policies: tuple[NamedPolicy, ...] | None,
    *,
    now: float,
    seconds: int,
) -> FederatedUser:
    """The session that GetFederationToken makes; without policies it has no rights of its own.
    # sts:GetFederationToken"""
    arn, maker = caller_arn(caller), caller_id(caller)
    return FederatedUser(name, arn, now, now + seconds, tags, policies, maker)


@dataclass(frozen=True, slots=True)
class Lineage:
    """What a session inherits and adds: its tags, which of them it hands on, and its source identity."""

    tags: Map[str, str] = field(default_factory=Map)
    transitive: tuple[str, ...] = ()
    source_identity: str | None = None
    chained: bool = False


def lineage(
    caller: Caller,
    tags: tuple[tuple[str, str], ...] = (),
    transitive: tuple[str, ...] = (),
    source_identity: str | None = None,
) -> Decision[Lineage | Refusal]:
    """What the session that `caller` asks for carries, or STS's refusal of the tags or the source identity."""
    fault = _tag_fault(caller, tags, transitive)
    if fault is not None:
        step = Step("may the session carry these tags?", "no", fault, "ug:session-tags", decides=True)
        return decided(Refusal("ValidationError", fault), step)
    chained = isinstance(caller, RoleSession)
    held = caller.source_identity if isinstance(caller, RoleSession) else None
    if held is not None and source_identity not in (None, held):
        text = "The source identity is already set for this assume role session"
        step = Step("may the source identity change?", "no", held, "ug:source-identity", Basis.OBSERVED, decides=True)
        return decided(Refusal("ValidationError", text), step)
    inherited = _handed_on(caller)
    made = Lineage(
        merged_tags(inherited, Map(dict(tags))),
        tuple(dict.fromkeys((*inherited, *transitive))),
        source_identity or held,
        chained,
    )
    found = ", ".join(made.tags) or "no tags"
    return decided(made, Step("may the session carry these tags?", "yes", found, "ug:session-tags"))


def _handed_on(caller: Caller) -> Map[str, str]:
    """The tags of the caller's session that pass to the next one. # ug:session-tags §chaining"""
    if not isinstance(caller, RoleSession):
        return Map()
    keys = {key.casefold() for key in caller.transitive_tag_keys}
    return Map({name: value for name, value in caller.session_tags.items() if name.casefold() in keys})


def _tag_fault(caller: Caller, tags: tuple[tuple[str, str], ...], transitive: tuple[str, ...]) -> str | None:
    """The rule of session tags that a request breaks, in STS's words as far as they are known. # ug:session-tags"""
    keys = [key.casefold() for key, _ in tags]
    if len(set(keys)) != len(keys):
        return "Duplicate tag keys found. Please note that Tag keys are case insensitive."
    if any(key.startswith("aws:") for key in keys):
        return "Tag keys that begin with aws: are reserved for system use."
    if {key.casefold() for key in transitive} - set(keys):
        return "Specified transitive tag key must be included in the requested tags."
    if {key.casefold() for key in _handed_on(caller)} & set(keys):
        return (
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from "
            "the calling session."
        )
    return None


def assumed_session(
    role: Role,
    session_name: str,
    carried: Lineage,
    policies: tuple[NamedPolicy, ...] | None,
    *,
    now: float,
    seconds: int,
) -> RoleSession:
    """The session that AssumeRole makes; instants in seconds. The keys of a federated session are not handed on."""
    return RoleSession(
        role.arn,
        role.unique_id,
        session_name,
        issued_at=now,
        expires_at=now + seconds,
        session_tags=_with_role_tags(role, carried.tags),
        transitive_tag_keys=carried.transitive,
        source_identity=carried.source_identity,
        session_policies=policies,
        chained=carried.chained,
    )


def _with_role_tags(role: Role, tags: Map[str, str]) -> Map[str, str]:
    """The session's tags; where a role's count as they were at the session's start, they are among them."""
    return merged_tags(role.tags, tags) if choice(ROLE_TAGS) == "at-issuance" else tags


def later_keys(keys: Map[str, Values]) -> Map[str, Values]:
    """Those keys of a token or an assertion that stand in every later request of its session; the others are for the
    trust policy alone. # ug:iam-condition-keys §cross-service"""
    return Map({name: value for name, value in keys.items() if _is_later(name)})


def _is_later(name: str) -> bool:
    provider, _, claim = name.casefold().rpartition(":")
    if provider in ("sts", "aws"):
        return False
    return claim in _LATER_CLAIMS.get(provider, _LATER_CLAIMS_OF_OTHERS)


#: By provider: the claims whose keys stay in a session. # ug:iam-condition-keys §cross-service
_LATER_CLAIMS = {
    "accounts.google.com": ("aud", "sub"),
    "graph.facebook.com": ("app_id", "id"),
    "saml": ("namequalifier", "sub", "sub_type"),
    "www.amazon.com": ("app_id", "user_id"),
}
_LATER_CLAIMS_OF_OTHERS = ("amr", "aud", "id", "sub")


def federated_session(
    role: Role,
    session_name: str,
    bearer: FederatedBearer,
    policies: tuple[NamedPolicy, ...] | None,
    *,
    now: float,
    seconds: int,
) -> RoleSession:
    """The session that a token or an assertion buys: it keeps some of the provider's keys for its later requests.
    # ug:iam-condition-keys"""
    carried = Lineage(bearer.tags, bearer.transitive_tag_keys, bearer.source_identity, chained=False)
    plain = assumed_session(role, session_name, carried, policies, now=now, seconds=seconds)
    shown = bearer.provider if bearer.shows_provider else None
    return replace(plain, federated_provider=shown, federated=later_keys(bearer.keys))
