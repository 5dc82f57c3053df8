"""Does the application behind a load balancer take this request, and for whose. # elb:authenticate, elb:best-practices

Each check stops an attack; a target may leave some out, and its configuration says which:

1. The request comes from the load balancer: else whoever reaches the target writes the headers.
2. Who asks is read from the token, not from a header beside it that anybody can write.
3. `signature`: the token is signed with a key of the Region: else anybody writes it.
4. `expiry`: it is in force: else a token out of a log is good for ever.
5. `issuer`: it speaks of users of the provider that is expected.
6. `signer`: it is signed by the load balancer in front: a key of the Region is everybody's. # miggo:albeast
7. `client`: it was made for the application's own client.
8. A group is read from the access token that its pool signed, for this client and this user: what userInfo says of
   groups, users may have written, and a header of one's own proves nothing.
9. A header's name is read as it was sent: else a client writes the load balancer's names with underscores.
10. One that reads the client's own token in Authorization makes the checks of `target_bearer`.

`accepts_target_token` asks checks 3 to 7 of one token, without a request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.load_balancer_jwt import AUTHORIZATION
from cogsim.decisions.load_balancer_token import ACCESS_TOKEN, DATA, IDENTITY, region_keys
from cogsim.decisions.target_bearer import believes_bearer
from cogsim.decisions.token_contents import pool_keys
from cogsim.frozen import thaw
from cogsim.tokens.jwks import KeySet, verification_key
from cogsim.tokens.jwt_trust import JwtTrust, accept_jwt
from cogsim.world.load_balancer_target import CHECKS, Target
from cogsim.world.world import World

#: How a request came: by a load balancer (its ARN), or straight from whoever sent it.
DIRECT = "direct"
_UNAUTHORIZED, _FORBIDDEN = "401", "403"
_LONGEST = 255


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a target takes for the user: `subject` is None for a guest. `claims` are what it read of them."""

    subject: str | None
    claims: Mapping[str, Any] = field(default_factory=dict)
    groups: tuple[str, ...] = ()


def target_accepts(
    world: World, target: Target, headers: Mapping[str, str], via: str, now: float
) -> Decision[Identity | Refusal]:
    """Whose request it is at `now` (seconds), or the refusal; header names are in lower case, `via` is `DIRECT` or the
    ARN of the load balancer that forwards it. Codes: ConnectionTimedOut, 401, 403."""
    reached = _reaches(target, via)
    if isinstance(reached.value, Refusal):
        return Decision(reached.value, reached.steps)
    heard = _heard(target, headers)
    headers = heard.value
    read = _who(world, target, headers, now)
    steps = (*reached.steps, *heard.steps, *read.steps)
    if isinstance(read.value, Refusal):
        return Decision(read.value, steps)
    admitted = _in_group(world, target, read.value, headers, now)
    return Decision(admitted.value, (*steps, *admitted.steps))


def accepts_target_token(world: World, target: Target, token: str, now: float) -> Decision[Identity | Refusal]:
    """What the target makes of `token` in the header that it reads: checks 3 to 7, or those of a client's own token.
    One that reads none refuses all."""
    if target.believes == AUTHORIZATION:
        return _by_bearer(believes_bearer(world, target, token, now))
    if target.believes != DATA:
        step = Step("does the target read a token?", "no", target.believes, "elb:authenticate", decides=True)
        return decided(Refusal(_UNAUTHORIZED, "it reads no token"), step)
    return _believed(target, token, now)


def _reaches(target: Target, via: str) -> Decision[Refusal | None]:
    """Check 1: the network's, not the application's. A load balancer reaches those who stand in its target groups."""
    question, place = "does the request reach the target?", target.origin.at("ReachableFrom")
    if via != DIRECT:
        return decided(None, Step(question, "yes", f"from {via}", "elb:best-practices", location=place))
    if target.reachable_from == "anywhere":
        found = "ReachableFrom anywhere: whoever sends it writes the headers"
        return decided(None, Step(question, "yes", found, "elb:best-practices", location=place))
    found = "it admits its load balancer alone"
    step = Step(question, "no", found, "elb:best-practices", location=place, decides=True)
    return decided(Refusal("ConnectionTimedOut", f"{target.host} does not answer"), step)


def _heard(target: Target, headers: Mapping[str, str]) -> Decision[Mapping[str, str]]:
    """The headers as the application reads them: an underscore may be a hyphen to it, and the last of one name counts.
    The load balancer takes its own names away from what clients send, in its own writing of them only."""
    question, place = "are header names read as they were sent?", target.origin.at("ReadsUnderscores")
    odd = sorted(name for name in headers if "_" in name)
    if not target.reads_underscores or not odd:
        return decided(headers, Step(question, "yes", ", ".join(odd)[:80], "elb:x-forwarded", location=place))
    folded = {name.replace("_", "-"): headers[name] for name in sorted(headers)}
    step = Step(question, "no", f"{', '.join(odd)[:80]}: underscores are hyphens", "elb:x-forwarded", location=place)
    return decided(folded, step)


def _who(world: World, target: Target, headers: Mapping[str, str], now: float) -> Decision[Identity | Refusal]:
    question, place = "who asks?", target.origin.at("Believes")
    token, subject = headers.get(DATA), headers.get(IDENTITY)
    stated = {DATA: token, IDENTITY: subject}.get(target.believes, headers.get(AUTHORIZATION))
    if not stated:
        if target.guests:
            step = Step(question, "a guest", f"no {target.believes}", "elb:authenticate", location=place)
            return decided(Identity(None), step)
        step = Step(question, "nobody", f"no {target.believes}", "elb:authenticate", location=place, decides=True)
        return decided(Refusal(_UNAUTHORIZED, f"no {target.believes}"), step)
    if target.believes == AUTHORIZATION:
        return _by_bearer(believes_bearer(world, target, stated, now))
    if target.believes == IDENTITY:
        found = f"{IDENTITY} says so, and nothing else is asked"
        step = Step(question, stated[:_LONGEST], found, "elb:best-practices", location=place, decides=True)
        return decided(Identity(stated[:_LONGEST]), step)
    return _believed(target, stated, now)


def _by_bearer(read: Decision[Mapping[str, Any] | Refusal]) -> Decision[Identity | Refusal]:
    claims = read.value
    who = claims if isinstance(claims, Refusal) else Identity(str(claims["sub"]), claims)
    return Decision(who, read.steps)


def _believed(target: Target, token: str, now: float) -> Decision[Identity | Refusal]:
    """Checks 3 to 7, as the table of tokens has them; what is left out is said."""
    trust = JwtTrust(
        "alb",
        target.issuer or "",
        region_keys(target.region),
        algorithms=("ES256",),
        signer=target.signer,
        client=target.client_id,
        skipped=target.skips,
    )
    checked = accept_jwt(token.encode("utf-8", "surrogatepass"), trust, now=now)
    steps = (*_left_out(target), *checked.steps)
    if isinstance(checked.value, Refusal):
        return Decision(Refusal(_UNAUTHORIZED, checked.value.message), steps)
    claims: dict[str, Any] = thaw(checked.value)
    step = Step("who asks?", str(claims["sub"]), "by the load balancer's token", "elb:authenticate", decides=True)
    return decided(Identity(str(claims["sub"]), claims), step, after=steps)


def _left_out(target: Target) -> tuple[Step, ...]:
    place = target.origin.at("Skips")
    return tuple(
        Step(f"does the target check the {check}?", "no", "Skips", "elb:best-practices", location=place)
        for check in CHECKS
        if check in target.skips
    )


def _in_group(
    world: World, target: Target, identity: Identity, headers: Mapping[str, str], now: float
) -> Decision[Identity | Refusal]:
    """Check 8."""
    wanted, place = target.required_group, target.origin.at("RequiredGroup")
    if wanted is None:
        return decided(identity, Step("does it take members of a group only?", "no", "", "elb:authenticate"))
    read = _groups(world, target, identity, headers, now)
    groups = read.value if not isinstance(read.value, Refusal) else ()
    question, shown = f"is the user in {wanted}?", ", ".join(groups) or "no groups"
    if wanted not in groups:
        step = Step(question, "no", shown, "elb:authenticate", location=place, decides=True)
        return decided(Refusal(_FORBIDDEN, f"not in {wanted}"), step, after=read.steps)
    step = Step(question, "yes", shown, "elb:authenticate", location=place, decides=True)
    return decided(Identity(identity.subject, identity.claims, groups), step, after=read.steps)


def _groups(
    world: World, target: Target, identity: Identity, headers: Mapping[str, str], now: float
) -> Decision[tuple[str, ...] | Refusal]:
    question, place = "where are the user's groups read?", target.origin.at("GroupsFrom")
    if target.groups_from == "header":
        found = f"the header {target.groups_header}, which anybody can send"
        step = Step(question, found, headers.get(target.groups_header, ""), "elb:best-practices", location=place)
        return decided(_listed(headers.get(target.groups_header)), step)
    if target.groups_from == "data":
        stated, found = identity.claims.get(target.groups_claim), f"the claim {target.groups_claim} of userInfo"
        step = Step(question, found, str(stated or ""), "elb:best-practices", location=place)
        return decided(_listed(stated), step)
    if target.believes == AUTHORIZATION:
        step = Step(question, "the token that says who asks", "", "idp:access-token", location=place)
        return decided(_listed(identity.claims.get(target.groups_claim)), step)
    step = Step(question, "the access token", "", "idp:access-token", location=place)
    accepted = _access_token(world, target, identity, headers.get(ACCESS_TOKEN, ""), now)
    steps = (step, *accepted.steps)
    if isinstance(accepted.value, Refusal):
        return Decision(accepted.value, steps)
    return Decision(_listed(accepted.value.get(target.groups_claim)), steps)


def _access_token(
    world: World, target: Target, identity: Identity, token: str, now: float
) -> Decision[Mapping[str, Any] | Refusal]:
    """The claims of an access token of the expected pool, client and user."""
    pool = world.user_pools.get((target.issuer or "").rpartition("/")[2])
    keys = pool_keys(pool, "access").values() if pool is not None and pool.issuer == target.issuer else ()
    trust = JwtTrust(
        "cognito-access",
        target.issuer or "",
        KeySet(tuple(map(verification_key, keys))),
        (target.client_id or "",),
    )
    accepted = accept_jwt(token.encode("utf-8", "surrogatepass"), trust, now=now)
    if isinstance(accepted.value, Refusal):
        return Decision(accepted.value, accepted.steps)
    question, subject = "is the access token the same user's?", str(accepted.value["sub"])
    if subject != identity.subject:
        step = Step(question, "no", f"{subject}, not {identity.subject}", "idp:access-token", decides=True)
        return decided(Refusal("WrongUser", "the access token is another user's"), step, after=accepted.steps)
    return decided(accepted.value, Step(question, "yes", subject, "idp:access-token"), after=accepted.steps)


def _listed(value: object) -> tuple[str, ...]:
    """Groups as a list, or as a text with commas between them."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return tuple(str(part) for part in value) if isinstance(value, list | tuple) else ()
