"""Each noun as the CloudFormation resource that it loads from; what CloudFormation has no word for is pinned."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping

from cogsim.arn import Arn
from cogsim.persistent import Map
from cogsim.policy.document import Policy
from cogsim.policy.parse import unparse
from cogsim.world.iam import AccessKey, Group, ManagedPolicy, OidcProvider, Role, SamlProvider, User
from cogsim.world.identity_pool import Identity, IdentityPool, PrincipalTags, RoleMapping
from cogsim.world.resources import Bucket, S3Object, Table
from cogsim.world.user_pool import (
    PoolUser,
    ResourceServer,
    SchemaAttribute,
    UserPool,
    UserPoolClient,
    UserPoolDomain,
    UserPoolGroup,
    UserPoolIdentityProvider,
)

Json = dict[str, object]

_PUBLIC_ACCESS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
_VERSIONED_TRIGGERS = {
    "CustomEmailSender": "V1_0",
    "CustomSMSSender": "V1_0",
    "InboundFederation": "V1_0",
    "PreTokenGenerationConfig": "V2_0",
}


def resource(type_name: str, properties: Json, pins: Json | None = None) -> Json:
    """A resource of a template; members that are None are left out, and pins where there are none."""
    pins = _present(pins or {})
    made: Json = {"Type": type_name, "Properties": _present(properties)}
    return {**made, "Metadata": {"cogsim": pins}} if pins else made


def _present(members: Json) -> Json:
    return {name: value for name, value in members.items() if value is not None}


def _some(values: Iterable[object]) -> list[object] | None:
    """A list, or None where it would be empty."""
    return list(values) or None


def _map(entries: Mapping[str, str]) -> Json | None:
    return dict(entries.items()) or None


def _tags(tags: Map[str, str]) -> list[object] | None:
    return _some({"Key": key, "Value": value} for key, value in tags.items())


def _document(policy: Policy | None) -> Json | None:
    return None if policy is None else unparse(policy)


def _inline(inline: Map[str, Policy]) -> list[object] | None:
    return _some({"PolicyName": name, "PolicyDocument": unparse(policy)} for name, policy in inline.items())


# IAM


def role(noun: Role) -> Json:
    properties: Json = {
        "RoleName": noun.name,
        "Path": noun.path,
        "AssumeRolePolicyDocument": unparse(noun.trust),
        "Policies": _inline(noun.inline),
        "ManagedPolicyArns": _some(noun.managed),
        "PermissionsBoundary": noun.boundary,
        "Tags": _tags(noun.tags),
        "MaxSessionDuration": noun.max_session_duration,
    }
    return resource("AWS::IAM::Role", properties, {"UniqueId": noun.unique_id})


def user(noun: User) -> Json:
    properties: Json = {
        "UserName": noun.name,
        "Path": noun.path,
        "Policies": _inline(noun.inline),
        "ManagedPolicyArns": _some(noun.managed),
        "PermissionsBoundary": noun.boundary,
        "Groups": _some(noun.groups),
        "Tags": _tags(noun.tags),
    }
    return resource("AWS::IAM::User", properties, {"UniqueId": noun.unique_id})


def group(noun: Group) -> Json:
    properties: Json = {
        "GroupName": noun.name,
        "Path": noun.path,
        "Policies": _inline(noun.inline),
        "ManagedPolicyArns": _some(noun.managed),
    }
    return resource("AWS::IAM::Group", properties)


def access_key(noun: AccessKey) -> Json:
    properties: Json = {"UserName": Arn.parse(noun.user_arn).name, "Status": "Active" if noun.active else "Inactive"}
    pins: Json = {"Id": noun.id, "SecretAccessKey": noun.secret, "UserArn": noun.user_arn}
    return resource("AWS::IAM::AccessKey", properties, pins)


def managed_policy(noun: ManagedPolicy) -> Json:
    properties: Json = {
        "ManagedPolicyName": noun.name,
        "Path": noun.path,
        "Description": noun.description or None,
        "PolicyDocument": unparse(noun.policy),
    }
    return resource("AWS::IAM::ManagedPolicy", properties)


def saml_provider(noun: SamlProvider) -> Json:
    return resource("AWS::IAM::SAMLProvider", {"Name": noun.name, "SamlMetadataDocument": noun.metadata})


def oidc_provider(noun: OidcProvider) -> Json:
    properties: Json = {
        "Url": noun.url,
        "ClientIdList": _some(noun.client_ids),
        "ThumbprintList": _some(noun.thumbprints),
    }
    return resource("AWS::IAM::OIDCProvider", properties)


# User pools


def user_pool(noun: UserPool, known_passwords: Json) -> Json:
    """`known_passwords` are those of people who are no users of the pool."""
    policy = noun.password_policy
    properties: Json = {
        "UserPoolName": noun.name,
        "Schema": _some(_schema_attribute(entry) for entry in noun.schema),
        "UsernameAttributes": _some(noun.username_attributes),
        "AliasAttributes": _some(noun.alias_attributes),
        "AutoVerifiedAttributes": _some(noun.auto_verified_attributes),
        "UserAttributeUpdateSettings": (
            {"AttributesRequireVerificationBeforeUpdate": list(noun.verify_before_update)}
            if noun.verify_before_update
            else None
        ),
        "UsernameConfiguration": {"CaseSensitive": noun.case_sensitive},
        "Policies": {
            "PasswordPolicy": {
                "MinimumLength": policy.minimum_length,
                "RequireUppercase": policy.require_uppercase,
                "RequireLowercase": policy.require_lowercase,
                "RequireNumbers": policy.require_numbers,
                "RequireSymbols": policy.require_symbols,
                "PasswordHistorySize": policy.history_size,
                "TemporaryPasswordValidityDays": policy.temporary_validity_days,
            }
        },
        "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": noun.admin_create_user_only},
        "MfaConfiguration": noun.mfa,
        "UserPoolTier": noun.tier,
        "LambdaConfig": {name: _trigger(name, arn) for name, arn in noun.triggers.items()} or None,
        "UserPoolAddOns": {"AdvancedSecurityMode": noun.advanced_security},
        "UserPoolTags": _map(noun.tags),
        "DeletionProtection": "ACTIVE" if noun.deletion_protection else "INACTIVE",
    }
    return resource("AWS::Cognito::UserPool", properties, {"Id": noun.id, "KnownPasswords": known_passwords or None})


def _trigger(name: str, arn: str) -> object:
    version = _VERSIONED_TRIGGERS.get(name)
    return arn if version is None else {"LambdaArn": arn, "LambdaVersion": version}


def _schema_attribute(entry: SchemaAttribute) -> Json:
    prefix, _, bare = entry.name.partition(":") if entry.custom else ("", "", entry.name)
    lengths = _present({"MinLength": entry.min_length, "MaxLength": entry.max_length})
    values = _present({"MinValue": entry.min_value, "MaxValue": entry.max_value})
    members: Json = {
        "Name": bare,
        "AttributeDataType": entry.type,
        "Mutable": entry.mutable,
        "Required": entry.required,
        "DeveloperOnlyAttribute": True if prefix == "dev" else None,
        "StringAttributeConstraints": {name: str(value) for name, value in lengths.items()} or None,
        "NumberAttributeConstraints": {name: str(value) for name, value in values.items()} or None,
    }
    return _present(members)


def client(noun: UserPoolClient) -> Json:
    properties: Json = {
        "UserPoolId": noun.pool_id,
        "ClientName": noun.name,
        "GenerateSecret": noun.secret is not None,
        "ExplicitAuthFlows": list(noun.explicit_auth_flows),
        "ReadAttributes": None if noun.read_attributes is None else list(noun.read_attributes),
        "WriteAttributes": None if noun.write_attributes is None else list(noun.write_attributes),
        "AccessTokenValidity": noun.access_token_validity,
        "IdTokenValidity": noun.id_token_validity,
        "RefreshTokenValidity": noun.refresh_token_validity,
        "TokenValidityUnits": {"AccessToken": "seconds", "IdToken": "seconds", "RefreshToken": "seconds"},
        "AuthSessionValidity": noun.auth_session_validity // 60,
        "PreventUserExistenceErrors": noun.prevent_user_existence_errors,
        "EnableTokenRevocation": noun.enable_token_revocation,
        "RefreshTokenRotation": {"Feature": "ENABLED" if noun.refresh_token_rotation else "DISABLED"},
        "SupportedIdentityProviders": _some(noun.supported_identity_providers),
        "AllowedOAuthFlows": _some(noun.allowed_oauth_flows),
        "AllowedOAuthScopes": _some(noun.allowed_oauth_scopes),
        "AllowedOAuthFlowsUserPoolClient": noun.allowed_oauth_flows_user_pool_client,
        "CallbackURLs": _some(noun.callback_urls),
        "LogoutURLs": _some(noun.logout_urls),
        "DefaultRedirectURI": noun.default_redirect_uri,
    }
    return resource("AWS::Cognito::UserPoolClient", properties, {"Id": noun.id, "ClientSecret": noun.secret})


def pool_group(noun: UserPoolGroup) -> Json:
    properties: Json = {
        "UserPoolId": noun.pool_id,
        "GroupName": noun.name,
        "RoleArn": noun.role_arn,
        "Precedence": noun.precedence,
        "Description": noun.description or None,
    }
    return resource("AWS::Cognito::UserPoolGroup", properties)


def pool_user(noun: PoolUser, known_password: str | None) -> Json:
    attributes = [{"Name": name, "Value": value} for name, value in noun.attributes.items()]
    properties: Json = {"UserPoolId": noun.pool_id, "Username": noun.username, "UserAttributes": _some(attributes)}
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
    properties: Json = {"UserPoolId": pool_id, "Username": username, "GroupName": group_name}
    return resource("AWS::Cognito::UserPoolUserToGroupAttachment", properties)


def pool_provider(noun: UserPoolIdentityProvider) -> Json:
    properties: Json = {
        "UserPoolId": noun.pool_id,
        "ProviderName": noun.name,
        "ProviderType": noun.type,
        "ProviderDetails": dict(noun.details.items()),
        "AttributeMapping": _map(noun.mapping),
        "IdpIdentifiers": _some(noun.identifiers),
    }
    return resource("AWS::Cognito::UserPoolIdentityProvider", properties)


def resource_server(noun: ResourceServer) -> Json:
    scopes = [{"ScopeName": name, "ScopeDescription": text} for name, text in noun.scopes.items()]
    properties: Json = {
        "UserPoolId": noun.pool_id,
        "Identifier": noun.identifier,
        "Name": noun.name,
        "Scopes": _some(scopes),
    }
    return resource("AWS::Cognito::UserPoolResourceServer", properties)


def domain(noun: UserPoolDomain) -> Json:
    properties: Json = {
        "UserPoolId": noun.pool_id,
        "Domain": noun.domain,
        "CustomDomainConfig": {"CertificateArn": noun.certificate_arn} if noun.certificate_arn else None,
        "ManagedLoginVersion": noun.managed_login_version,
    }
    return resource("AWS::Cognito::UserPoolDomain", properties)


# Identity pools


def identity_pool(noun: IdentityPool) -> Json:
    providers = [
        {"ProviderName": p.provider_name, "ClientId": p.client_id, "ServerSideTokenCheck": p.server_side_token_check}
        for p in noun.cognito_providers
    ]
    properties: Json = {
        "IdentityPoolName": noun.name,
        "AllowUnauthenticatedIdentities": noun.allow_unauthenticated,
        "AllowClassicFlow": noun.allow_classic_flow,
        "CognitoIdentityProviders": _some(providers),
        "SupportedLoginProviders": _map(noun.supported_login_providers),
        "DeveloperProviderName": noun.developer_provider_name,
        "OpenIdConnectProviderARNs": _some(noun.open_id_connect_provider_arns),
        "SamlProviderARNs": _some(noun.saml_provider_arns),
        "IdentityPoolTags": _tags(noun.tags),
    }
    return resource("AWS::Cognito::IdentityPool", properties, {"Id": noun.id})


def role_attachment(noun: IdentityPool) -> Json:
    mappings = {
        f"Mapping{number}": {"IdentityProvider": provider, **_role_mapping(mapping)}
        for number, (provider, mapping) in enumerate(noun.role_mappings.items(), 1)
    }
    properties: Json = {"IdentityPoolId": noun.id, "Roles": _map(noun.roles), "RoleMappings": mappings or None}
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
    return _present(members)


def principal_tags(pool_id: str, provider: str, noun: PrincipalTags) -> Json:
    properties: Json = {
        "IdentityPoolId": pool_id,
        "IdentityProviderName": provider,
        "UseDefaults": noun.use_defaults,
        "PrincipalTags": _map(noun.tags),
    }
    return resource("AWS::Cognito::IdentityPoolPrincipalTag", properties)


def identities(nouns: Iterable[Identity]) -> Json:
    entries: Json = {
        noun.id: {
            "IdentityPoolId": noun.pool_id,
            "Logins": dict(noun.logins.items()),
            "Enabled": noun.enabled,
            "Created": noun.created,
        }
        for noun in nouns
    }
    return resource("Cogsim::Identities", {"Identities": entries})


# Protected resources


def bucket(noun: Bucket) -> Json:
    properties: Json = {
        "BucketName": noun.name,
        "PublicAccessBlockConfiguration": {name: name in noun.public_access_block for name in _PUBLIC_ACCESS},
        "Tags": _tags(noun.tags),
    }
    return resource("AWS::S3::Bucket", properties)


def bucket_policy(name: str, policy: Policy) -> Json:
    return resource("AWS::S3::BucketPolicy", {"Bucket": name, "PolicyDocument": unparse(policy)})


def objects(bucket_name: str, held: Iterable[S3Object]) -> Json:
    return resource("Cogsim::Objects", {"Bucket": bucket_name, "Objects": {each.key: _object(each) for each in held}})


def _object(noun: S3Object) -> Json:
    members: Json = {
        **_body(noun.body),
        "ETag": noun.etag,
        "Modified": noun.modified,
        "ContentType": noun.content_type,
        "Metadata": _map(noun.metadata),
        "Tags": _map(noun.tags),
    }
    return _present(members)


def _body(body: bytes) -> Json:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = "\0"
    return {"BodyBase64": base64.b64encode(body).decode()} if "\0" in text else {"Body": text}


def table(noun: Table) -> Json:
    definitions = [{"AttributeName": name, "AttributeType": kind} for name, kind in noun.attribute_types.items()]
    properties: Json = {
        "TableName": noun.name,
        "KeySchema": _keys(noun.key_schema),
        "AttributeDefinitions": _some(definitions),
        "GlobalSecondaryIndexes": _some(_index(name, keys) for name, keys in noun.global_indexes.items()),
        "LocalSecondaryIndexes": _some(_index(name, keys) for name, keys in noun.local_indexes.items()),
        "BillingMode": "PAY_PER_REQUEST",
        "ResourcePolicy": {"PolicyDocument": _document(noun.policy)} if noun.policy else None,
        "Tags": _tags(noun.tags),
    }
    return resource("AWS::DynamoDB::Table", properties)


def _keys(keys: tuple[tuple[str, str], ...]) -> list[Json]:
    return [{"AttributeName": name, "KeyType": kind} for name, kind in keys]


def _index(name: str, keys: tuple[tuple[str, str], ...]) -> Json:
    return {"IndexName": name, "KeySchema": _keys(keys), "Projection": {"ProjectionType": "ALL"}}
