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
from contextvars import copy_context
from functools import partial

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Step
from cogsim.policy.document import Statement
from cogsim.policy.layers import Layers, ResourceRule, Result
from cogsim.policy.reference.match import fields
from cogsim.policy.reference.principal import Strength
from cogsim.policy.reference.public import public_statement
from cogsim.policy.reference.review import Review, Reviews, review
from cogsim.policy.reference.telling import (
    Check,
    Needed,
    Telling,
    blocked_step,
    layer_step,
    levels_step,
    partition_step,
)
from cogsim.policy.request import PrincipalKind, Request

_WITH_ACCOUNT = (
    PrincipalKind.ROLE_SESSION, PrincipalKind.USER, PrincipalKind.ROOT, PrincipalKind.FEDERATED_USER,
)  # fmt: skip
_FILTERS = ("partition", "rcp", "scp", "vpc-endpoint")
_CALLER_SIDE = ("identity", "boundary", "session")


def decide(layers: Layers, request: Request) -> Decision[Result]:
    """The answer to `request` under `layers`; the steps name every layer, and mark what decided.

    Every statement is read here; what was found is put into words when somebody looks at the steps.
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
    needed = _needed(layers, request, Strength.NONE if blocked is not None else reviews.resource.strength)
    checks = _checks(layers, reviews, request, blocked)
    told = partial(Telling, reviews, needed, request, checks)
    denying = next((found.denies for found in reviews.in_order if found.denies), None)
    if denying is not None:
        return _decision(Result.EXPLICITLY_DENIED, told(denying[:1]))
    if request.action.casefold() == "sts:getsessiontoken":  # only under the switch that lets a Deny stop it
        return _decision(Result.ALLOWED, told(last=(_no_permission_needed(request),)))
    of_layer = {check.layer: check for check in checks}
    must = [of_layer[layer] for layer in needed.layers]
    filters = [check for check in checks if check.layer in _FILTERS]
    refusing = next((check for check in (*filters, *must) if not check.holds), None)
    if refusing is not None:
        return _decision(Result.IMPLICITLY_DENIED, told((), refusing))
    granting = [check for check in must if check.layer in ("identity", "resource", "trust")]
    by = tuple([check.by[0] for check in granting if check.by])
    return _decision(Result.ALLOWED, told(by, None if by else granting[0]))


def _decision(result: Result, telling: Telling) -> Decision[Result]:
    """The words are those of the assumptions in force now."""
    return Decision(result, partial(copy_context().run, telling.steps))


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


def _checks(layers: Layers, reviews: Reviews, request: Request, blocked: Statement | None) -> list[Check]:
    """Every layer's own answer, in AWS's order of consulting them. # ug:eval-logic"""
    resource = reviews.resource
    granted = bool(resource.strength) and blocked is None
    closest = resource.allows
    if len(closest) > 1:
        closest = tuple(sorted(closest, key=lambda entry: -entry.reading.strength))
    told = partial(layer_step, resource, granted, "ug:eval-logic§resource-based", "")
    if blocked is not None:
        told = partial(blocked_step, blocked)
    return [
        *_partition(request),
        _levels("rcp", reviews.rcps, layers.rcps != ()),
        _levels("scp", reviews.scps, layers.scps != ()),
        _check(reviews.endpoint, "vpc:endpoint-policies", absent=True),
        Check(resource.layer, granted, told, closest),
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
    if len(own) != 6 or len(target) != 6 or own[1] == target[1]:
        return
    if request.principal.kind in _WITH_ACCOUNT and "«" not in own[1] + target[1]:
        yield Check("partition", False, partial(partition_step, own[1], target[1]))


def _levels(layer: str, levels: tuple[Review, ...], given: bool) -> Check:
    """Each level from the root down must allow. # org:scp-evaluation

    RCPFullAWSAccess cannot be detached: a level of RCPs that lists no Allow has that one. # org:rcps
    """
    empty = next((level for level in levels if not level.allows and (layer == "scp" or level.can_allow)), None)
    return Check(layer, empty is None, partial(levels_step, layer, levels, given, empty))


def _identity(found: Review, request: Request) -> Check:
    """The root user needs no policy of its own. # ug:eval-logic §root"""
    if request.principal.kind is PrincipalKind.ROOT:
        answer = "the root user is allowed implicitly"
        return Check("identity", True, partial(layer_step, found, True, "ug:eval-logic", answer))
    return _check(found, "ug:eval-logic", absent=False)


def _boundary(found: Review, request: Request) -> Check:
    """A boundary never applies to the root user. # ug:boundaries"""
    if request.principal.kind is PrincipalKind.ROOT:
        found = Review("boundary", present=False)
    return _check(found, "ug:boundaries", absent=True)


def _check(found: Review, source: str, absent: bool) -> Check:
    """A filter: it must allow where it is present; `absent` is the answer where it is not."""
    holds = bool(found.allows) if found.present else absent
    return Check(found.layer, holds, partial(layer_step, found, holds, source, ""), found.allows)


def _public_access_blocked(layers: Layers, request: Request) -> Statement | None:
    """RestrictPublicBuckets leaves a bucket with a public policy, which this statement makes it, to its account and to
    AWS services.

    # s3:block-public-access §settings: the whole policy then grants nothing across accounts
    """
    if "RestrictPublicBuckets" not in layers.block_public_access or layers.resource is None:
        return None
    if same_account(request) or request.principal.kind is PrincipalKind.SERVICE:
        return None
    return public_statement(layers.resource.policy)
