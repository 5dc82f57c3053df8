"""IAM's nouns as the CloudFormation resources that they load from."""

from __future__ import annotations

from cogsim.arn import Arn
from cogsim.frozen import thaw
from cogsim.policy.parse import unparse
from cogsim.world.account_document import AccountDocument
from cogsim.world.iam import (
    AccessKey,
    Group,
    ManagedPolicy,
    MfaDevice,
    OidcProvider,
    PolicyVersion,
    Role,
    RootAccess,
    SamlProvider,
    User,
)
from cogsim.world.template_parts import Json, inline, resource, some, tags


def role(noun: Role) -> Json:
    """AWS::IAM::Role; attached policies are listed in it."""
    properties: Json = {
        "RoleName": noun.name,
        "Path": noun.path,
        "AssumeRolePolicyDocument": unparse(noun.trust),
        "Policies": inline(noun.inline),
        "ManagedPolicyArns": some(noun.managed),
        "PermissionsBoundary": noun.boundary,
        "Tags": tags(noun.tags),
        "MaxSessionDuration": noun.max_session_duration,
        "Description": noun.description or None,
    }
    return resource("AWS::IAM::Role", properties, {"UniqueId": noun.unique_id, "Created": noun.created or None})


def user(noun: User) -> Json:
    """AWS::IAM::User."""
    properties: Json = {
        "UserName": noun.name,
        "Path": noun.path,
        "Policies": inline(noun.inline),
        "ManagedPolicyArns": some(noun.managed),
        "PermissionsBoundary": noun.boundary,
        "Groups": some(noun.groups),
        "Tags": tags(noun.tags),
    }
    return resource("AWS::IAM::User", properties, {"UniqueId": noun.unique_id, "Created": noun.created or None})


def group(noun: Group) -> Json:
    """AWS::IAM::Group."""
    properties: Json = {
        "GroupName": noun.name,
        "Path": noun.path,
        "Policies": inline(noun.inline),
        "ManagedPolicyArns": some(noun.managed),
    }
    return resource("AWS::IAM::Group", properties, {"UniqueId": noun.unique_id, "Created": noun.created or None})


def access_key(noun: AccessKey) -> Json:
    """AWS::IAM::AccessKey; the id, the secret and the user's ARN are pinned."""
    properties: Json = {"UserName": Arn.parse(noun.user_arn).name, "Status": "Active" if noun.active else "Inactive"}
    pins: Json = {"Id": noun.id, "SecretAccessKey": noun.secret, "UserArn": noun.user_arn}
    pins["Created"] = noun.created or None
    return resource("AWS::IAM::AccessKey", properties, pins)


def mfa_device(noun: MfaDevice) -> Json:
    """AWS::IAM::VirtualMFADevice; the seed and the user's ARN are pinned."""
    properties: Json = {
        "VirtualMfaDeviceName": noun.name,
        "Path": noun.path,
        "Users": [] if noun.user_arn is None else [Arn.parse(noun.user_arn).name],
        "Tags": tags(noun.tags),
    }
    pins: Json = {"Seed": noun.seed, "UserArn": noun.user_arn}
    pins |= {"Enabled": noun.enabled or None, "Created": noun.created or None}
    return resource("AWS::IAM::VirtualMFADevice", properties, pins)


def root_access(noun: RootAccess) -> Json:
    """Cogsim::CentralizedRootAccess."""
    properties: Json = {
        "ManagementAccount": noun.management_account,
        "Members": some(noun.members),
        "DelegatedAdministrator": noun.delegated_administrator,
    }
    return resource("Cogsim::CentralizedRootAccess", properties)


def managed_policy(noun: ManagedPolicy) -> Json:
    """AWS::IAM::ManagedPolicy, attached to nothing: who has it lists it. CloudFormation knows the default version only:
    the others are pinned."""
    properties: Json = {
        "ManagedPolicyName": noun.name,
        "Path": noun.path,
        "Description": noun.description or None,
        "PolicyDocument": unparse(noun.policy),
    }
    pins: Json = {
        "UniqueId": noun.unique_id,
        "Tags": tags(noun.tags),
        "Created": noun.created or None,
        "Updated": noun.updated or None,
        "DefaultVersionId": noun.default_id,
        "DefaultCreated": noun.default_created or None,
        "VersionsMade": noun.made,
        "Versions": some(_version(version) for version in noun.others),
    }
    return resource("AWS::IAM::ManagedPolicy", properties, pins)


def _version(version: PolicyVersion) -> Json:
    return {"VersionId": version.id, "Created": version.created, "Document": unparse(version.policy)}


def saml_provider(noun: SamlProvider) -> Json:
    """AWS::IAM::SAMLProvider."""
    properties: Json = {
        "Name": noun.name,
        "SamlMetadataDocument": noun.metadata,
        "Tags": tags(noun.tags),
        "AssertionEncryptionMode": noun.encryption,
    }
    keys = some({"Pem": key.pem, "Added": key.added} for key in noun.private_keys)
    return resource("AWS::IAM::SAMLProvider", properties, {"Created": noun.created or None, "PrivateKeys": keys})


def oidc_provider(noun: OidcProvider) -> Json:
    """AWS::IAM::OIDCProvider."""
    properties: Json = {
        "Url": noun.url,
        "ClientIdList": some(noun.client_ids),
        "ThumbprintList": some(noun.thumbprints),
        "Tags": tags(noun.tags),
    }
    return resource("AWS::IAM::OIDCProvider", properties, {"Created": noun.created or None})


def account_document(noun: AccountDocument) -> Json:
    """Cogsim::AccountDocument: the API's own shape, secrets included."""
    properties: Json = {
        "Kind": noun.kind,
        "Key": noun.key or None,
        "Content": thaw(noun.content),
        "Created": noun.created or None,
    }
    return resource("Cogsim::AccountDocument", properties)
