"""User pools and their app clients."""

from __future__ import annotations

from cogsim.assumptions import choice
from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.draft import ATTACHMENTS
from cogsim.load.cloudformation.intrinsics import Reference
from cogsim.load.cloudformation.properties import Properties
from cogsim.persistent import Map
from cogsim.world.user_pool import STANDARD_ATTRIBUTES, PasswordPolicy, SchemaAttribute, UserPool
from cogsim.world.user_pool_client import DEFAULT_AUTH_FLOWS, UserPoolClient

#: Triggers that are a function's ARN, and those that are an object with the ARN inside. # idp:triggers
TRIGGERS = (
    *("CreateAuthChallenge", "CustomMessage", "DefineAuthChallenge", "PostAuthentication", "PostConfirmation"),
    *("PreAuthentication", "PreSignUp", "PreTokenGeneration", "UserMigration", "VerifyAuthChallengeResponse"),
)
VERSIONED_TRIGGERS = ("CustomEmailSender", "CustomSMSSender", "InboundFederation", "PreTokenGenerationConfig")

_UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}


def read_user_pool(resource: Resource) -> Reference:
    """A pool; what its users' attributes and passwords must be, who may sign up, which triggers there are."""
    properties, env = resource.properties, resource.environment
    draw = resource.stack.draw("cognito-idp/pool-id", resource.logical_id)
    pool_id = resource.pins.text("Id") or f"{env.region}_{draw.alnum(9)}"
    admin = properties.child("AdminCreateUserConfig")
    security = properties.child("UserPoolAddOns").choice("AdvancedSecurityMode", ("OFF", "AUDIT", "ENFORCED"), "OFF")
    # idp:feature-plans: threat protection needs the Plus plan, which is then the default
    tier = "ESSENTIALS" if security == "OFF" else "PLUS"
    contacts = ("email", "phone_number")
    pool = properties.make(
        lambda: UserPool(
            id=pool_id,
            arn=f"arn:{env.partition}:cognito-idp:{env.region}:{env.account}:userpool/{pool_id}",
            name=resource.name("UserPoolName"),
            schema=tuple(_schema_attribute(entry) for entry in properties.children("Schema")),
            username_attributes=properties.words("UsernameAttributes", contacts),
            alias_attributes=properties.words("AliasAttributes", (*contacts, "preferred_username")),
            auto_verified_attributes=properties.words("AutoVerifiedAttributes", contacts),
            verify_before_update=properties.child("UserAttributeUpdateSettings").words(
                "AttributesRequireVerificationBeforeUpdate", contacts
            ),
            case_sensitive=properties.child("UsernameConfiguration").flag("CaseSensitive", True),
            password_policy=_password_policy(properties.child("Policies"), admin),
            admin_create_user_only=admin.flag("AllowAdminCreateUserOnly"),
            mfa=properties.choice("MfaConfiguration", ("OFF", "ON", "OPTIONAL"), "OFF"),
            tier=properties.choice("UserPoolTier", ("LITE", "ESSENTIALS", "PLUS"), tier),
            triggers=_triggers(properties.child("LambdaConfig")),
            advanced_security=security,
            tags=properties.map("UserPoolTags"),
            deletion_protection=properties.choice("DeletionProtection", ("ACTIVE", "INACTIVE"), "INACTIVE") == "ACTIVE",
            origin=resource.origin,
        )
    )
    resource.define("user pool", pool_id)
    resource.draft.world = resource.draft.world.with_user_pool(pool)
    for username, password in resource.pins.map("KnownPasswords").items():
        _remember(resource, pool_id, username, password)
    return resource.reference(
        pool_id, Arn=pool.arn, ProviderName=pool.provider_name, ProviderURL=pool.issuer, UserPoolId=pool_id
    )


def _remember(resource: Resource, pool_id: str, username: str, password: str) -> None:
    def change() -> None:
        resource.draft.world = resource.draft.world.with_known_password(pool_id, username, password)

    resource.draft.later(ATTACHMENTS, change)


def _schema_attribute(entry: Properties) -> SchemaAttribute:
    """One attribute of the schema; a name that is no standard one gets its prefix. # idp:attributes §custom"""
    name = entry.needed("Name")
    developer_only = entry.flag("DeveloperOnlyAttribute")
    if name not in STANDARD_ATTRIBUTES:
        name = f"{'dev' if developer_only else 'custom'}:{name}"
    lengths, values = entry.child("StringAttributeConstraints"), entry.child("NumberAttributeConstraints")
    if not entry.has("Mutable") and ":" in name:
        default = choice("cognito-idp.schemaMutableDefault")
        entry.notes.warn(
            entry.node.location,
            f"{name} does not state Mutable; it is read as {default} (assumption cognito-idp.schemaMutableDefault)",
        )
    return entry.make(
        lambda: SchemaAttribute(
            name=name,
            type=entry.choice("AttributeDataType", ("String", "Number", "DateTime", "Boolean"), "String"),
            mutable=entry.flag("Mutable", name != "sub" and choice("cognito-idp.schemaMutableDefault") == "true"),
            required=entry.flag("Required"),
            min_length=lengths.number("MinLength"),
            max_length=lengths.number("MaxLength"),
            min_value=values.number("MinValue"),
            max_value=values.number("MaxValue"),
        )
    )


def _password_policy(policies: Properties, admin: Properties) -> PasswordPolicy:
    """The policy, or AWS's own where none is stated: a policy that is stated requires only what it names, and eight
    characters. # idp:policies"""
    if not policies.has("PasswordPolicy"):
        days = admin.number("UnusedAccountValidityDays", 0) or 7
        return admin.make(lambda: PasswordPolicy(temporary_validity_days=days))
    stated = policies.child("PasswordPolicy")
    days = stated.number("TemporaryPasswordValidityDays", 0) or admin.number("UnusedAccountValidityDays", 0) or 7
    unstated = choice("cognito-idp.passwordPolicyDefaults") == "required"
    return stated.make(
        lambda: PasswordPolicy(
            minimum_length=stated.number("MinimumLength", 8),
            require_uppercase=stated.flag("RequireUppercase", unstated),
            require_lowercase=stated.flag("RequireLowercase", unstated),
            require_numbers=stated.flag("RequireNumbers", unstated),
            require_symbols=stated.flag("RequireSymbols", unstated),
            history_size=stated.number("PasswordHistorySize", 0),
            temporary_validity_days=days,
        )
    )


def _triggers(config: Properties) -> Map[str, str]:
    found = {name: arn for name in TRIGGERS if (arn := config.text(name)) is not None}
    for name in VERSIONED_TRIGGERS:
        if config.has(name):
            found[name] = config.child(name).needed("LambdaArn")
    return Map(found)


def read_client(resource: Resource) -> Reference:
    """An app client with AWS's defaults for what it leaves out. # idp:app-clients"""
    properties, pins = resource.properties, resource.pins
    client_id = pins.text("Id") or resource.stack.draw("cognito-idp/client-id", resource.logical_id).lower_alnum(26)
    secret = pins.text("ClientSecret")
    if secret is None and properties.flag("GenerateSecret"):
        secret = resource.stack.draw("cognito-idp/client-secret", resource.logical_id).lower_alnum(51)
    units = properties.child("TokenValidityUnits")
    client = properties.make(
        lambda: UserPoolClient(
            id=client_id,
            pool_id=properties.needed("UserPoolId"),
            name=resource.name("ClientName"),
            secret=secret,
            explicit_auth_flows=properties.texts("ExplicitAuthFlows") or DEFAULT_AUTH_FLOWS,
            read_attributes=properties.texts("ReadAttributes") if properties.has("ReadAttributes") else None,
            write_attributes=properties.texts("WriteAttributes") if properties.has("WriteAttributes") else None,
            access_token_validity=_validity(properties, units, "AccessToken", "hours") or 3600,
            id_token_validity=_validity(properties, units, "IdToken", "hours") or 3600,
            refresh_token_validity=_validity(properties, units, "RefreshToken", "days") or 30 * 86400,
            auth_session_validity=60 * properties.number("AuthSessionValidity", 3),
            prevent_user_existence_errors=properties.choice(
                "PreventUserExistenceErrors", ("LEGACY", "ENABLED"), "LEGACY"
            ),
            enable_token_revocation=properties.flag("EnableTokenRevocation", True),
            refresh_token_rotation=properties.child("RefreshTokenRotation").choice(
                "Feature", ("ENABLED", "DISABLED"), "DISABLED"
            )
            == "ENABLED",
            supported_identity_providers=properties.texts("SupportedIdentityProviders"),
            allowed_oauth_flows=properties.words("AllowedOAuthFlows", ("code", "implicit", "client_credentials")),
            allowed_oauth_scopes=properties.texts("AllowedOAuthScopes"),
            allowed_oauth_flows_user_pool_client=properties.flag("AllowedOAuthFlowsUserPoolClient"),
            callback_urls=properties.texts("CallbackURLs"),
            logout_urls=properties.texts("LogoutURLs"),
            default_redirect_uri=properties.text("DefaultRedirectURI"),
            origin=resource.origin,
        )
    )
    resource.define("app client", client_id)
    resource.draft.world = resource.draft.world.with_client(client)
    attributes = {"ClientId": client_id, "Name": client.name}
    if secret is not None:
        attributes["ClientSecret"] = secret
    return resource.reference(client_id, **attributes)


def _validity(properties: Properties, units: Properties, token: str, default_unit: str) -> int:
    """A token's validity in seconds; 0 where it is absent or 0, which means AWS's default."""
    unit = units.choice(token, tuple(_UNITS), default_unit)
    return properties.number(f"{token}Validity", 0) * _UNITS[unit]


ADAPTERS = (
    Adapter(
        type="AWS::Cognito::UserPool",
        read=read_user_pool,
        taken={
            "AdminCreateUserConfig.AllowAdminCreateUserOnly": "admin_create_user_only",
            "AdminCreateUserConfig.UnusedAccountValidityDays": "password_policy.temporary_validity_days",
            "AliasAttributes": "alias_attributes",
            "AutoVerifiedAttributes": "auto_verified_attributes",
            "DeletionProtection": "deletion_protection",
            **{f"LambdaConfig.{name}": "triggers" for name in TRIGGERS},
            **{f"LambdaConfig.{name}.LambdaArn": "triggers" for name in VERSIONED_TRIGGERS},
            "MfaConfiguration": "mfa",
            "Policies.PasswordPolicy.MinimumLength": "password_policy.minimum_length",
            "Policies.PasswordPolicy.PasswordHistorySize": "password_policy.history_size",
            "Policies.PasswordPolicy.RequireLowercase": "password_policy.require_lowercase",
            "Policies.PasswordPolicy.RequireNumbers": "password_policy.require_numbers",
            "Policies.PasswordPolicy.RequireSymbols": "password_policy.require_symbols",
            "Policies.PasswordPolicy.RequireUppercase": "password_policy.require_uppercase",
            "Policies.PasswordPolicy.TemporaryPasswordValidityDays": "password_policy.temporary_validity_days",
            "Schema.AttributeDataType": "schema.type",
            "Schema.DeveloperOnlyAttribute": "schema.name",
            "Schema.Mutable": "schema.mutable",
            "Schema.Name": "schema.name",
            "Schema.NumberAttributeConstraints.MaxValue": "schema.max_value",
            "Schema.NumberAttributeConstraints.MinValue": "schema.min_value",
            "Schema.Required": "schema.required",
            "Schema.StringAttributeConstraints.MaxLength": "schema.max_length",
            "Schema.StringAttributeConstraints.MinLength": "schema.min_length",
            "UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate": "verify_before_update",
            "UserPoolAddOns.AdvancedSecurityMode": "advanced_security",
            "UserPoolName": "name",
            "UserPoolTags": "tags",
            "UserPoolTier": "tier",
            "UsernameAttributes": "username_attributes",
            "UsernameConfiguration.CaseSensitive": "case_sensitive",
        },
        ignored=(
            *("AccountRecoverySetting", "AdminCreateUserConfig.InviteMessageTemplate", "DeviceConfiguration"),
            *("EmailAuthenticationMessage", "EmailAuthenticationSubject", "EmailConfiguration"),
            *("EmailVerificationMessage", "EmailVerificationSubject", "EnabledMfas", "IssuerConfiguration"),
            *("KeyConfiguration", "LambdaConfig.KMSKeyID", "Policies.SignInPolicy", "SmsAuthenticationMessage"),
            *(f"LambdaConfig.{name}.LambdaVersion" for name in VERSIONED_TRIGGERS),
            *("SmsConfiguration", "SmsVerificationMessage", "UserPoolAddOns.AdvancedSecurityAdditionalFlows"),
            *("VerificationMessageTemplate", "WebAuthnFactorConfiguration", "WebAuthnRelyingPartyID"),
            "WebAuthnUserVerification",
        ),
        attributes=("Arn", "ProviderName", "ProviderURL", "UserPoolId"),
        pins=("Id", "KnownPasswords"),
    ),
    Adapter(
        type="AWS::Cognito::UserPoolClient",
        read=read_client,
        taken={
            "AccessTokenValidity": "access_token_validity",
            "AllowedOAuthFlows": "allowed_oauth_flows",
            "AllowedOAuthFlowsUserPoolClient": "allowed_oauth_flows_user_pool_client",
            "AllowedOAuthScopes": "allowed_oauth_scopes",
            "AuthSessionValidity": "auth_session_validity",
            "CallbackURLs": "callback_urls",
            "ClientName": "name",
            "DefaultRedirectURI": "default_redirect_uri",
            "EnableTokenRevocation": "enable_token_revocation",
            "ExplicitAuthFlows": "explicit_auth_flows",
            "GenerateSecret": "secret",
            "IdTokenValidity": "id_token_validity",
            "LogoutURLs": "logout_urls",
            "PreventUserExistenceErrors": "prevent_user_existence_errors",
            "ReadAttributes": "read_attributes",
            "RefreshTokenRotation.Feature": "refresh_token_rotation",
            "RefreshTokenValidity": "refresh_token_validity",
            "SupportedIdentityProviders": "supported_identity_providers",
            "TokenValidityUnits.AccessToken": "access_token_validity",
            "TokenValidityUnits.IdToken": "id_token_validity",
            "TokenValidityUnits.RefreshToken": "refresh_token_validity",
            "UserPoolId": "pool_id",
            "WriteAttributes": "write_attributes",
        },
        ignored=(
            *("AnalyticsConfiguration", "EnablePropagateAdditionalUserContextData"),
            "RefreshTokenRotation.RetryGracePeriodSeconds",
        ),
        required=("UserPoolId",),
        attributes=("ClientId", "Name", "ClientSecret"),
        withheld=("ClientSecret",),
        pins=("Id", "ClientSecret"),
    ),
)
