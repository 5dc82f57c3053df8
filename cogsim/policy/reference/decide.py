"""What AWS answers to one request, in AWS's own order, with every layer consulted.

1. An applicable Deny in any layer refuses, whatever allows. # ug:eval-logic §explicit-deny
2. RCPs, SCPs and an endpoint policy only filter: each present one must allow, at every level.
3. Within the caller's account the resource's policy or the caller's own may grant; how closely the resource's policy
   names the caller says whether boundary and session policy still limit the grant. Trust and key policies must grant.
4. Across accounts both sides must allow. # ug:cross-account
The caller is authenticated before; whoever gathers the layers answers for their completeness.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Step
from cogsim.policy.layers import Layers, ResourceRule, Result
from cogsim.policy.reference.match import fields
from cogsim.policy.reference.principal import Strength
from cogsim.policy.reference.public import public_statement
from cogsim.policy.reference.review import Entry, Review, Reviews, review
from cogsim.policy.request import PrincipalKind, Request

_WITH_ACCOUNT = frozenset(
    {PrincipalKind.ROOT, PrincipalKind.USER, PrincipalKind.ROLE_SESSION, PrincipalKind.FEDERATED_USER}
)
_CALLER_SIDE = ("identity", "boundary", "session")
_NAMES = {
    "rcp": "resource control policies", "scp": "service control policies", "vpc-endpoint": "VPC endpoint policy",
    "resource": "resource-based policy", "trust": "role trust policy", "identity": "identity-based policies",
    "boundary": "permissions boundary", "session": "session policy",
}  # fmt: skip


class Check(NamedTuple):
    """One layer's own answer: whether it stands in the way, the step that says so, and the statements that allow."""

    layer: str
    holds: bool
    step: Step
    by: tuple[Entry, ...] = ()


class Needed(NamedTuple):
    """Which layers must allow, and the rule that says so."""

    layers: tuple[str, ...]
    why: str
    source: str = "ug:eval-logic§same-account"
    assumption: str | None = None


def decide(layers: Layers, request: Request) -> Decision[Result]:
    """The answer to `request` under `layers`; the steps name every layer, and mark what decided.

    A request with several actions or resources is several requests. Raises NotModelled for an operator AWS lacks.
    """
    free = _free_of_policies(request)
    if free is not None:
        return Decision(Result.ALLOWED, (free,))
    callers_own = request.principal.kind in _WITH_ACCOUNT and not request.principal.service_linked
    # org:scps §not-affected; org:rcps §not-affected
    reached = not request.principal.service_linked and request.action.casefold() != "kms:retiregrant"
    reviews = review(layers, request, scps=callers_own, rcps=reached)
    blocked = _public_access_blocked(layers, request)
    needed = _needed(layers, request, Strength.NONE if blocked else reviews.resource.strength)
    checks = _checks(layers, reviews, request, blocked)
    denying = next((entry for found in reviews.in_order for entry in found.denies), None)
    if denying is not None:
        return Decision(Result.EXPLICITLY_DENIED, _told(reviews, (denying,), needed, request, checks))
    if request.action.casefold() == "sts:getsessiontoken":  # only under the switch that lets a Deny stop it
        return Decision(Result.ALLOWED, (*_told(reviews, (), needed, request, checks), _no_permission_needed(request)))
    must = [check for check in checks if check.layer in ("rcp", "scp", "vpc-endpoint", "partition", *needed.layers)]
    ordered = sorted(must, key=lambda check: needed.layers.index(check.layer) if check.layer in needed.layers else -1)
    refusing = next((check for check in ordered if not check.holds), None)
    if refusing is not None:
        return Decision(Result.IMPLICITLY_DENIED, _told(reviews, (), needed, request, checks, refusing))
    granting = [check for check in ordered if check.layer in ("identity", "resource", "trust")]
    by = tuple(check.by[0] for check in granting if check.by)
    last = None if by else granting[0]
    return Decision(Result.ALLOWED, _told(reviews, by, needed, request, checks, last))


def _free_of_policies(request: Request) -> Step | None:
    """The two operations whose callers need no permission. # sts:GetCallerIdentity; sts:GetSessionToken"""
    if request.action.casefold() == "sts:getcalleridentity":
        question = "do policies bear on sts:GetCallerIdentity?"
        return Step(question, "no", request.principal.arn, "sts:GetCallerIdentity", decides=True)
    if request.action.casefold() == "sts:getsessiontoken" and choice("policy.getSessionTokenDeny") == "allowed":
        return _no_permission_needed(request)
    return None


def _no_permission_needed(request: Request) -> Step:
    return Step(
        question="does sts:GetSessionToken need a permission?",
        answer="no",
        found=request.principal.arn,
        source="sts:GetSessionToken",
        basis=Basis.ASSUMED,
        assumption="policy.getSessionTokenDeny",
        facts=(("layer", "identity"), ("effect", "none")),
        decides=True,
    )


def same_account(request: Request) -> bool:
    """Whether the caller's account owns the resource.

    Without `resource_account` the resource's ARN says; where it is silent too (an action on no resource), it is the
    caller's own account that is acted in.
    """
    if request.principal.account is None:
        return False
    target = fields(request.resource)
    owner = request.resource_account or (target[4] if len(target) == 6 else "")
    return owner in ("", request.principal.account)


def _needed(layers: Layers, request: Request, strength: Strength) -> Needed:
    """Which layers must allow, apart from the filters. # ug:eval-logic; ug:cross-account"""
    resource = "trust" if layers.resource_rule is ResourceRule.TRUST else "resource"
    if request.principal.kind not in _WITH_ACCOUNT:
        return Needed((resource,), "the caller has no policies of its own", "ug:principal")
    if not same_account(request):
        # the caller's account and the resource's both decide; naming the user or session bypasses nothing
        return Needed((*_CALLER_SIDE, resource), "the resource is another account's", "ug:cross-account")
    if strength is Strength.DIRECT:
        return Needed((resource,), "the resource's policy names the caller or everyone")
    if strength is Strength.SESSION:
        return _for_session(layers, resource)
    if strength is Strength.ENTITY:
        return _for_entity(layers, resource)
    if layers.resource_rule is ResourceRule.UNION:
        why = "the resource's policy leaves it to the account" if strength else "no resource policy allows"
        return Needed(_CALLER_SIDE, why)
    # kms:key-policies §enable-iam; ug:principal §trust: without the resource's word the caller's policies are void
    source = "kms:key-policies" if layers.resource_rule is ResourceRule.KMS else "ug:principal"
    return Needed((resource, *_CALLER_SIDE), "the resource's policy must allow too", source)


def _for_session(layers: Layers, resource: str) -> Needed:
    """A policy that names the session itself is not limited by the session policy. # ug:policies §session"""
    why = "the resource's policy names the session itself"
    if layers.session is None:
        return Needed((resource,), why, "ug:policies§session")
    limited = choice("policy.sessionArnGrant") == "limited"
    must = (resource, "session") if limited else (resource,)
    return Needed(must, why, "ug:policies§session", "policy.sessionArnGrant")


def _for_entity(layers: Layers, resource: str) -> Needed:
    """A policy that names the role, or the user behind a federated user, is limited by boundary and session policy."""
    why = "the resource's policy names the identity behind the session"
    if layers.resource_rule is ResourceRule.TRUST and (layers.boundary is not None or layers.session is not None):
        limited = choice("policy.boundaryOnTrust") == "limited"
        must = (resource, "boundary", "session") if limited else (resource,)
        return Needed(must, why, "ug:eval-logic", "policy.boundaryOnTrust")
    return Needed((resource, "boundary", "session"), why, "ug:boundaries")


def _checks(layers: Layers, reviews: Reviews, request: Request, blocked: Step | None) -> list[Check]:
    """Every layer's own answer, in AWS's order of consulting them. # ug:eval-logic"""
    resource = reviews.resource
    granted = bool(resource.strength) and blocked is None
    closest = tuple(sorted(resource.allows, key=lambda entry: -entry.reading.strength))
    return [
        *_partition(request),
        _levels("rcp", reviews.rcps, layers.rcps != ()),
        _levels("scp", reviews.scps, layers.scps != ()),
        _check(reviews.endpoint, "vpc:endpoint-policies", absent=True),
        Check(resource.layer, granted, blocked or _step(resource, granted, "ug:eval-logic§resource-based"), closest),
        _identity(reviews.identity, request),
        _boundary(reviews.boundary, request),
        # ug:policies §session: a federated user has nothing but what a session policy passes on
        _check(
            reviews.session,
            "ug:policies§session",
            absent=request.principal.kind is not PrincipalKind.FEDERATED_USER,
        ),
    ]


def _partition(request: Request) -> Iterable[Check]:
    """Accounts of different partitions never trust one another. # ug:cross-account §partitions"""
    own, target = fields(request.principal.arn), fields(request.resource)
    known = request.principal.kind in _WITH_ACCOUNT and len(own) == len(target) == 6 and "«" not in own[1] + target[1]
    if known and own[1] != target[1]:
        facts = (("layer", "partition"), ("effect", "none"))
        step = Step("are both in one partition?", "no", f"{own[1]}, {target[1]}", "ug:cross-account", facts=facts)
        yield Check("partition", False, step)


def _levels(layer: str, levels: tuple[Review, ...], given: bool) -> Check:
    """Each level from the root down must allow. # org:scp-evaluation

    RCPFullAWSAccess cannot be detached: a level of RCPs that lists no Allow has that one. # org:rcps
    """
    empty = next((level for level in levels if not level.allows and (layer == "scp" or level.can_allow)), None)
    question = f"do the {_NAMES[layer]} allow at every level?"
    source = "org:scp-evaluation" if layer == "scp" else "org:rcps"
    if empty is not None:
        facts = (("layer", layer), ("level", empty.level), ("effect", "none"))
        return Check(layer, False, Step(question, "no", f"nothing allows at {empty.level}", source, facts=facts))
    if not levels:
        answer = "they do not apply to this caller" if given else "there are none"
        return Check(layer, True, Step(question, answer, source=source, facts=(("layer", layer),)))
    found = ", ".join(level.level for level in levels)
    return Check(layer, True, Step(question, "yes", found, source, facts=(("layer", layer), ("effect", "Allow"))))


def _identity(found: Review, request: Request) -> Check:
    """The root user needs no policy of its own. # ug:eval-logic §root"""
    if request.principal.kind is PrincipalKind.ROOT:
        step = _step(found, True, "ug:eval-logic")
        return Check("identity", True, replace(step, answer="the root user is allowed implicitly"))
    return Check("identity", bool(found.allows), _step(found, bool(found.allows), "ug:eval-logic"), found.allows)


def _boundary(found: Review, request: Request) -> Check:
    """A boundary never applies to the root user. # ug:boundaries"""
    if request.principal.kind is PrincipalKind.ROOT:
        found = Review("boundary", present=False)
    return _check(found, "ug:boundaries", absent=True)


def _check(found: Review, source: str, absent: bool) -> Check:
    """A filter: it must allow where it is present; `absent` is the answer where it is not."""
    holds = bool(found.allows) if found.present else absent
    return Check(found.layer, holds, _step(found, holds, source), found.allows)


def _told_of(found: Review, holds: bool, source: str) -> Step:
    count = f"{len(found.entries)} of {found.size} statements speak of the action" if found.present else ""
    answer = ("yes" if holds else "no") if found.present else "there is none"
    facts = (("layer", found.layer), ("effect", "Allow" if found.allows else "none"))
    verb = "do" if found.layer == "identity" else "does"
    near = None if holds else found.nearest
    location = near.reading.statement.location if near else None
    if near and near.reading.failed:
        count = f"{near.label} fails on its {near.reading.failed.name}; {count}"
    return Step(f"{verb} the {_NAMES[found.layer]} allow?", answer, count, source, location=location, facts=facts)


_silent = lru_cache(maxsize=1024)(_told_of)  # what a layer says that does not speak of the action: one of few


def _step(found: Review, holds: bool, source: str) -> Step:
    return (_told_of if found.entries else _silent)(found, holds, source)


def _public_access_blocked(layers: Layers, request: Request) -> Step | None:
    """RestrictPublicBuckets leaves a bucket with a public policy to its account and to AWS services.

    # s3:block-public-access §settings: the whole policy then grants nothing across accounts
    """
    if "RestrictPublicBuckets" not in layers.block_public_access or layers.resource is None:
        return None
    if same_account(request) or request.principal.kind is PrincipalKind.SERVICE:
        return None
    public = public_statement(layers.resource.policy)
    if public is None:
        return None
    return Step(
        question="does the resource-based policy allow?",
        answer="no: RestrictPublicBuckets keeps a public policy to the bucket's own account",
        found=f"the statement {public.sid or ''} is public".replace("  ", " "),
        source="s3:block-public-access",
        location=public.location,
        facts=(("layer", "resource"), ("effect", "none"), ("blocked", "RestrictPublicBuckets")),
    )


def _told(
    reviews: Reviews,
    by: tuple[Entry, ...],
    needed: Needed,
    request: Request,
    checks: list[Check],
    settled: Check | None = None,
) -> tuple[Step, ...]:
    """Every statement that spoke of the action, what had to allow, and every layer's answer; what decided is marked."""
    entries = [entry for found in reviews.in_order for entry in found.entries]
    told = [step for entry in entries for step in entry.steps(decides=any(entry is one for one in by))]
    accounts = f"{request.principal.account or 'no account'}, {request.resource_account or 'not said'}"
    rule = Step(
        question="what must allow, besides the filters?",
        answer=", ".join(_NAMES[layer] for layer in needed.layers) + f": {needed.why}",
        found=accounts,
        source=needed.source,
        basis=Basis.ASSUMED if needed.assumption else Basis.DOCUMENTED,
        assumption=needed.assumption,
    )
    answers = (replace(check.step, decides=True) if check is settled else check.step for check in checks)
    return (*told, rule, *answers)
