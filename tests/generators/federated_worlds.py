"""Worlds in which people outside AWS come by every way: an AD FS, two providers of OpenID Connect, jobs, a server.

What differs from one world to the next is what decides: groups and attributes, claim rules, conditions of trust
policies, tag maps, rules, flows that are open, a certificate that nobody was told of.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

ACCOUNT, BUCKET = "111122223333", "federated-data"
SAML = "https://aws.amazon.com/SAML/Attributes/"
ACME, GITHUB = "login.acme.example", "token.actions.githubusercontent.com"
AUDIENCES = ("acme-app", "acme-game")
TAGS = "https://aws.amazon.com/tags"


def _ref(name: str) -> dict[str, Any]:
    return {"Ref": name}


def _arn(name: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [name, "Arn"]}


def _policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


@st.composite
def _person(draw: st.DrawFn, name: str) -> dict[str, Any]:
    groups = draw(st.lists(st.sampled_from(["AWS-Reader", "AWS-Keeper", "xAWS-Reader", "Staff"]), unique=True))
    attributes = {
        "mail": draw(st.sampled_from([[f"{name}@corp.example"], [], [f"{name} at corp"]])),
        "department": draw(st.sampled_from([["sales"], ["audit"], [], ["sales", "audit"]])),
    }
    return {
        "Upn": f"{name}@corp.example",
        "Name": name,
        "Sid": f"S-1-5-21-{name}",
        "Password": f"Password-of-{name}-1!",
        "Groups": groups,
        "Attributes": {key: value for key, value in attributes.items() if value},
        "Enabled": draw(st.sampled_from([True, True, True, False])),
    }


def _aws_rules(draw: st.DrawFn) -> list[dict[str, Any]]:
    anchor = draw(st.sampled_from(["^", ""]))
    target = {"Fn::Sub": f"arn:aws:iam::{ACCOUNT}:role/$1,${{Corp.Arn}}"}
    rules: list[dict[str, Any]] = [
        {"Claim": f"{SAML}Role", "Attribute": "groups", "Matches": f"{anchor}AWS-(\\w+)$", "Replacement": target},
        {"Claim": f"{SAML}RoleSessionName", "Attribute": draw(st.sampled_from(["mail", "name", "upn"]))},
    ]
    if draw(st.booleans()):
        rules.append({"Claim": f"{SAML}PrincipalTag:department", "Attribute": "department"})
        if draw(st.booleans()):
            rules.append({"Claim": f"{SAML}TransitiveTagKeys", "Value": "department"})
    if draw(st.booleans()):
        rules.append({"Claim": f"{SAML}SourceIdentity", "Attribute": draw(st.sampled_from(["name", "mail"]))})
    if draw(st.booleans()):
        rules.append({"Claim": f"{SAML}SessionDuration", "Value": draw(st.sampled_from(["900", "10", "28800"]))})
    return rules


def _directory(draw: st.DrawFn) -> dict[str, Any]:
    people = [draw(_person(name)) for name in ("ann", "ben")]
    return {
        "Directory": {"Type": "Cogsim::AdFs", "Properties": {"BaseUrl": "https://adfs.corp.example", "Users": people}},
        "AwsParty": {
            "Type": "Cogsim::AdFsRelyingParty",
            "Properties": {
                "AdFs": _ref("Directory"),
                "Identifier": "urn:amazon:webservices",
                "Endpoints": ["https://signin.aws.amazon.com/saml"],
                "NameId": {"Format": "persistent", "Attribute": draw(st.sampled_from(["upn", "mail"]))},
                "IdpInitiated": draw(st.sampled_from([True, True, True, False])),
                "Sign": draw(st.sampled_from(["assertion", "response", "both"])),
                "ClaimRules": _aws_rules(draw),
            },
        },
        "PoolParty": {
            "Type": "Cogsim::AdFsRelyingParty",
            "Properties": {
                "AdFs": _ref("Directory"),
                "Identifier": {"Fn::Sub": "urn:amazon:cognito:sp:${People}"},
                "Endpoints": [
                    draw(
                        st.sampled_from(
                            ["https://federated-app.auth.eu-west-1.amazoncognito.com/saml2/idpresponse"] * 4
                            + ["https://elsewhere.example/saml2/idpresponse"]
                        )
                    )
                ],
                "ClaimRules": [
                    {"Claim": "mail", "Attribute": "mail"},
                    {"Claim": "department", "Attribute": "department"},
                ],
            },
        },
        "Corp": {
            "Type": "AWS::IAM::SAMLProvider",
            "Properties": {"Name": "corp", "SamlMetadataDocument": {"Fn::GetAtt": ["Directory", "Metadata"]}},
        },
    }


def _issuers(draw: st.DrawFn) -> dict[str, Any]:
    redirect = "https://federated-app.auth.eu-west-1.amazoncognito.com/oauth2/idpresponse"
    claims: dict[str, Any] = {"email": "cat@acme.example"}
    if draw(st.booleans()):
        claims["department"] = draw(st.sampled_from(["sales", "audit"]))
    if draw(st.booleans()):
        claims[TAGS] = {"principal_tags": {"department": [draw(st.sampled_from(["sales", "audit"]))]}}
        if draw(st.booleans()):
            claims[TAGS]["transitive_tag_keys"] = ["department"]
    person = {
        "Username": "cat",
        "Subject": "c-17",
        "Password": "Password-of-cat-1!",
        "EmailVerified": draw(st.booleans()),
        "Claims": claims,
    }
    apps = [{"Id": name, "Secret": f"secret-of-{name}", "RedirectUris": [redirect]} for name in AUDIENCES]
    google = {"Username": "dan@gmail.com", "Subject": "1" * 21, "Password": "Password-of-dan-1!"}
    return {
        "Acme": {
            "Type": "Cogsim::OidcIssuer",
            "Properties": {
                "Url": f"https://{ACME}",
                "Clients": apps,
                "Users": [person],
                "Reachable": draw(st.sampled_from([True, True, True, False])),
            },
        },
        "Google": {
            "Type": "Cogsim::OidcIssuer",
            "Properties": {
                "Preset": "google",
                "Clients": [{"Id": "web.google", "Secret": "s", "RedirectUris": ["https://app.example/back"]}],
                "Users": [{**google, "Claims": {"email": "dan@gmail.com"}}],
            },
        },
        "GitHub": {
            "Type": "Cogsim::OidcIssuer",
            "Properties": {"Preset": "github", "Repositories": [{"Name": "octo/app", "Environments": ["prod"]}]},
        },
        "AcmeInIam": {
            "Type": "AWS::IAM::OIDCProvider",
            "Properties": {
                "Url": _ref("Acme"),
                "ClientIdList": draw(st.lists(st.sampled_from(AUDIENCES), min_size=1, unique=True)),
            },
        },
        "GitHubInIam": {
            "Type": "AWS::IAM::OIDCProvider",
            "Properties": {"Url": _ref("GitHub"), "ClientIdList": ["sts.amazonaws.com"]},
        },
    }


def _pools(draw: st.DrawFn) -> dict[str, Any]:
    mapping = {"email": "mail", "custom:department": "department"}
    scopes = draw(st.sampled_from([["openid"], ["openid", "email"], ["openid", "profile"], ["email", "openid"]]))
    rules = [
        {
            "Claim": draw(st.sampled_from(["custom:department", "cognito:groups", "sub"])),
            "MatchType": draw(st.sampled_from(["Equals", "Contains", "NotEqual"])),
            "Value": draw(st.sampled_from(["sales", "audit"])),
            "RoleARN": _arn("Keeper"),
        }
    ]
    listed = {
        "IdentityProvider": {"Fn::Sub": "${People.ProviderName}:${App}"},
        "AmbiguousRoleResolution": "AuthenticatedRole",
    }
    pooled = draw(st.sampled_from([None, {**listed, "Type": "Rules", "RulesConfiguration": {"Rules": rules}}]))
    tags = draw(st.sampled_from([{"department": "custom:department"}, {}]))
    found: dict[str, Any] = {
        "People": {
            "Type": "AWS::Cognito::UserPool",
            "Properties": {
                "UserPoolTier": "ESSENTIALS",
                "Schema": [{"Name": "department", "AttributeDataType": "String", "Mutable": True}],
            },
        },
        "Pages": {
            "Type": "AWS::Cognito::UserPoolDomain",
            "Properties": {"UserPoolId": _ref("People"), "Domain": "federated-app"},
        },
        "App": {
            "Type": "AWS::Cognito::UserPoolClient",
            "Properties": {
                "UserPoolId": _ref("People"),
                "SupportedIdentityProviders": [_ref("AtCorp"), _ref("AtAcme")],
                "AllowedOAuthFlowsUserPoolClient": True,
                "AllowedOAuthFlows": ["code"],
                "AllowedOAuthScopes": scopes,
                "CallbackURLs": ["https://app.example/callback"],
            },
        },
        "AtCorp": {
            "Type": "AWS::Cognito::UserPoolIdentityProvider",
            "Properties": {
                "UserPoolId": _ref("People"),
                "ProviderName": "AtCorp",
                "ProviderType": "SAML",
                "ProviderDetails": {"MetadataFile": {"Fn::GetAtt": ["Directory", "Metadata"]}},
                "AttributeMapping": mapping,
            },
        },
        "AtAcme": {
            "Type": "AWS::Cognito::UserPoolIdentityProvider",
            "Properties": {
                "UserPoolId": _ref("People"),
                "ProviderName": "AtAcme",
                "ProviderType": "OIDC",
                "ProviderDetails": {
                    "client_id": "acme-app",
                    "client_secret": draw(st.sampled_from(["secret-of-acme-app"] * 4 + ["another secret"])),
                    "authorize_scopes": "openid email profile",
                    "attributes_request_method": "GET",
                    "oidc_issuer": _ref("Acme"),
                },
                "AttributeMapping": {"email": "email", "custom:department": "department"},
            },
        },
        "Identities": {
            "Type": "AWS::Cognito::IdentityPool",
            "Properties": {
                "AllowUnauthenticatedIdentities": False,
                "AllowClassicFlow": draw(st.booleans()),
                "DeveloperProviderName": "login.my.app",
                "SupportedLoginProviders": {"accounts.google.com": draw(st.sampled_from(["web.google", "another"]))},
                "OpenIdConnectProviderARNs": [_arn("AcmeInIam")],
                "SamlProviderARNs": [_arn("Corp")],
                "CognitoIdentityProviders": [
                    {"ClientId": _ref("App"), "ProviderName": {"Fn::GetAtt": ["People", "ProviderName"]}}
                ],
            },
        },
        "Attachment": {
            "Type": "AWS::Cognito::IdentityPoolRoleAttachment",
            "Properties": {
                "IdentityPoolId": _ref("Identities"),
                "Roles": {"authenticated": _arn("Member")},
                **({"RoleMappings": {"app": pooled}} if pooled else {}),
            },
        },
    }
    if tags:
        found["Tags"] = {
            "Type": "AWS::Cognito::IdentityPoolPrincipalTag",
            "Properties": {
                "IdentityPoolId": _ref("Identities"),
                "IdentityProviderName": {"Fn::GetAtt": ["People", "ProviderName"]},
                "PrincipalTags": tags,
            },
        }
    return found


def _role(name: str, trust: list[dict[str, Any]], *rights: dict[str, Any]) -> dict[str, Any]:
    policies = [{"PolicyName": "rights", "PolicyDocument": _policy(*rights)}] if rights else []
    document = _policy(*trust)
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {"RoleName": name, "AssumeRolePolicyDocument": document, "Policies": policies},
    }


def _by_saml(draw: st.DrawFn) -> dict[str, Any]:
    conditions: dict[str, Any] = draw(
        st.sampled_from(
            [
                {"StringEquals": {"saml:aud": "https://signin.aws.amazon.com/saml"}},
                {"StringLike": {"saml:sub": "ann@*"}},
                {"StringEquals": {"aws:RequestTag/department": "sales"}},
                {"StringEquals": {"saml:sub_type": "persistent", "saml:doc": f"{ACCOUNT}/corp"}},
                {"StringLike": {"sts:RoleSessionName": "ben*"}},
            ]
        )
    )
    further = draw(st.lists(st.sampled_from(["sts:TagSession", "sts:SetSourceIdentity"]), unique=True))
    action = ["sts:AssumeRoleWithSAML", *further]
    return {"Effect": "Allow", "Principal": {"Federated": _arn("Corp")}, "Action": action, "Condition": conditions}


def _by_token(draw: st.DrawFn) -> list[dict[str, Any]]:
    acme = draw(
        st.sampled_from(
            [
                {"StringEquals": {f"{ACME}:aud": "acme-app"}},
                {"StringLike": {f"{ACME}:sub": "c-*"}},
                {"StringEquals": {f"{ACME}:sub": "somebody-else"}},
                {"StringEquals": {f"{ACME}:email": "cat@acme.example"}},
            ]
        )
    )
    jobs = draw(
        st.sampled_from(
            [
                {"StringLike": {f"{GITHUB}:sub": "repo:octo/*"}},
                {"StringEquals": {f"{GITHUB}:sub": "repo:octo/app:environment:prod"}},
                {"StringEquals": {f"{GITHUB}:ref": "refs/heads/main"}},
            ]
        )
    )
    action = draw(
        st.sampled_from([["sts:AssumeRoleWithWebIdentity"], ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]])
    )
    return [
        {"Effect": "Allow", "Principal": {"Federated": _arn("AcmeInIam")}, "Action": action, "Condition": acme},
        {"Effect": "Allow", "Principal": {"Federated": _arn("GitHubInIam")}, "Action": action, "Condition": jobs},
        {
            "Effect": "Allow",
            "Principal": {"Federated": "accounts.google.com"},
            "Action": action,
            "Condition": {"StringEquals": {"accounts.google.com:aud": draw(st.sampled_from(["web.google", "x"]))}},
        },
    ]


def _by_pool(draw: st.DrawFn) -> dict[str, Any]:
    kinds = draw(st.sampled_from([{}, {"ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "*corp"}}]))
    return {
        "Effect": "Allow",
        "Principal": {"Federated": "cognito-identity.amazonaws.com"},
        "Action": draw(
            st.sampled_from([["sts:AssumeRoleWithWebIdentity", "sts:TagSession"], "sts:AssumeRoleWithWebIdentity"])
        ),
        "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": _ref("Identities")}, **kinds},
    }


def _onward(draw: st.DrawFn, source: str) -> dict[str, Any]:
    wanted = draw(st.sampled_from([{}, {"StringEquals": {"aws:PrincipalTag/department": "sales"}}]))
    return {
        "Effect": "Allow",
        "Principal": {"AWS": {"Fn::Sub": f"arn:aws:iam::{ACCOUNT}:root"}},
        "Action": draw(
            st.sampled_from([["sts:AssumeRole"], ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]])
        ),
        "Condition": {**wanted, "ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/{source}"}},
    }


def _right(pattern: str, action: str = "s3:GetObject") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": f"arn:aws:s3:::{BUCKET}/{pattern}"}


@st.composite
def federated_worlds(draw: st.DrawFn) -> str:
    """The text of a template."""
    chain = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": f"arn:aws:iam::{ACCOUNT}:role/*"}
    goes_on = [chain, {**chain, "Action": "sts:SetSourceIdentity"}] if draw(st.booleans()) else []
    roles = {
        "Reader": _role(
            "Reader", [_by_saml(draw), *_by_token(draw)], _right("${aws:PrincipalTag/department}/*"), *goes_on
        ),
        "Keeper": _role("Keeper", [_by_saml(draw), _by_pool(draw), _onward(draw, "Reader")], _right("keep/*")),
        "Member": _role(
            "Member",
            [_by_pool(draw)],
            _right("${aws:PrincipalTag/department}/*"),
            _right("google/${accounts.google.com:sub}/*"),
            *goes_on,
        ),
        "Last": _role("Last", [_onward(draw, draw(st.sampled_from(["Keeper", "Member"])))], _right("last/*")),
    }
    server = {"Effect": "Allow", "Action": "cognito-identity:GetOpenIdTokenForDeveloperIdentity", "Resource": "*"}
    resources = {
        **_directory(draw),
        **_issuers(draw),
        **_pools(draw),
        **roles,
        "Server": {
            "Type": "AWS::IAM::User",
            "Properties": {
                "UserName": "server",
                "Policies": [{"PolicyName": "name-users", "PolicyDocument": _policy(server)}]
                if draw(st.booleans())
                else [],
            },
        },
        "ServerKey": {"Type": "AWS::IAM::AccessKey", "Properties": {"UserName": _ref("Server")}},
        "Files": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": BUCKET}},
    }
    return json.dumps(
        {"Metadata": {"cogsim": {"account": ACCOUNT, "region": "eu-west-1", "stack": "all"}}, "Resources": resources}
    )
