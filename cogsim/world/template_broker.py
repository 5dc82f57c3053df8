"""Custom identity brokers as the resources that they load from."""

from __future__ import annotations

from cogsim.frozen import thaw
from cogsim.world.broker import Broker, BrokerPerson, BrokerRule
from cogsim.world.template_parts import Json, mapping, present, resource, some


def broker(noun: Broker) -> Json:
    """Cogsim::Broker, as it would be without its mistakes."""
    properties: Json = {
        "Name": noun.name,
        "Principal": noun.principal_arn,
        "People": {name: _person(each) for name, each in noun.people.items()},
        "Rules": [_rule(rule) for rule in noun.rules],
        "Wishes": {name: list(values) for name, values in noun.wishes.items()} or None,
        "Url": noun.url or None,
    }
    return resource("Cogsim::Broker", properties)


def mistakes(noun: Broker) -> Json:
    """Cogsim::BrokerMistakes."""
    return resource("Cogsim::BrokerMistakes", {"Broker": noun.name, "Mistakes": list(noun.mistakes)})


def _person(noun: BrokerPerson) -> Json:
    return present(
        {
            "Password": noun.password,
            "Tenant": noun.tenant,
            "Groups": some(noun.groups),
            "Enabled": None if noun.enabled else False,
            "Attributes": mapping(noun.attributes),
        }
    )


def _rule(noun: BrokerRule) -> Json:
    return present(
        {
            "Name": noun.name,
            "Operation": noun.operation,
            "Groups": some(noun.groups),
            "RoleArn": noun.role_arn,
            "IdentityPoolId": noun.identity_pool_id,
            "ProviderName": noun.provider_name,
            "SessionName": noun.session_name,
            "DurationSeconds": noun.duration,
            "ExternalId": noun.external_id,
            "SourceIdentity": noun.source_identity,
            "Tags": mapping(noun.tags),
            "TransitiveTagKeys": some(noun.transitive_tag_keys),
            "Policy": None if noun.policy is None else thaw(noun.policy),
            "PolicyArns": some(noun.policy_arns),
        }
    )
