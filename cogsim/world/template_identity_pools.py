"""Identity pools as the CloudFormation resources that they load from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cogsim.world.identity_pool import CognitoStreams, Identity, IdentityPool, PrincipalTags, PushSync, RoleMapping
from cogsim.world.sync_dataset import SyncDataset
from cogsim.world.template_parts import Json, mapping, present, resource, some, tags


def identity_pool(noun: IdentityPool) -> Json:
    """AWS::Cognito::IdentityPool."""
    providers = [
        {"ProviderName": p.provider_name, "ClientId": p.client_id, "ServerSideTokenCheck": p.server_side_token_check}
        for p in noun.cognito_providers
    ]
    properties: Json = {
        "IdentityPoolName": noun.name,
        "AllowUnauthenticatedIdentities": noun.allow_unauthenticated,
        "AllowClassicFlow": noun.allow_classic_flow,
        "CognitoIdentityProviders": some(providers),
        "SupportedLoginProviders": mapping(noun.supported_login_providers),
        "DeveloperProviderName": noun.developer_provider_name,
        "OpenIdConnectProviderARNs": some(noun.open_id_connect_provider_arns),
        "SamlProviderARNs": some(noun.saml_provider_arns),
        "IdentityPoolTags": tags(noun.tags),
        "PushSync": _push_sync(noun.push_sync),
        "CognitoStreams": _streams(noun.streams),
        "CognitoEvents": mapping(noun.events),
    }
    return resource("AWS::Cognito::IdentityPool", properties, {"Id": noun.id})


def _push_sync(noun: PushSync | None) -> Json | None:
    if noun is None:
        return None
    return present({"ApplicationArns": some(noun.application_arns), "RoleArn": noun.role_arn})


def _streams(noun: CognitoStreams | None) -> Json | None:
    if noun is None:
        return None
    return present({"StreamName": noun.stream_name, "RoleArn": noun.role_arn, "StreamingStatus": noun.status})


def role_attachment(noun: IdentityPool) -> Json:
    """AWS::Cognito::IdentityPoolRoleAttachment; providers stand in `IdentityProvider`, since keys are the writer's."""
    mappings = {
        f"Mapping{number}": {"IdentityProvider": provider, **_role_mapping(mapping)}
        for number, (provider, mapping) in enumerate(noun.role_mappings.items(), 1)
    }
    properties: Json = {"IdentityPoolId": noun.id, "Roles": mapping(noun.roles), "RoleMappings": mappings or None}
    return resource("AWS::Cognito::IdentityPoolRoleAttachment", properties)


def _role_mapping(mapping: RoleMapping) -> Json:
    rules = [
        {"Claim": rule.claim, "MatchType": rule.match, "Value": rule.value, "RoleARN": rule.role_arn}
        for rule in mapping.rules
    ]
    members: Json = {
        "Type": mapping.type,
        "AmbiguousRoleResolution": mapping.ambiguous_role_resolution,
        "RulesConfiguration": {"Rules": rules} if rules else None,
    }
    return present(members)


def principal_tags(pool_id: str, provider: str, noun: PrincipalTags) -> Json:
    """AWS::Cognito::IdentityPoolPrincipalTag."""
    properties: Json = {
        "IdentityPoolId": pool_id,
        "IdentityProviderName": provider,
        "UseDefaults": noun.use_defaults,
        "PrincipalTags": mapping(noun.tags),
    }
    return resource("AWS::Cognito::IdentityPoolPrincipalTag", properties)


def identities(nouns: Iterable[Identity], datasets: Mapping[str, Iterable[SyncDataset]]) -> Json:
    """Cogsim::Identities; `datasets` are those of each identity, by its id."""
    entries: Json = {noun.id: _identity(noun, datasets.get(noun.id, ())) for noun in nouns}
    return resource("Cogsim::Identities", {"Identities": entries})


def _identity(noun: Identity, datasets: Iterable[SyncDataset]) -> Json:
    members: Json = {
        "IdentityPoolId": noun.pool_id,
        "Logins": dict(noun.logins.items()),
        "DeveloperUsers": mapping(noun.developer_users),
        "Enabled": noun.enabled,
        "Created": noun.created,
        "Modified": noun.modified or None,
        "MergedInto": noun.merged_into,
        "Deleted": noun.deleted or None,
        "Datasets": {dataset.name: _dataset(dataset) for dataset in datasets} or None,
    }
    return present(members)


def _dataset(noun: SyncDataset) -> Json:
    records = {
        record.key: present(
            {
                "Value": record.value,
                "SyncCount": record.sync_count,
                "Modified": record.modified,
                "ModifiedBy": record.modified_by or None,
                "DeviceModified": record.device_modified,
            }
        )
        for record in noun.records.values()
    }
    members: Json = {
        "SyncCount": noun.sync_count,
        "Created": noun.created,
        "Modified": noun.modified,
        "ModifiedBy": noun.modified_by or None,
        "Deleted": noun.deleted or None,
        "Records": records or None,
    }
    return present(members)
