"""One decision written as one JSON object: the layers and the request it stands for."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import ModuleType

from cogsim.arn import Arn
from cogsim.errors import InputError, suggest
from cogsim.policy.aws_owned import AWS_ITSELF, changed_by_aws_alone, rcps_reach, shown_to_every_account
from cogsim.policy.bounds import check_bounds
from cogsim.policy.built_in_issuers import BUILT_IN_ISSUERS
from cogsim.policy.document import Policy, PolicyKind
from cogsim.policy.layers import Layers, Level, NamedPolicy, ResourceRule
from cogsim.policy.parse import parse
from cogsim.policy.request import Context, Principal, PrincipalKind, Request, Values
from cogsim.policy.text import JsonNumber, JsonObject

_FIELDS = (
    "id", "name", "tags", "basis", "expected", "request", "identityPolicies", "resourcePolicy", "boundaryPolicies",
    "sessionPolicy", "scps", "rcps", "scpLevels", "rcpLevels", "settings", "vpcEndpointPolicies",
)  # fmt: skip
_REQUEST_FIELDS = (
    "principal", "action", "resource", "resourceAccount", "context", "contextMultivalued", "wildcardOnlyAction",
)  # fmt: skip
# ug:principal §services: of every partition, and the few that do not end like the others
_SERVICE = re.compile(
    r"[a-z0-9.-]+\.(amazonaws\.(com(\.cn)?|eu)|(alexa-[a-z]+\.)?amazon\.com|aws\.internal|s?c2s\.(ic|sgov)\.gov)"
)
_CANONICAL_ID = re.compile("[0-9a-f]{64}")
_RULES = {
    ResourceRule.TRUST: PolicyKind.TRUST, ResourceRule.KMS: PolicyKind.KMS_KEY, ResourceRule.UNION: PolicyKind.RESOURCE,
}  # fmt: skip


def case(obj: Mapping[str, object]) -> tuple[Layers, Request]:
    """The layers and the request of `obj`; raises InputError for its form and size and MalformedPolicy for documents.

    `request.context` is complete as it stands: no key is derived from the caller. Levels are taken as given, so a
    management account has none; RCPs count for the services they reach. Documents are in force already and are held
    to the language only.
    """
    _known(obj, _FIELDS, "the case")
    check_bounds(obj)
    settings = _settings(obj)
    request = _request(_object(obj.get("request"), "request"), settings)
    rule = _resource_rule(request)
    resource = None if _roots_own_bucket_policy(request) else obj.get("resourcePolicy")
    rcps = _levels(obj, "rcps", "rcpLevels", PolicyKind.RCP)
    layers = Layers(
        identity=_policies(obj.get("identityPolicies"), "identityPolicies", PolicyKind.IDENTITY) or (),
        resource=None if resource is None else _named(resource, "resourcePolicy", _RULES[rule]),
        boundary=_policies(obj.get("boundaryPolicies"), "boundaryPolicies", PolicyKind.BOUNDARY),
        session=_policies(obj.get("sessionPolicy"), "sessionPolicy", PolicyKind.SESSION),
        scps=_levels(obj, "scps", "scpLevels", PolicyKind.SCP),
        rcps=rcps if rcps_reach(request.action) else (),
        endpoint=_policies(obj.get("vpcEndpointPolicies"), "vpcEndpointPolicies", PolicyKind.ENDPOINT),
        resource_rule=rule,
        block_public_access=_block_public_access(settings, request),
    )
    return layers, replace(request, principal=_named_with_path(request.principal, layers))


def read_case(text: str) -> Mapping[str, object]:
    """The object that a line of JSON `text` holds, for `case`; raises InputError for anything else."""
    try:
        found = json.loads(
            text, object_pairs_hook=JsonObject, parse_int=JsonNumber, parse_float=JsonNumber, parse_constant=_refuse
        )
    except json.JSONDecodeError as error:
        raise InputError(f"no JSON: {error.msg} at column {error.colno}") from None
    except RecursionError:
        raise InputError("nested too deeply") from None
    return _object(found, "the case")


def _refuse(constant: str) -> object:
    raise InputError(f"no JSON: {constant}")


# The request


def _request(entry: Mapping[str, object], s3: Mapping[str, object]) -> Request:
    _known(entry, _REQUEST_FIELDS, "request")
    action = _text(entry.get("action"), "request.action")
    resource = _text(entry.get("resource"), "request.resource")
    lists = {key.casefold() for key in _texts(entry.get("contextMultivalued") or [], "request.contextMultivalued")}
    written = _object(entry.get("context") or {}, "request.context")
    context = Context(
        {
            key: Values(_values(values, f"request.context.{key}"), multivalued=key.casefold() in lists)
            for key, values in written.items()
            if values is not None and not _switched_off(key, resource, s3)
        }
    )
    caller = principal(entry.get("principal"), action, _single(context, "aws:PrincipalArn"))
    buckets_listed = action.casefold() == "s3:listallmybuckets"  # sar:s3: it has no resource type
    return Request(
        principal=_provider_of(resource, replace(caller, unique_id=_single(context, "aws:userid"))),
        action=action,
        resource=resource,
        resource_account=_owner(entry.get("resourceAccount"), action, resource, caller),
        context=context,
        wildcard_only=_flag(entry.get("wildcardOnlyAction") or False, "request.wildcardOnlyAction") or buckets_listed,
    )


def _owner(written: object, action: str, resource: str, caller: Principal) -> str | None:
    """The account that owns the resource, where it is said; what AWS shows to every account is each one's own, and what
    only AWS may change is nobody's."""
    owner = None if written is None else _text(written, "request.resourceAccount")
    if changed_by_aws_alone(action, resource):
        return AWS_ITSELF
    shown = owner in (None, AWS_ITSELF) and shown_to_every_account(action, resource)
    return caller.account if shown else owner


def _single(context: Context, key: str) -> str | None:
    found = context.get(key)
    return found.values[0] if found is not None and len(found.values) == 1 else None


def _provider_of(role: str, caller: Principal) -> Principal:
    """A bearer known by an issuer's bare name came through the provider of that name in the role's account."""
    bare = caller.kind is PrincipalKind.WEB_IDENTITY and caller.arn not in BUILT_IN_ISSUERS and ":" not in caller.arn
    target = Arn.try_parse(role)
    if not bare or target is None:
        return caller
    return replace(caller, arn=f"arn:{target.partition}:iam::{target.account}:oidc-provider/{caller.arn}")


def _switched_off(key: str, resource: str, s3: Mapping[str, object]) -> bool:
    """A general purpose bucket's tags count in conditions only where its owner has switched that on. # s3:abac"""
    arn = Arn.try_parse(resource)
    bucket = arn is not None and arn.service == "s3" and arn.account == ""
    off = s3.get("bucketAbacEnabled") is False and (bucket or arn is None)
    return off and key.casefold().startswith(("aws:resourcetag/", "s3:buckettag/"))


def principal(written: object, action: str, principal_arn: str | None = None) -> Principal:
    """The caller that `written` names; `principal_arn` is the context's aws:PrincipalArn, which knows a role's path.

    The user behind a federated-user session is taken to bear the session's name: the ARN says no more.
    """
    if written is None:
        return Principal(PrincipalKind.ANONYMOUS)
    text = _text(written, "request.principal")
    arn = Arn.try_parse(text)
    if arn is not None:
        return _by_arn(text, arn, principal_arn)
    if _CANONICAL_ID.fullmatch(text):
        return Principal(PrincipalKind.CANONICAL, text)
    if re.fullmatch("[0-9]{12}", text):
        return Principal(PrincipalKind.ROOT, f"arn:aws:iam::{text}:root", text)
    service = _SERVICE.fullmatch(text) is not None
    at_sts = action.casefold().startswith("sts:") and (text in BUILT_IN_ISSUERS or not service)
    if at_sts or action.casefold() == "sts:assumerolewithwebidentity":
        return Principal(PrincipalKind.WEB_IDENTITY, text)
    if service:
        return Principal(PrincipalKind.SERVICE, text)
    raise InputError(f"request.principal: {text!r} is no ARN, service, provider or canonical id")


def _by_arn(text: str, arn: Arn, principal_arn: str | None) -> Principal:
    word, _, rest = arn.resource.partition("/")
    account = arn.account
    if arn.service == "iam" and arn.resource == "root":
        return Principal(PrincipalKind.ROOT, text, account)
    if arn.service == "iam" and word == "user":
        # ug:principal §canonical: CloudFront's origin access identities have this form and no account of their own
        oai = account == "cloudfront"
        return Principal(PrincipalKind.CANONICAL, text) if oai else Principal(PrincipalKind.USER, text, account)
    if arn.service == "iam" and word == "role":
        return _session(text, account, text)
    if arn.service == "iam" and word == "oidc-provider":
        return Principal(PrincipalKind.WEB_IDENTITY, text)
    if arn.service == "iam" and word == "saml-provider":
        return Principal(PrincipalKind.SAML, text)
    if arn.service == "sts" and word == "assumed-role":
        role = rest.rpartition("/")[0] or rest
        entity = f"arn:{arn.partition}:iam::{account}:role/{role}"
        return _session(text, account, _with_path(entity, principal_arn))
    if arn.service == "sts" and word == "federated-user":
        entity = f"arn:{arn.partition}:iam::{account}:user/{rest}"
        return Principal(PrincipalKind.FEDERATED_USER, text, account, entity=entity)
    raise InputError(f"request.principal: {text!r} names no principal")


def _session(text: str, account: str, role: str) -> Principal:
    # org:scps §not-affected: service-linked roles, known by their path and by how their names begin
    _, _, rest = Arn.parse(role).resource.partition("/")
    linked = rest.startswith(("aws-service-role/", "AWSServiceRoleFor"))
    return Principal(PrincipalKind.ROLE_SESSION, text, account, entity=role, service_linked=linked)


def _with_path(role: str, principal_arn: str | None) -> str:
    """The role's ARN as aws:PrincipalArn gives it, where that is the same role with its path."""
    own, known = Arn.parse(role), Arn.try_parse(principal_arn or "")
    same = known is not None and (known.account, known.name) == (own.account, own.name)
    return str(known) if known is not None and same and known.resource.startswith("role/") else role


def _named_with_path(caller: Principal, layers: Layers) -> Principal:
    """The caller with its role's path as the one role ARN of that name shows it which the resource's policy or the
    endpoint's names: a session's ARN drops the path, and a name is an account's only once. # ug:identifiers"""
    own = Arn.try_parse(caller.entity or "")
    if own is None or caller.kind is not PrincipalKind.ROLE_SESSION or own.resource.count("/") != 1:
        return caller
    if caller.arn == caller.entity:
        return caller
    named = {
        arn
        for arn in _roles_named(layers)
        if (arn.partition, arn.account, arn.name) == (own.partition, own.account, own.name)
    }
    return replace(caller, entity=str(named.pop())) if len(named) == 1 else caller


def _roles_named(layers: Layers) -> Iterator[Arn]:
    for held in (*((layers.resource,) if layers.resource else ()), *(layers.endpoint or ())):
        for statement in held.policy.statements:
            for _, value in statement.principals.entries if statement.principals else ():
                arn = Arn.try_parse(value)
                if arn is not None and arn.service == "iam" and arn.resource.startswith("role/"):
                    yield arn


def _roots_own_bucket_policy(request: Request) -> bool:
    """A bucket policy never keeps its owner's root user from reading, replacing or deleting it. # s3:bucket-policies"""
    owner = request.resource_account in (None, request.principal.account)
    on_policy = request.action.casefold() in ("s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy")
    return request.principal.kind is PrincipalKind.ROOT and owner and on_policy


def _resource_rule(request: Request) -> ResourceRule:
    """How the resource's own policy combines: by the action and what it acts on. # ug:eval-logic; kms:key-policies"""
    vendor, _, _ = request.action.casefold().partition(":")
    arn = Arn.try_parse(request.resource)
    if vendor == "sts" and arn is not None and arn.service == "iam" and arn.resource.startswith("role/"):
        return ResourceRule.TRUST
    if vendor == "kms" and arn is not None and arn.resource.startswith("key/") and not request.wildcard_only:
        return ResourceRule.KMS
    return ResourceRule.UNION


# The layers


def _policies(written: object, field: str, kind: PolicyKind) -> tuple[NamedPolicy, ...] | None:
    """Documents in a list, or one that stands without its list."""
    if written is None:
        return None
    if isinstance(written, Mapping):
        return (_named(written, field, kind),)
    return tuple(_named(entry, f"{field}[{number}]", kind) for number, entry in enumerate(_list(written, field)))


def _named(written: object, field: str, kind: PolicyKind) -> NamedPolicy:
    """A document, or an object of a name and a document."""
    if isinstance(written, Mapping) and "policy" in written:
        _known(written, ("name", "policy"), field)
        return NamedPolicy(_text(written.get("name", field), f"{field}.name"), _parsed(written["policy"], kind))
    return NamedPolicy(field, _parsed(written, kind))


def _parsed(document: object, kind: PolicyKind) -> Policy:
    return parse(document, kind, saved=True)


def _levels(obj: Mapping[str, object], field: str, names: str, kind: PolicyKind) -> tuple[Level, ...]:
    written = _list(obj.get(field) or [], field)
    named = _texts(obj.get(names) or [], names)
    if named and len(named) != len(written):
        raise InputError(f"{names} names {len(named)} levels, {field} has {len(written)}")
    return tuple(
        Level(named[number] if named else f"{field}[{number}]", _policies(level, f"{field}[{number}]", kind) or ())
        for number, level in enumerate(written)
    )


def _settings(obj: Mapping[str, object]) -> Mapping[str, object]:
    settings = _object(obj.get("settings") or {}, "settings")
    _known(settings, ("s3",), "settings")
    s3 = _object(settings.get("s3") or {}, "settings.s3")
    _known(s3, ("blockPublicAccess", "bucketAbacEnabled"), "settings.s3")
    return s3


_BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def _block_public_access(s3: Mapping[str, object], request: Request) -> frozenset[str]:
    """The settings in force, those of the bucket, the account and the organization joined: the strictest wins."""
    written = s3.get("blockPublicAccess") or {}
    everything = dict.fromkeys(_BLOCKS, True)
    switches = _object(everything if written is True else written, "settings.s3.blockPublicAccess")
    found = frozenset(_switches(switches))
    return found if request.action.casefold().startswith("s3:") else frozenset()


def _switches(written: Mapping[str, object]) -> Iterator[str]:
    by_folded = {name.casefold(): name for name in _BLOCKS}
    for key, value in written.items():
        if isinstance(value, Mapping):
            yield from _switches(value)
        elif key.casefold() not in by_folded:
            raise InputError(f"blockPublicAccess has no {key!r}", suggestion=suggest(key, _BLOCKS))
        elif _flag(value or False, f"blockPublicAccess.{key}"):
            yield by_folded[key.casefold()]


# Values


def _known(obj: Mapping[str, object], names: Sequence[str], field: str) -> None:
    for key in obj:
        if key not in names:
            raise InputError(f"{field} has no field {key!r}", suggestion=suggest(str(key), names))


def _object(value: object, field: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise InputError(f"{field} is an object")
    if isinstance(value, JsonObject) and value.repeated is not None:
        raise InputError(f"{field} has the field {value.repeated!r} twice")
    return value


def _list(value: object, field: str) -> list[object]:
    if not isinstance(value, list):
        raise InputError(f"{field} is a list")
    return value


def _text(value: object, field: str) -> str:
    if not isinstance(value, str) or isinstance(value, JsonNumber):
        raise InputError(f"{field} is a string")
    return value


def _texts(value: object, field: str) -> tuple[str, ...]:
    return tuple(_text(entry, f"{field}[{number}]") for number, entry in enumerate(_list(value, field)))


def _values(written: object, field: str) -> tuple[str, ...]:
    """The values of a context key: texts, and numbers and booleans as texts; one may stand without its list."""
    entries = written if isinstance(written, list) else [written]
    return tuple(_scalar(entry, f"{field}[{number}]") for number, entry in enumerate(entries))


def _scalar(value: object, field: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, JsonNumber) or (isinstance(value, int | float) and math.isfinite(value)):
        return str(value)
    return _text(value, field)


def _flag(value: object, field: str) -> bool:
    if not isinstance(value, bool):
        raise InputError(f"{field} is true or false")
    return value


class _CallableModule(ModuleType):
    def __call__(self, obj: Mapping[str, object]) -> tuple[Layers, Request]:
        return case(obj)


# `cogsim.policy.case` is this module once it is imported, and is to be called all the same.
sys.modules[__name__].__class__ = _CallableModule
