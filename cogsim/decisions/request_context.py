"""The request context: the global condition keys that AWS puts into every request, by kind of caller.

A key that AWS leaves out is left out here: absence is what `Null`, `IfExists` and negated operators see, so an empty
value in its place would change answers. # ug:condition-keys, ug:variables §principal-key-values
"""

from __future__ import annotations

from collections.abc import Mapping

from cogsim.arn import Arn
from cogsim.assumptions import choice
from cogsim.clock import iso
from cogsim.decision import Basis, Step
from cogsim.decisions.call_origin import CallOrigin, is_address
from cogsim.decisions.caller import (
    Anonymous,
    Caller,
    FederatedUser,
    IamUser,
    RoleSession,
    Root,
    Service,
    caller_account,
    caller_id,
)
from cogsim.persistent import Map
from cogsim.policy.layers import Layers, NamedPolicy
from cogsim.policy.request import Context, Values
from cogsim.world.iam import Role
from cogsim.world.world import World

ContextValue = Values | str | tuple[str, ...]

#: The assumption about when a role's tags are read; a session issued under `at-issuance` carries them itself.
ROLE_TAGS = "context.roleTags"


def request_context(
    world: World,
    caller: Caller,
    *,
    origin: CallOrigin,
    now: float,
    extra: Mapping[str, ContextValue] | None = None,
    resource_account: str | None = None,
) -> Context:
    """Every key of a request that `caller` makes from `origin` at `now` (seconds); `extra` adds the service's own keys
    and wins over the global ones."""
    keys: dict[str, ContextValue | list[str]] = {}
    keys.update(environment_keys(origin, now))
    keys.update(principal_keys(world, caller, now))
    if resource_account is not None:
        keys["aws:ResourceAccount"] = resource_account
    return Context({**keys, **extra} if extra else keys)


def environment_keys(origin: CallOrigin, now: float) -> dict[str, ContextValue]:
    """The keys that say when, from where and how, whoever calls."""
    keys: dict[str, ContextValue] = {
        "aws:CurrentTime": iso(now),
        "aws:EpochTime": str(int(now)),
        "aws:SecureTransport": _bool(origin.tls),
        "aws:UserAgent": origin.user_agent,
        "aws:RequestedRegion": origin.region,
        "aws:ViaAWSService": "false",
    }
    if origin.vpc_endpoint is not None:
        # ug:condition-keys §sourceip: through an endpoint the public address is not there
        keys["aws:SourceVpce"] = origin.vpc_endpoint
        network = (("aws:SourceVpc", origin.vpc_id), ("aws:SourceVpcArn", origin.vpc_arn))
        known = (*network, ("aws:VpcSourceIp", origin.vpc_source_ip))
        keys.update({name: value for name, value in known if value is not None})
    elif is_address(origin.source_ip):
        keys["aws:SourceIp"] = origin.source_ip
    return keys


def principal_keys(world: World, caller: Caller, now: float) -> dict[str, ContextValue]:
    """The keys that say who calls. # ug:variables §principal-key-values"""
    match caller:
        case Anonymous():
            return {"aws:PrincipalAccount": "anonymous", "aws:PrincipalType": "Anonymous", "aws:userid": "anonymous"}
        case Service():
            return _service_keys(caller)
    keys: dict[str, ContextValue] = {
        "aws:PrincipalArn": _principal_arn(caller),
        "aws:PrincipalAccount": caller_account(caller) or "",
        "aws:PrincipalType": _PRINCIPAL_TYPES[type(caller)],
        "aws:PrincipalIsAWSService": "false",
        "aws:userid": caller_id(caller),
    }
    for name, value in principal_tags_of(world, caller).items():
        keys[f"aws:PrincipalTag/{name}"] = value
    keys.update(_session_keys(caller, now))
    return keys


_PRINCIPAL_TYPES: dict[type, str] = {
    Root: "Account",
    IamUser: "User",
    FederatedUser: "FederatedUser",
    RoleSession: "AssumedRole",
}


def _principal_arn(caller: Root | IamUser | RoleSession | FederatedUser) -> str:
    """A role session shows its role's ARN with the path, never the session's own. # ug:condition-keys §principalarn"""
    match caller:
        case RoleSession():
            return caller.role_arn
        case Root():
            return f"arn:{caller.partition}:iam::{caller.account}:root"
        case _:
            return caller.arn


def _service_keys(caller: Service) -> dict[str, ContextValue]:
    keys: dict[str, ContextValue] = {
        "aws:PrincipalIsAWSService": "true",
        "aws:PrincipalServiceName": caller.principal,
        "aws:PrincipalServiceNamesList": (caller.principal,),
    }
    if caller.source_account is not None:
        keys["aws:SourceAccount"] = caller.source_account
    if caller.source_arn is not None:
        keys["aws:SourceArn"] = caller.source_arn
    return keys


def _session_keys(caller: Root | IamUser | RoleSession | FederatedUser, now: float) -> dict[str, ContextValue]:
    """The keys that only some principals have: names of users, proofs of sessions."""
    keys: dict[str, ContextValue] = {}
    if caller.issued_at is not None:
        keys["aws:TokenIssueTime"] = iso(caller.issued_at)
    match caller:
        case IamUser() | Root():
            keys.update(_own_proof(caller, now))
        case FederatedUser() | RoleSession() if choice(_mfa_assumption(caller)) == "false":
            keys["aws:MultiFactorAuthPresent"] = "false"
    if isinstance(caller, IamUser):
        keys["aws:username"] = Arn.parse(caller.arn).name
    if isinstance(caller, RoleSession | Root) and caller.source_identity is not None:
        keys["aws:SourceIdentity"] = caller.source_identity
    if isinstance(caller, Root) and caller.assumed:
        keys["aws:AssumedRoot"] = "true"
    if isinstance(caller, RoleSession):
        if caller.federated_provider is not None:
            keys["aws:FederatedProvider"] = caller.federated_provider
        keys.update(caller.federated)
    return keys


def _own_proof(caller: IamUser | Root, now: float) -> dict[str, ContextValue]:
    """The second factor of a GetSessionToken session; long-term keys say nothing of one. # ug:mfa-api"""
    if caller.issued_at is None:
        return {}
    if caller.mfa_at is None:
        return {"aws:MultiFactorAuthPresent": "false"}
    return {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": str(int(now - caller.mfa_at))}


def principal_tags_of(world: World, caller: Caller) -> Map[str, str]:
    """The tags of the principal: those of its role or user as they are now, overridden without regard to case by those
    of the session. # ug:session-tags"""
    match caller:
        case RoleSession():
            role = world.roles.get(caller.role_arn)
            live = role.tags if role is not None and choice(ROLE_TAGS) == "live" else Map()
            return merged_tags(live, caller.session_tags)
        case IamUser():
            user = world.users.get(caller.arn)
            return user.tags if user else Map()
        case FederatedUser():
            user = world.users.get(caller.user_arn)
            return merged_tags(user.tags if user else Map(), caller.session_tags)
        case _:
            return Map()


def merged_tags(under: Map[str, str], over: Map[str, str]) -> Map[str, str]:
    """The tags of `under` and `over` together; keys are one without regard to case, and `over` wins."""
    overridden = {name.casefold() for name in over}
    kept = {name: value for name, value in under.items() if name.casefold() not in overridden}
    return Map({**kept, **over})


def context_steps(world: World, caller: Caller, layers: Layers, origin: CallOrigin | None = None) -> tuple[Step, ...]:
    """The assumptions that the request's keys rest on, as far as a policy of `layers` reads those keys, and what
    `origin` leaves open."""
    steps = []
    if origin is not None and origin.vpc_endpoint is not None:
        steps += [step for key, known, step in _network_steps(origin) if not known and mentions(layers, key)]
    if isinstance(caller, RoleSession | FederatedUser) and mentions(layers, "aws:multifactorauth"):
        steps.append(_mfa_step(caller))
    role = world.roles.get(caller.role_arn) if isinstance(caller, RoleSession) else None
    if role is not None and len(role.tags) and mentions(layers, "aws:principaltag/"):
        steps.append(_role_tags_step(role))
    return tuple(steps)


def _role_tags_step(role: Role) -> Step:
    return Step(
        "are a role's tags read as they are now, or as they were when the session was issued?",
        choice(ROLE_TAGS),
        role.arn,
        "ug:session-tags",
        Basis.ASSUMED,
        role.origin.at("Tags"),
        ROLE_TAGS,
    )


def _network_steps(origin: CallOrigin) -> tuple[tuple[str, bool, Step], ...]:
    """For each key of the network behind an endpoint: whether the call's origin tells it, and the step where not."""
    keys = (
        ("aws:SourceVpc", origin.vpc_id, "source_vpc"),
        ("aws:SourceVpcArn", origin.vpc_arn, "source_vpc as an ARN"),
        ("aws:VpcSourceIp", origin.vpc_source_ip, "vpc_source_ip"),
    )
    return tuple(
        (
            name.casefold(),
            value is not None,
            Step(
                f"what is {name} of the call?",
                f"unknown: the call's origin does not say {field}, so the key is not there",
                origin.vpc_endpoint or "",
                "ug:condition-keys",
                facts=(("unresolved", name),),
            ),
        )
        for name, value, field in keys
    )


def _mfa_assumption(caller: RoleSession | FederatedUser) -> str:
    federated = isinstance(caller, FederatedUser) or caller.is_federated
    return "context.mfaOfFederatedSession" if federated else "context.mfaOfRoleSession"


def _mfa_step(caller: RoleSession | FederatedUser) -> Step:
    name = _mfa_assumption(caller)
    return Step(
        "is aws:MultiFactorAuthPresent in the context of a role session?"
        if isinstance(caller, RoleSession)
        else "is aws:MultiFactorAuthPresent in the context of a GetFederationToken session?",
        choice(name),
        "from AssumeRole" if name == "context.mfaOfRoleSession" else "federated",
        "ug:condition-keys§multifactorauthpresent",
        Basis.ASSUMED,
        assumption=name,
    )


def mentions(layers: Layers, key: str) -> bool:
    """Whether a policy of `layers` reads a key that begins with `key` (folded), in a condition or as a variable."""
    resource = (layers.resource,) if layers.resource else ()
    filters = (*(layers.boundary or ()), *(layers.session or ()), *(layers.endpoint or ()))
    levels = tuple(entry for level in (*layers.scps, *layers.rcps) for entry in level.policies)
    return any(_reads(entry, key) for entry in (*layers.identity, *resource, *filters, *levels))


def _reads(entry: NamedPolicy, key: str) -> bool:
    variable = "${" + key
    for statement in entry.policy.statements:
        for condition in statement.conditions:
            if condition.key.casefold().startswith(key) or any(variable in v.casefold() for v in condition.values):
                return True
        if statement.resources and any(variable in v.casefold() for v in statement.resources.values):
            return True
    return False


def _bool(value: bool) -> str:
    return "true" if value else "false"
