"""How what an operator configures is refused, and devices and passkeys."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from cogsim.actors.authenticator import Authenticator
from cogsim.actors.device import Device
from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse
from cogsim.world.iam import Role
from cogsim.world.pool_members import UserPoolDomain
from cogsim.world.user_pool import DeviceConfiguration
from tests.generators.refusals import Case, Params, case, operated

CASES: list[Case] = []
refusal = partial(case, CASES)
MISSING = partial(refusal, "ResourceNotFoundException")
PASSKEYS = {"first_factors": ("PASSWORD", "WEB_AUTHN")}
PAGE = "acme.auth.us-east-1.amazoncognito.com"
OIDC = {
    "client_id": "a",
    "client_secret": "b",
    "authorize_scopes": "openid",
    "oidc_issuer": "https://issuer.example",
    "attributes_request_method": "GET",
}
ROLE = "arn:aws:iam::123456789012:role/sms"


@MISSING("User pool us-east-1_Nowhere00 does not exist.")
def no_such_pool(_pools: Any) -> tuple[str, Params]:
    return "DescribeUserPool", {"UserPoolId": "us-east-1_Nowhere00"}


@MISSING("User pool client nobody does not exist.")
def no_such_client(_pools: Any) -> tuple[str, Params]:
    return "SignUp", {"ClientId": "nobody", "Username": "alice", "Password": "Correct-horse-9"}


@MISSING("Group not found.")
def no_such_group(_pools: Any) -> tuple[str, Params]:
    return "GetGroup", {"GroupName": "nobody"}


@refusal("GroupExistsException", "A group with the name already exists.")
def group_again(pools: Any) -> tuple[str, Params]:
    pools.admin("CreateGroup", GroupName="staff")
    return "CreateGroup", {"GroupName": "staff"}


@refusal("DuplicateProviderException")
def provider_again(pools: Any) -> tuple[str, Params]:
    params = {"ProviderName": "Corp", "ProviderType": "OIDC", "ProviderDetails": OIDC}
    pools.admin("CreateIdentityProvider", **params)
    return "CreateIdentityProvider", params


@refusal("UnsupportedIdentityProviderException")
def provider_that_is_the_pool(_pools: Any) -> tuple[str, Params]:
    return "DeleteIdentityProvider", {"ProviderName": "COGNITO"}


@refusal("ScopeDoesNotExistException", "Invalid scope requested: api/read")
def scope_of_no_server(_pools: Any) -> tuple[str, Params]:
    return "CreateUserPoolClient", {
        "ClientName": "c",
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["api/read"],
        "AllowedOAuthFlowsUserPoolClient": True,
        "CallbackURLs": ["https://a.example"],
    }


@refusal("InvalidOAuthFlowException")
def own_tokens_without_a_secret(_pools: Any) -> tuple[str, Params]:
    flows = {"AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthScopes": ["openid"]}
    return "CreateUserPoolClient", {"ClientName": "c", "AllowedOAuthFlowsUserPoolClient": True, **flows}


@refusal("FeatureUnavailableInTierException", pool={"tier": "LITE"})
def passwordless_in_lite(_pools: Any) -> tuple[str, Params]:
    return "CreateUserPoolClient", {"ClientName": "c", "ExplicitAuthFlows": ["ALLOW_USER_AUTH"]}


@refusal("TierChangeNotAllowedException", client={"explicit_auth_flows": ("ALLOW_USER_AUTH",)})
def down_to_lite_while_a_client_needs_more(_pools: Any) -> tuple[str, Params]:
    return "UpdateUserPool", {"UserPoolTier": "LITE"}


@refusal("UserPoolAddOnNotEnabledException")
def risk_where_nothing_is_watched(_pools: Any) -> tuple[str, Params]:
    level = {"Notify": False, "EventAction": "BLOCK"}
    return "SetRiskConfiguration", {"AccountTakeoverRiskConfiguration": {"Actions": {"HighAction": level}}}


@refusal("ManagedLoginBrandingExistsException")
def branding_again(pools: Any) -> tuple[str, Params]:
    params = {"ClientId": pools.client_id, "UseCognitoProvidedValues": True}
    pools.admin("CreateManagedLoginBranding", **params)
    return "CreateManagedLoginBranding", params


@refusal("TermsExistsException")
def terms_again(pools: Any) -> tuple[str, Params]:
    links = {"cognito:default": "https://a.example/terms"}
    params = {"TermsName": "terms-of-use", "TermsSource": "LINK", "Enforcement": "NONE", "Links": links}
    pools.admin("CreateTerms", ClientId=pools.client_id, **params)
    return "CreateTerms", {"ClientId": pools.client_id, **params}


@refusal("ServiceQuotaExceededException", assuming={"cognito.provisionedLimitMaximum": "default"})
def rate_above_the_most(_pools: Any) -> tuple[str, Params]:
    definition = {"LimitClass": "API_CATEGORY", "Attributes": {"Category": "UserRead"}}
    return "UpdateProvisionedLimit", {"LimitDefinition": definition, "RequestedLimitValue": 121}


@refusal("AccessDeniedException")
def role_that_the_operator_may_not_pass(pools: Any) -> tuple[str, Params]:
    deny = {"Effect": "Deny", "Action": "iam:PassRole", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}, deny]}
    world = pools.cloud.world
    user = world.users["arn:aws:iam::123456789012:user/operator"]
    inline = Map({"everything": parse(document, PolicyKind.IDENTITY)})
    pools.cloud.world = world.with_user(replace(user, inline=inline))
    return "CreateUserPool", {"PoolName": "p", "SmsConfiguration": {"SnsCallerArn": ROLE}}


def texting(pools: Any, service: str, action: str) -> tuple[str, Params]:
    """A pool that sends text messages as a role of that trust and right."""
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}
    own = {"Effect": "Allow", "Action": action, "Resource": "*"}
    trusted, allowed = (
        parse({"Version": "2012-10-17", "Statement": statement}, kind)
        for statement, kind in ((trust, PolicyKind.TRUST), (own, PolicyKind.IDENTITY))
    )
    pools.cloud.world = pools.cloud.world.with_role(Role(ROLE, "sms", trusted, inline=Map({"own": allowed})))
    return "CreateUserPool", {"PoolName": "p", "SmsConfiguration": {"SnsCallerArn": ROLE, "ExternalId": "x"}}


@refusal(
    "InvalidSmsRoleTrustRelationshipException",
    "Role does not have a trust relationship allowing Cognito to assume the role",
)
def sms_role_of_another_service(pools: Any) -> tuple[str, Params]:
    return texting(pools, "lambda.amazonaws.com", "sns:Publish")


@refusal("InvalidSmsRoleAccessPolicyException", "Role does not have permission to publish with SNS")
def sms_role_that_may_not_publish(pools: Any) -> tuple[str, Params]:
    return texting(pools, "cognito-idp.amazonaws.com", "sns:ListTopics")


@refusal("InvalidUserPoolConfigurationException")
def device_where_none_is_tracked(pools: Any) -> tuple[str, Params]:
    operated(pools)
    return "ConfirmDevice", {"AccessToken": pools.access_token(), "DeviceKey": "us-east-1_0a"}


@refusal("DeviceKeyExistsException", pool={"devices": DeviceConfiguration()})
def device_again(pools: Any) -> tuple[str, Params]:
    operated(pools)
    result, device = pools.tokens(), Device("laptop")
    config = device.enroll(result["NewDeviceMetadata"])
    params = {"AccessToken": result["AccessToken"], "DeviceKey": device.key, "DeviceSecretVerifierConfig": config}
    pools.call("ConfirmDevice", **params)
    return "ConfirmDevice", params


def registering(pools: Any) -> tuple[str, dict[str, Any]]:
    """An access token of alice, and the options to register a passkey for the pool's domain."""
    operated(pools)
    pools.cloud.world = pools.cloud.world.with_domain(UserPoolDomain(pools.pool_id, "acme"))
    token = pools.access_token()
    return token, dict(pools.call("StartWebAuthnRegistration", AccessToken=token)["CredentialCreationOptions"])


def completing(token: str, credential: Any) -> tuple[str, Params]:
    return "CompleteWebAuthnRegistration", {"AccessToken": token, "Credential": credential}


@refusal("WebAuthnNotEnabledException")
def passkey_where_the_pool_has_none(pools: Any) -> tuple[str, Params]:
    operated(pools)
    return "StartWebAuthnRegistration", {"AccessToken": pools.access_token()}


@refusal("WebAuthnConfigurationMissingException", pool=PASSKEYS)
def passkey_without_a_page(pools: Any) -> tuple[str, Params]:
    operated(pools)
    return "StartWebAuthnRegistration", {"AccessToken": pools.access_token()}


@refusal("WebAuthnChallengeNotFoundException", pool=PASSKEYS)
def passkey_that_nobody_asked_for(pools: Any) -> tuple[str, Params]:
    token, made = registering(pools)
    credential = Authenticator().create(made, f"https://{PAGE}")
    pools.call("CompleteWebAuthnRegistration", AccessToken=token, Credential=credential)
    return completing(token, credential)


@refusal("WebAuthnOriginNotAllowedException", pool=PASSKEYS)
def passkey_of_another_page(pools: Any) -> tuple[str, Params]:
    token, made = registering(pools)
    elsewhere = {**made, "rp": {"id": "evil.example", "name": "evil"}}
    return completing(token, Authenticator().create(elsewhere, "https://evil.example"))


@refusal("WebAuthnRelyingPartyMismatchException", pool=PASSKEYS)
def passkey_of_another_party(pools: Any) -> tuple[str, Params]:
    token, made = registering(pools)
    elsewhere = {**made, "rp": {"id": "evil.example", "name": "evil"}}
    theirs = Authenticator().create(elsewhere, "https://evil.example")
    ours = Authenticator().create(made, f"https://{PAGE}")["response"]["clientDataJSON"]
    return completing(token, {**theirs, "response": {**theirs["response"], "clientDataJSON": ours}})


@refusal("WebAuthnClientMismatchException", pool=PASSKEYS)
def passkey_ended_by_another_client(pools: Any) -> tuple[str, Params]:
    _, made = registering(pools)
    second = replace(pools.cloud.world.clients[pools.client_id], id="2second3client4id5second6c", name="second")
    pools.cloud.world = pools.cloud.world.with_client(second)
    login = {**pools.login(), "ClientId": second.id}
    token = pools.call("InitiateAuth", **login)["AuthenticationResult"]["AccessToken"]
    return completing(token, Authenticator().create(made, f"https://{PAGE}"))


@refusal("WebAuthnCredentialNotSupportedException", pool=PASSKEYS)
def passkey_that_verifies_nobody(pools: Any) -> tuple[str, Params]:
    pool = pools.cloud.world.user_pools[pools.pool_id]
    required = replace(pool, web_authn=replace(pool.web_authn, user_verification="required"))
    pools.cloud.world = pools.cloud.world.with_user_pool(required)
    token, made = registering(pools)
    careless = {**made, "authenticatorSelection": {"userVerification": "discouraged"}}
    return completing(token, Authenticator(verifies_user=False).create(careless, f"https://{PAGE}"))
