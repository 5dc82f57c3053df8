"""Does a method that asks for an API key take the one that came: who is counted, after it was settled who asks.

1. The key stands in the header `x-api-key`, or, where the API says so, in what a Lambda authorizer answered.
2. It is a key of the API's account and Region, and enabled.
3. One of its usage plans opens this stage of this API.
4. Nobody is authenticated by it: the same key works for whoever knows it. # apigw:api-keys
"""

from __future__ import annotations

from cogsim.decision import Decision, Step, decided
from cogsim.decisions.api_request import ApiRequest
from cogsim.decisions.api_route import RestTarget
from cogsim.decisions.gateway_refusals import INVALID_KEY, GatewayRefusal, refuse
from cogsim.world.rest_api import AUTHORIZER, RestApi
from cogsim.world.usage_plan import GatewayKey
from cogsim.world.world import World

_SOURCE = "apigw:api-keys"


def accepts_key(
    world: World, target: RestTarget, request: ApiRequest, answered: str | None
) -> Decision[GatewayKey | GatewayRefusal | None]:
    """The key that counts, None where the method asks for none; `answered` is the authorizer's `usageIdentifierKey`."""
    api, method, question = target.api, target.method, "which API key is counted?"
    place = method.origin.at("ApiKeyRequired")
    if not method.api_key_required:
        return decided(None, Step(question, "none", "the method asks for none", _SOURCE, location=place))
    from_authorizer = api.key_source == AUTHORIZER
    sent = answered if from_authorizer else request.header("x-api-key")
    where = "usageIdentifierKey" if from_authorizer else "x-api-key"
    if not sent:
        return refuse(INVALID_KEY, question, f"{where} is not there", _SOURCE, answer="none", location=place)
    key = next((each for each in world.api_keys.values() if each.value == sent and _same_place(each, api)), None)
    if key is None:
        return refuse(INVALID_KEY, question, f"no key has the value of {where}", _SOURCE, location=place)
    if not key.enabled:
        line = key.origin.at("Enabled")
        return refuse(INVALID_KEY, question, f"{key.name} is not enabled", _SOURCE, answer="none", location=line)
    plan = next((each for each in world.usage_plans.values() if _opens(each.stages, each.keys, key, target)), None)
    if plan is None:
        found = f"{key.name} is in no usage plan of {api.id}/{target.stage.name}"
        return refuse(INVALID_KEY, question, found, _SOURCE, answer="none", location=key.origin.location)
    found = f"{key.name}, by the usage plan {plan.name}: it says nothing of who asks"
    return decided(key, Step(question, "a known one", found, _SOURCE, location=plan.origin.location))


def _same_place(key: GatewayKey, api: RestApi) -> bool:
    return (key.partition, key.account, key.region) == (api.partition, api.account, api.region)


def _opens(stages: tuple[tuple[str, str], ...], keys: tuple[str, ...], key: GatewayKey, target: RestTarget) -> bool:
    return key.id in keys and (target.api.id, target.stage.name) in stages
