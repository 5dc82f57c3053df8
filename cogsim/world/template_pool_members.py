"""What belongs to a user pool as the CloudFormation resources that it loads from: groups, users, providers, servers,
domains.

What CloudFormation has no word for (passwords, status, instants) is pinned under `Metadata.cogsim`.
"""

from __future__ import annotations

from cogsim.frozen import thaw
from cogsim.world.pool_members import ResourceServer, UserPoolDomain, UserPoolGroup, UserPoolIdentityProvider
from cogsim.world.pool_user import Device, Passkey, PasswordVerifier, PoolUser
from cogsim.world.template_parts import Json, mapping, present, resource, some


def pool_group(noun: UserPoolGroup) -> Json:
    """AWS::Cognito::UserPoolGroup."""
    properties: Json = {
        "UserPoolId": noun.pool_id,
        "GroupName": noun.name,
        "RoleArn": noun.role_arn,
        "Precedence": noun.precedence,
        "Description": noun.description or None,
    }
    return resource("AWS::Cognito::UserPoolGroup", properties, _dates(noun.created, noun.modified))


def _dates(created: float, modified: float) -> Json:
    """The pins of when something was made and changed; a change at the beginning goes without saying."""
    return {"Created": created or None, "Modified": None if modified == created else modified}


def pool_user(noun: PoolUser, known_password: str | None) -> Json:
    """AWS::Cognito::UserPoolUser; what a template cannot say of a user is pinned."""
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
        "PasswordHistory": some(_kept(each) for each in noun.password_history),
        "Factors": some(noun.factors),
        "PreferredFactor": noun.preferred_factor,
        "SoftwareToken": (
            {"Secret": noun.software_token.secret, "Name": noun.software_token.name} if noun.software_token else None
        ),
        "Devices": {key: _device(device) for key, device in noun.devices.items()} or None,
        "Passkeys": {key: _passkey(passkey) for key, passkey in noun.passkeys.items()} or None,
        "Created": noun.created,
        "Modified": noun.modified,
    }
    return resource("AWS::Cognito::UserPoolUser", properties, pins)


def _kept(verifier: PasswordVerifier) -> Json:
    return {"Salt": verifier.salt, "Verifier": verifier.verifier}


def _device(device: Device) -> Json:
    return {
        "GroupKey": device.group_key,
        **_kept(device.verifier),
        "Name": device.name,
        "Remembered": device.remembered,
        "Created": device.created,
        "Modified": device.modified,
        "LastAuthenticated": device.last_authenticated,
        "LastIp": device.last_ip,
    }


def _passkey(passkey: Passkey) -> Json:
    members: Json = {
        "PublicKey": passkey.public_key,
        "RelyingPartyId": passkey.relying_party_id,
        "SignCount": passkey.sign_count,
        "Name": passkey.name,
        "Attachment": passkey.attachment,
        "Transports": some(passkey.transports),
        "Created": passkey.created,
    }
    return present(members)


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
    pins = {"AcrMapping": mapping(noun.acr_mapping), **_dates(noun.created, noun.modified)}
    return resource("AWS::Cognito::UserPoolIdentityProvider", properties, pins)


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
        "CustomDomainConfig": (
            present({"CertificateArn": noun.certificate_arn, "SecurityPolicy": noun.security_policy}) or None
        ),
        "ManagedLoginVersion": noun.managed_login_version,
        "Routing": thaw(noun.routing) or None,
    }
    return resource("AWS::Cognito::UserPoolDomain", properties, {"Created": noun.created or None})
