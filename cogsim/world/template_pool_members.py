"""What belongs to a user pool as the CloudFormation resources that it loads from: groups, users, providers, servers,
domains.

What CloudFormation has no word for (passwords, status, instants) is pinned under `Metadata.cogsim`.
"""

from __future__ import annotations

from cogsim.world.pool_members import ResourceServer, UserPoolDomain, UserPoolGroup, UserPoolIdentityProvider
from cogsim.world.pool_user import PoolUser
from cogsim.world.template_parts import Json, mapping, resource, some


def pool_group(noun: UserPoolGroup) -> Json:
    """AWS::Cognito::UserPoolGroup."""
    properties: Json = {
        "UserPoolId": noun.pool_id,
        "GroupName": noun.name,
        "RoleArn": noun.role_arn,
        "Precedence": noun.precedence,
        "Description": noun.description or None,
    }
    return resource("AWS::Cognito::UserPoolGroup", properties)


def pool_user(noun: PoolUser, known_password: str | None) -> Json:
    """AWS::Cognito::UserPoolUser; username, `sub`, status, verifier and instants are pinned."""
    attributes = [{"Name": name, "Value": value} for name, value in noun.attributes.items()]
    properties: Json = {"UserPoolId": noun.pool_id, "Username": noun.username, "UserAttributes": some(attributes)}
    pins: Json = {
        "Username": noun.username,
        "Sub": noun.sub,
        "Status": noun.status.value,
        "Enabled": None if noun.enabled else False,
        "Salt": noun.password.salt if noun.password else None,
        "Verifier": noun.password.verifier if noun.password else None,
        "KnownPassword": known_password,
        "TemporaryPasswordSetAt": noun.temporary_password_set_at,
        "Created": noun.created,
        "Modified": noun.modified,
    }
    return resource("AWS::Cognito::UserPoolUser", properties, pins)


def membership(pool_id: str, username: str, group_name: str) -> Json:
    """AWS::Cognito::UserPoolUserToGroupAttachment."""
    properties: Json = {"UserPoolId": pool_id, "Username": username, "GroupName": group_name}
    return resource("AWS::Cognito::UserPoolUserToGroupAttachment", properties)


def pool_provider(noun: UserPoolIdentityProvider) -> Json:
    """AWS::Cognito::UserPoolIdentityProvider."""
    properties: Json = {
        "UserPoolId": noun.pool_id,
        "ProviderName": noun.name,
        "ProviderType": noun.type,
        "ProviderDetails": dict(noun.details.items()),
        "AttributeMapping": mapping(noun.mapping),
        "IdpIdentifiers": some(noun.identifiers),
    }
    return resource("AWS::Cognito::UserPoolIdentityProvider", properties)


def resource_server(noun: ResourceServer) -> Json:
    """AWS::Cognito::UserPoolResourceServer."""
    scopes = [{"ScopeName": name, "ScopeDescription": text} for name, text in noun.scopes.items()]
    properties: Json = {
        "UserPoolId": noun.pool_id,
        "Identifier": noun.identifier,
        "Name": noun.name,
        "Scopes": some(scopes),
    }
    return resource("AWS::Cognito::UserPoolResourceServer", properties)


def domain(noun: UserPoolDomain) -> Json:
    """AWS::Cognito::UserPoolDomain."""
    properties: Json = {
        "UserPoolId": noun.pool_id,
        "Domain": noun.domain,
        "CustomDomainConfig": {"CertificateArn": noun.certificate_arn} if noun.certificate_arn else None,
        "ManagedLoginVersion": noun.managed_login_version,
    }
    return resource("AWS::Cognito::UserPoolDomain", properties)
