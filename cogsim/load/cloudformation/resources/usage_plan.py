"""API keys and usage plans of REST APIs."""

from __future__ import annotations

from dataclasses import replace

from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.draft import ATTACHMENTS
from cogsim.load.cloudformation.intrinsics import Reference
from cogsim.load.cloudformation.resources.rest_api import made_id
from cogsim.world.usage_plan import GatewayKey, UsagePlan


def read_api_key(resource: Resource) -> Reference:
    """An API key; where no value is stated it follows from its place."""
    properties, env, made = resource.properties, resource.environment, made_id(resource, "apigateway/key", 10)
    value = properties.text("Value") or resource.stack.draw("apigateway/key-value", resource.logical_id).alnum(40)
    name = resource.name("Name")
    key = properties.make(
        lambda: GatewayKey(
            id=made,
            name=name,
            value=value,
            account=env.account,
            region=env.region,
            partition=env.partition,
            enabled=properties.flag("Enabled"),
            tags=properties.tags("Tags"),
            origin=resource.origin,
        )
    )
    resource.define("API key", value)
    resource.draft.world = resource.draft.world.with_api_key(key)
    return resource.reference(made, APIKeyId=made)


def read_usage_plan(resource: Resource) -> Reference:
    """A usage plan with the stages that it opens."""
    properties, env, made = resource.properties, resource.environment, made_id(resource, "apigateway/plan", 6)
    stages = tuple((each.text("ApiId", ""), each.text("Stage", "")) for each in properties.children("ApiStages"))
    name = resource.name("UsagePlanName")
    plan = UsagePlan(
        made,
        name,
        env.account,
        env.region,
        env.partition,
        stages,
        tags=properties.tags("Tags"),
        origin=resource.origin,
    )
    resource.draft.world = resource.draft.world.with_usage_plan(plan)
    return resource.reference(made, Id=made)


def read_usage_plan_key(resource: Resource) -> Reference:
    """A key that joins a usage plan."""
    properties, draft = resource.properties, resource.draft
    plan_id, key_id = properties.needed("UsagePlanId"), properties.needed("KeyId")

    def apply() -> None:
        plan = draft.world.usage_plans.get(plan_id)
        if plan is None:
            sentence = f"{resource.logical_id} belongs to the usage plan {plan_id}, which is not there"
            draft.notes.warn(resource.place, sentence)
            return
        draft.world = draft.world.with_usage_plan(replace(plan, keys=tuple(sorted({*plan.keys, key_id}))))

    draft.later(ATTACHMENTS, apply)
    made = f"{key_id}:{plan_id}"
    return resource.reference(made, Id=made)


ADAPTERS = (
    Adapter(
        type="AWS::ApiGateway::ApiKey",
        read=read_api_key,
        taken={"Enabled": "enabled", "Name": "name", "Tags.Key": "tags", "Tags.Value": "tags", "Value": "value"},
        ignored=("CustomerId", "Description", "GenerateDistinctId", "StageKeys.RestApiId", "StageKeys.StageName"),
        attributes=("APIKeyId",),
        pins=("Id",),
    ),
    Adapter(
        type="AWS::ApiGateway::UsagePlan",
        read=read_usage_plan,
        taken={
            "ApiStages.ApiId": "stages",
            "ApiStages.Stage": "stages",
            "Tags.Key": "tags",
            "Tags.Value": "tags",
            "UsagePlanName": "name",
        },
        ignored=(
            *("ApiStages.Throttle", "Description", "Quota.Limit", "Quota.Offset", "Quota.Period"),
            *("Throttle.BurstLimit", "Throttle.RateLimit"),
        ),
        attributes=("Id",),
        pins=("Id",),
    ),
    Adapter(
        type="AWS::ApiGateway::UsagePlanKey",
        read=read_usage_plan_key,
        taken={"KeyId": "keys", "UsagePlanId": "id"},
        ignored=("KeyType",),
        required=("KeyId", "KeyType", "UsagePlanId"),
        attributes=("Id",),
    ),
)
