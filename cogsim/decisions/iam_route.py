"""What policies say of a request to an API: the caller's own, the API's, and how an authorizer changes which count.

| who guards the route | what must allow |
| --- | --- |
| nobody | the API's policy, where it has one |
| IAM, caller of the same account | the caller's policies or the API's |
| IAM, caller of another account | both |
| user pools | the token first, then the API's policy by itself, where it has one |
| a Lambda authorizer | its policy or the API's; an explicit deny of the API's refuses before the function is asked |

A private API without a policy admits nobody. HTTP APIs have no policies of their own. # apigw:authorization-flow
"""

from __future__ import annotations

from collections.abc import Mapping

from cogsim.decision import Decision, Step, decided
from cogsim.decisions.authorization import api_policy, authorise
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.caller import Anonymous, Caller, caller_arn
from cogsim.decisions.gateway_refusals import (
    FORBIDDEN,
    LAMBDA_DENIED,
    LAMBDA_DENIED_EXPLICITLY,
    GatewayRefusal,
    not_authorized,
    refuse,
)
from cogsim.decisions.request_context import request_context
from cogsim.policy.document import Policy
from cogsim.policy.layers import Layers, NamedPolicy, Result
from cogsim.policy.reference.decide import decide
from cogsim.policy.request import Principal, PrincipalKind, Request
from cogsim.world.origin import Origin
from cogsim.world.rest_api import RestApi
from cogsim.world.world import World

INVOKE = "execute-api:Invoke"
_SOURCE = "apigw:authorization-flow"


def may_invoke_rest(
    world: World, api: RestApi, caller: Caller, arn: str, *, origin: CallOrigin, now: float
) -> Decision[GatewayRefusal | None]:
    """Whether a signed request comes through: the caller's policies and the API's. # apigw:iam"""
    closed = _closed(api, caller_arn(caller), arn)
    if closed is not None:
        return closed
    answer = authorise(world, caller, INVOKE, arn, origin=origin, now=now, resource_account=api.account)
    if answer.value.allowed:
        return Decision(None, answer.steps)
    explicit = answer.value is Result.EXPLICITLY_DENIED
    return Decision(not_authorized(caller_arn(caller), arn, explicit=explicit), answer.steps)


def may_invoke_http(
    world: World, caller: Caller, arn: str, account: str, *, origin: CallOrigin, now: float
) -> Decision[GatewayRefusal | None]:
    """The same for an HTTP API, which has no policy of its own and says no more than Forbidden. # apigw:http-iam"""
    answer = authorise(world, caller, INVOKE, arn, origin=origin, now=now, resource_account=account)
    return Decision(None if answer.value.allowed else FORBIDDEN, answer.steps)


def api_policy_allows(
    world: World, api: RestApi, arn: str, *, origin: CallOrigin, now: float
) -> Decision[GatewayRefusal | None]:
    """Whether the API's own policy admits a request that nobody signed: it must allow where it is there.
    # apigw:authorization-flow §resource-policy-only"""
    question, place = "does the API's policy admit the request?", api.origin.at("Policy")
    closed = _closed(api, "anonymous", arn)
    if closed is not None:
        return closed
    if api.policy is None:
        return decided(None, Step(question, "it has none", api.id, _SOURCE, location=place))
    answer = authorise(world, Anonymous(), INVOKE, arn, origin=origin, now=now, resource_account=api.account)
    if answer.value.allowed:
        return Decision(None, answer.steps)
    explicit = answer.value is Result.EXPLICITLY_DENIED
    return Decision(not_authorized("anonymous", arn, explicit=explicit), answer.steps)


def nobody_asks(origin: Origin) -> Decision[None]:
    """That a route asks nobody who he is."""
    question, place = "who may call it?", origin.at("AuthorizationType")
    return decided(
        None, Step(question, "everybody", "its authorization is NONE", _SOURCE, location=place, decides=True)
    )


def _closed(api: RestApi, who: str, arn: str) -> Decision[GatewayRefusal | None] | None:
    """The refusal of a private API without a policy, whoever asks and whatever guards the route; else None.
    # apigw:private-apis"""
    if api.policy is not None or not api.is_private:
        return None
    question, found = "does the API's policy admit the request?", "a private API without a policy"
    place = api.origin.at("Policy")
    told = not_authorized(who, arn, explicit=False)
    return refuse(told, question, found, "apigw:private-apis", location=place)


def denied_before_lambda(
    world: World, api: RestApi, arn: str, *, origin: CallOrigin, now: float
) -> Decision[GatewayRefusal | None]:
    """Whether the API's policy denies explicitly: then no function is asked. # apigw:authorization-flow §lambda"""
    question, place = "does the API's policy deny before the authorizer is asked?", api.origin.at("Policy")
    closed = _closed(api, "anonymous", arn)
    if closed is not None:
        return closed
    if api.policy is None:
        return decided(None, Step(question, "it has none", api.id, _SOURCE, location=place))
    answer = authorise(world, Anonymous(), INVOKE, arn, origin=origin, now=now, resource_account=api.account)
    if answer.value is Result.EXPLICITLY_DENIED:
        return Decision(not_authorized("anonymous", arn, explicit=True), answer.steps)
    return decided(None, Step(question, "no", api.id, _SOURCE, location=place))


def authorizer_policy_allows(
    world: World,
    policy: Policy,
    principal_id: str,
    api: RestApi | None,
    arn: str,
    account: str,
    *,
    origin: CallOrigin,
    now: float,
) -> Decision[GatewayRefusal | None]:
    """Whether what a Lambda authorizer answered, with the policy of a REST API (None for an HTTP API), allows the
    request. # apigw:lambda-authorizer §output"""
    own = api_policy(api) if api is not None else None
    context = request_context(world, Anonymous(), origin=origin, now=now, resource_account=account)
    principal = Principal(PrincipalKind.USER, principal_id, account)
    layers = Layers(identity=(NamedPolicy("the authorizer's policy", policy),), resource=own)
    answer = decide(layers, Request(principal, INVOKE, arn, account, context))
    if answer.value.allowed:
        return Decision(None, answer.steps)
    explicit = answer.value is Result.EXPLICITLY_DENIED
    return Decision(LAMBDA_DENIED_EXPLICITLY if explicit else LAMBDA_DENIED, answer.steps)


def identity_shown(caller: Caller) -> Mapping[str, str]:
    """What a backend learns of a caller who signed: of a session of an identity pool whose it is, and by which login.
    # apigw:context"""
    from cogsim.decisions.caller import RoleSession, caller_account, caller_id

    shown = {"userArn": caller_arn(caller), "accountId": caller_account(caller) or "", "caller": caller_id(caller)}
    if not isinstance(caller, RoleSession):
        return shown
    held = {name.rpartition(":")[2]: value.values for name, value in sorted(caller.federated.items())}
    if "cognito-identity" not in (caller.federated_provider or ""):
        return shown
    methods = held.get("amr", ())
    kind = methods[0] if methods else ""
    shown["cognitoIdentityId"], shown["cognitoIdentityPoolId"] = held.get("sub", ("",))[0], held.get("aud", ("",))[0]
    shown["cognitoAuthenticationType"] = kind
    if len(methods) > 1:
        shown["cognitoAuthenticationProvider"] = ",".join(methods[1:])
    return shown
