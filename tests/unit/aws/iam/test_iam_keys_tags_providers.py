"""Access keys, tags, identity providers, and the account as a whole."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.aws.call import Credentials
from cogsim.aws.trail import records
from tests.unit.aws.iam.iam_door import ADMIN, ALLOW_S3, IAM, NOBODY, OWN_TRUST, READ_S3, Iam, decoded

# Access keys


def test_a_key_opens_what_its_user_may_do_until_it_is_switched_off(iam: Iam) -> None:
    made = iam.call("CreateAccessKey", UserName="nobody")["AccessKey"]
    assert (made["AccessKeyId"][:4], len(made["AccessKeyId"]), len(made["SecretAccessKey"])) == ("AKIA", 20, 40)
    key = Credentials(made["AccessKeyId"], made["SecretAccessKey"])
    arn = f"{IAM}user/nobody"
    assert iam.call("sts:GetCallerIdentity", key)["Arn"] == arn
    assert iam.refusal("sts:GetCallerIdentity", Credentials(key.access_key_id, "x" * 40))[0] == "SignatureDoesNotMatch"
    named = {"UserName": "nobody", "AccessKeyId": key.access_key_id}
    iam.call("UpdateAccessKey", **named, Status="Inactive")
    assert iam.refusal("sts:GetCallerIdentity", key)[0] == "InvalidClientTokenId"
    statuses = {each["AccessKeyId"]: each["Status"] for each in _keys(iam)}
    assert statuses == {key.access_key_id: "Inactive", NOBODY.access_key_id: "Active"}
    iam.call("UpdateAccessKey", **named, Status="Active")
    iam.call("sts:GetCallerIdentity", key)
    iam.call("DeleteAccessKey", **named)
    assert iam.refusal("sts:GetCallerIdentity", key)[0] == "InvalidClientTokenId"
    gone = ("NoSuchEntity", f"The Access Key with id {key.access_key_id} cannot be found.")
    assert iam.refusal("DeleteAccessKey", **named) == gone
    assert iam.refusal("UpdateAccessKey", **named, Status="Active") == gone


def _keys(iam: Iam) -> list[Any]:
    found = iam.call("ListAccessKeys", UserName="nobody")["AccessKeyMetadata"]
    assert not [each for each in found if "SecretAccessKey" in each]
    return list(found)


def test_a_user_has_two_keys_and_no_key_of_another(iam: Iam) -> None:
    iam.call("CreateAccessKey", UserName="nobody")
    full = iam.refusal("CreateAccessKey", UserName="nobody")
    assert full == ("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2")
    own = iam.call("CreateAccessKey")["AccessKey"]
    assert own["UserName"] == "admin"
    theirs = {"UserName": "nobody", "AccessKeyId": own["AccessKeyId"]}
    assert iam.refusal("DeleteAccessKey", **theirs)[0] == "NoSuchEntity"
    assert iam.refusal("UpdateAccessKey", **theirs, Status="Expired")[0] == "NoSuchEntity"
    assert iam.refusal("UpdateAccessKey", AccessKeyId=own["AccessKeyId"], Status="Expired")[0] == "ValidationError"
    page = iam.call("ListAccessKeys", MaxItems=1)
    assert page["IsTruncated"]
    assert len(iam.call("ListAccessKeys", Marker=page["Marker"])["AccessKeyMetadata"]) == 1


def test_the_secret_is_told_once_and_never_to_the_trail(iam: Iam) -> None:
    secret = iam.call("CreateAccessKey", UserName="nobody")["AccessKey"]["SecretAccessKey"]
    written = records(iam.cloud)
    assert secret not in json.dumps(written)
    entry = written[-1]
    assert entry["responseElements"]["accessKey"]["status"] == "Active"
    assert (entry["eventSource"], entry["eventName"], entry["readOnly"]) == (
        "iam.amazonaws.com",
        "CreateAccessKey",
        False,
    )


def test_iam_is_recorded_in_one_region_and_a_simulation_as_a_read(iam: Iam) -> None:
    iam.call("SimulateCustomPolicy", PolicyInputList=[ALLOW_S3], ActionNames=["s3:GetObject"])
    entry = records(iam.cloud)[-1]
    assert (entry["awsRegion"], entry["readOnly"]) == ("us-east-1", True)


def test_secrets_of_iam_do_not_show_in_a_representation(iam: Iam) -> None:
    secret = iam.call("CreateAccessKey", UserName="nobody")["AccessKey"]["SecretAccessKey"]
    assert secret not in repr(iam.world)
    assert secret not in repr(iam.cloud.log[-1])


# Tags


@pytest.mark.parametrize("kind", ["User", "Role", "Policy"])
def test_tags_are_put_on_shown_and_taken_away(iam: Iam, kind: str) -> None:
    iam.call("CreateRole", RoleName="X", AssumeRolePolicyDocument=OWN_TRUST)
    arn = iam.call("CreatePolicy", PolicyName="X", PolicyDocument=ALLOW_S3)["Policy"]["Arn"]
    iam.call("CreateUser", UserName="X")
    named = {"PolicyArn": arn} if kind == "Policy" else {f"{kind}Name": "X"}
    iam.call(f"Tag{kind}", **named, Tags=[{"Key": "Team", "Value": "red"}, {"Key": "cost", "Value": ""}])
    iam.call(f"Tag{kind}", **named, Tags=[{"Key": "TEAM", "Value": "Blue"}])
    listed = iam.call(f"List{kind}Tags", **named)["Tags"]
    assert listed == [{"Key": "TEAM", "Value": "Blue"}, {"Key": "cost", "Value": ""}]
    page = iam.call(f"List{kind}Tags", **named, MaxItems=1)
    assert iam.call(f"List{kind}Tags", **named, Marker=page["Marker"])["Tags"] == listed[1:]
    twice = iam.refusal(f"Tag{kind}", **named, Tags=[{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}])
    assert twice == ("InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    assert iam.refusal(f"Tag{kind}", **named, Tags=[{"Key": "aws:x", "Value": "1"}])[0] == "InvalidInput"
    iam.call(f"Untag{kind}", **named, TagKeys=["team", "absent"])
    assert iam.call(f"List{kind}Tags", **named)["Tags"] == [{"Key": "cost", "Value": ""}]
    many = [{"Key": f"k{number}", "Value": ""} for number in range(50)]
    assert iam.refusal(f"Tag{kind}", **named, Tags=many)[0] == "LimitExceeded"
    iam.call(f"Untag{kind}", **named, TagKeys=["Cost"])
    iam.call(f"Tag{kind}", **named, Tags=many)


def test_tags_decide_who_may_change_whom(iam: Iam) -> None:
    for name, team in (("red", "red"), ("blue", "blue")):
        iam.call("CreateUser", UserName=name, Tags=[{"Key": "team", "Value": team}])
        iam.call("CreateRole", RoleName=name, AssumeRolePolicyDocument=OWN_TRUST, Tags=[{"Key": "team", "Value": team}])
    for key in ("iam:ResourceTag/team", "aws:ResourceTag/TEAM"):
        condition = {"Condition": {"StringEquals": {key: "red"}}}
        clerk = iam.granted(
            f"clerk-{key[:3]}",
            {"Effect": "Allow", "Action": ["iam:GetUser", "iam:GetRole"], "Resource": "*", **condition},
        )
        iam.call("GetUser", clerk, UserName="red")
        iam.call("GetRole", clerk, RoleName="red")
        assert iam.refusal("GetUser", clerk, UserName="blue")[0] == "AccessDenied"
        assert iam.refusal("GetRole", clerk, RoleName="blue")[0] == "AccessDenied"
        assert iam.refusal("GetUser", clerk, UserName="ghost")[0] == "AccessDenied"


def test_tags_of_the_request_decide_what_may_be_made(iam: Iam) -> None:
    condition = {
        "StringEquals": {"aws:RequestTag/team": "red"},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["team", "stage"]},
    }
    actions = ["iam:Create*", "iam:Tag*"]
    hr = iam.granted("hr", {"Effect": "Allow", "Action": actions, "Resource": "*", "Condition": condition})
    red, extra = {"Key": "team", "Value": "red"}, {"Key": "other", "Value": "x"}
    assert iam.refusal("CreateUser", hr, UserName="new")[0] == "AccessDenied"
    assert iam.refusal("CreateUser", hr, UserName="new", Tags=[red, extra])[0] == "AccessDenied"
    iam.call("CreateUser", hr, UserName="new", Tags=[red])
    iam.call("CreatePolicy", hr, PolicyName="new", PolicyDocument=ALLOW_S3, Tags=[red])
    iam.call("TagUser", hr, UserName="new", Tags=[red])
    assert iam.refusal("TagUser", hr, UserName="new", Tags=[extra])[0] == "AccessDenied"
    keys = {"Condition": {"ForAnyValue:StringEquals": {"aws:TagKeys": "team"}}}
    other = iam.granted("other", {"Effect": "Allow", "Action": "iam:UntagUser", "Resource": "*"},
                        {"Effect": "Deny", "Action": "iam:UntagUser", "Resource": "*", **keys})  # fmt: skip
    assert iam.refusal("UntagUser", other, UserName="new", TagKeys=["team"])[0] == "AccessDenied"
    iam.call("UntagUser", other, UserName="new", TagKeys=["stage"])


# OpenID Connect providers

URL = "https://login.example.com/tenant"
OIDC = f"{IAM}oidc-provider/login.example.com/tenant"
PRINT = "a" * 40


def test_an_oidc_provider_is_made_changed_and_deleted(iam: Iam) -> None:
    made = iam.call("CreateOpenIDConnectProvider", Url=URL, ClientIDList=["app", "app"], ThumbprintList=[PRINT],
                    Tags=[{"Key": "a", "Value": "b"}])  # fmt: skip
    assert made == {"OpenIDConnectProviderArn": OIDC, "Tags": [{"Key": "a", "Value": "b"}]}
    named = {"OpenIDConnectProviderArn": OIDC}
    iam.call("AddClientIDToOpenIDConnectProvider", **named, ClientID="web")
    iam.call("AddClientIDToOpenIDConnectProvider", **named, ClientID="web")
    iam.call("RemoveClientIDFromOpenIDConnectProvider", **named, ClientID="app")
    iam.call("UpdateOpenIDConnectProviderThumbprint", **named, ThumbprintList=["b" * 40])
    shown = iam.call("GetOpenIDConnectProvider", **named)
    assert (shown["Url"], shown["ClientIDList"]) == ("login.example.com/tenant", ["web"])
    assert shown["ThumbprintList"] == ["b" * 40]
    assert iam.call("ListOpenIDConnectProviders") == {"OpenIDConnectProviderList": [{"Arn": OIDC}]}
    again = iam.refusal("CreateOpenIDConnectProvider", Url=URL)
    assert again == ("EntityAlreadyExists", f"Provider with url {URL} already exists.")
    iam.call("DeleteOpenIDConnectProvider", **named)
    gone = ("NoSuchEntity", f"OpenIDConnect Provider not found for arn {OIDC}")
    assert iam.refusal("GetOpenIDConnectProvider", **named) == gone
    assert iam.refusal("DeleteOpenIDConnectProvider", **named) == gone
    assert iam.refusal("AddClientIDToOpenIDConnectProvider", **named, ClientID="x") == gone


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example",
        "https://a.example:443",
        "https://a.example?x=1",
        "https://",
        "a.example",
        "https://u@a.example",
    ],
)
def test_an_issuer_has_a_plain_https_address(iam: Iam, url: str) -> None:
    refused = iam.refusal("CreateOpenIDConnectProvider", Url=url)
    assert refused == ("ValidationError", "Invalid Open ID Connect Provider URL")


def test_an_oidc_provider_has_its_limits(iam: Iam) -> None:
    clients = [f"c{number}" for number in range(101)]
    over = iam.refusal("CreateOpenIDConnectProvider", Url=URL, ClientIDList=clients)
    assert over == ("LimitExceeded", "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100")
    prints = [f"{number:040}" for number in range(6)]
    assert iam.refusal("CreateOpenIDConnectProvider", Url=URL, ThumbprintList=prints)[0] == "InvalidInput"
    assert iam.refusal("CreateOpenIDConnectProvider", Url=URL, ThumbprintList=["g" * 40])[0] == "InvalidInput"
    iam.call("CreateOpenIDConnectProvider", Url=URL, ClientIDList=clients[:100], ThumbprintList=prints[:5])
    named = {"OpenIDConnectProviderArn": OIDC}
    assert iam.refusal("AddClientIDToOpenIDConnectProvider", **named, ClientID="more")[0] == "LimitExceeded"
    assert iam.refusal("UpdateOpenIDConnectProviderThumbprint", **named, ThumbprintList=prints)[0] == "InvalidInput"
    assert iam.refusal("GetOpenIDConnectProvider", OpenIDConnectProviderArn=f"{IAM}role/R")[0] == "InvalidInput"
    for number in range(99):
        iam.call("CreateOpenIDConnectProvider", Url=f"https://i{number}.example")
    full = iam.refusal("CreateOpenIDConnectProvider", Url="https://last.example")
    assert full == ("LimitExceeded", "Cannot exceed quota for OpenIDConnectProvidersPerAccount: 100")
    with assuming({"iam.oidcProviderQuota": "700"}):
        iam.call("CreateOpenIDConnectProvider", Url="https://last.example")


# SAML providers


def metadata(name: str = "https://idp.example/saml", certificate: bool = True, root: str = "EntityDescriptor") -> str:
    key = "<ds:X509Certificate>" + "QUJD" * 300 + "</ds:X509Certificate>" if certificate else "x" * 1200
    return (
        f'<md:{root} xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" '
        f'entityID="{name}"><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
        f'<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data>{key}</ds:X509Data></ds:KeyInfo></md:KeyDescriptor>'
        f"</md:IDPSSODescriptor></md:{root}>"
    )


def test_a_saml_provider_is_made_changed_and_deleted(iam: Iam) -> None:
    arn = iam.call("CreateSAMLProvider", Name="Idp", SAMLMetadataDocument=metadata())["SAMLProviderArn"]
    assert arn == f"{IAM}saml-provider/Idp"
    assert iam.refusal("CreateSAMLProvider", Name="idp", SAMLMetadataDocument=metadata())[0] == "EntityAlreadyExists"
    iam.call("UpdateSAMLProvider", SAMLProviderArn=arn, SAMLMetadataDocument=metadata("https://other.example"))
    shown = iam.call("GetSAMLProvider", SAMLProviderArn=arn)
    assert shown["SAMLMetadataDocument"] == metadata("https://other.example")
    assert [each["Arn"] for each in iam.call("ListSAMLProviders")["SAMLProviderList"]] == [arn]
    assert iam.refusal("UpdateSAMLProvider", SAMLProviderArn=arn, AddPrivateKey="key")[0] == "InvalidInput"
    iam.call("DeleteSAMLProvider", SAMLProviderArn=arn)
    gone = ("NoSuchEntity", f"SAMLProvider not found for arn {arn}")
    for operation in ("GetSAMLProvider", "UpdateSAMLProvider", "DeleteSAMLProvider"):
        assert iam.refusal(operation, SAMLProviderArn=arn) == gone


@pytest.mark.parametrize(
    "document",
    [
        "x" * 1000,
        metadata(name=""),
        metadata(certificate=False),
        metadata(root="Other"),
        "<!DOCTYPE a [<!ENTITY b 'c'>]>" + metadata(),
        metadata().replace("IDPSSODescriptor", "SPSSODescriptor"),
        metadata().replace("QUJD", "&lol;"),
    ],
)
def test_metadata_is_that_of_an_identity_provider(iam: Iam, document: str) -> None:
    assert iam.refusal("CreateSAMLProvider", Name="Idp", SAMLMetadataDocument=document)[0] == "InvalidInput"


# The account


def test_the_account_is_told_whole_in_pages(iam: Iam) -> None:
    policy = iam.call("CreatePolicy", PolicyName="P", PolicyDocument=ALLOW_S3)["Policy"]["Arn"]
    iam.call("CreatePolicyVersion", PolicyArn=policy, PolicyDocument=READ_S3)
    iam.call("CreateGroup", GroupName="devs")
    iam.call("AddUserToGroup", GroupName="devs", UserName="nobody")
    iam.call("CreateRole", RoleName="R", AssumeRolePolicyDocument=OWN_TRUST, PermissionsBoundary=policy)
    iam.call("PutRolePolicy", RoleName="R", PolicyName="own", PolicyDocument=READ_S3)
    iam.call("AttachRolePolicy", RoleName="R", PolicyArn="arn:aws:iam::aws:policy/job-function/ViewOnlyAccess")
    iam.call("TagUser", UserName="nobody", Tags=[{"Key": "a", "Value": "b"}])
    whole = iam.call("GetAccountAuthorizationDetails")
    assert whole["IsTruncated"] is False
    admin, nobody = whole["UserDetailList"]
    assert decoded(admin["UserPolicyList"][0]["PolicyDocument"])["Statement"][0]["Action"] == "*"
    assert (nobody["GroupList"], nobody["Tags"]) == (["devs"], [{"Key": "a", "Value": "b"}])
    role = whole["RoleDetailList"][0]
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == policy
    assert role["InstanceProfileList"] == []
    assert decoded(role["RolePolicyList"][0]["PolicyDocument"]) == json.loads(READ_S3)
    local, of_aws = whole["Policies"]
    assert (local["PermissionsBoundaryUsageCount"], local["AttachmentCount"]) == (1, 0)
    assert [each["VersionId"] for each in local["PolicyVersionList"]] == ["v2", "v1"]
    assert decoded(local["PolicyVersionList"][1]["Document"]) == json.loads(ALLOW_S3)
    assert (of_aws["PolicyName"], of_aws["Path"]) == ("ViewOnlyAccess", "/job-function/")
    assert "PolicyVersionList" not in of_aws, "what the world does not hold is left out"
    joined: dict[str, list[Any]] = {}
    marker: dict[str, str] = {}
    while True:
        page = iam.call("GetAccountAuthorizationDetails", MaxItems=2, **marker)
        for name in ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"):
            joined.setdefault(name, []).extend(page[name])
        assert sum(len(page[name]) for name in joined) <= 2
        if not page["IsTruncated"]:
            break
        marker = {"Marker": page["Marker"]}
    assert joined == {name: whole[name] for name in joined}
    roles = iam.call("GetAccountAuthorizationDetails", Filter=["Role", "LocalManagedPolicy"])
    assert (roles["UserDetailList"], len(roles["RoleDetailList"]), len(roles["Policies"])) == ([], 1, 1)


def test_the_summary_counts(iam: Iam) -> None:
    iam.call("CreateRole", RoleName="R", AssumeRolePolicyDocument=OWN_TRUST)
    iam.call("CreateOpenIDConnectProvider", Url=URL)
    found = iam.call("GetAccountSummary")["SummaryMap"]
    assert (found["Users"], found["Roles"], found["Providers"], found["VersionsPerPolicyQuota"]) == (2, 1, 1, 5)


def test_quotas_of_the_account_hold(iam: Iam) -> None:
    for number in range(300):
        iam.submit("CreateGroup", GroupName=f"g{number}")
    assert iam.refusal("CreateGroup", GroupName="more") == (
        "LimitExceeded",
        "Cannot exceed quota for GroupsPerAccount: 300",
    )
    for number in range(10):
        iam.call("AddUserToGroup", GroupName=f"g{number}", UserName="nobody")
    full = iam.refusal("AddUserToGroup", GroupName="g10", UserName="nobody")
    assert full == ("LimitExceeded", "Cannot exceed quota for GroupsPerUser: 10")


def test_texts_that_no_document_shows_can_be_left_out(iam: Iam) -> None:
    with assuming({"iam.unseenTexts": "empty"}):
        assert iam.refusal("ListUsers", ADMIN, Marker="%%%") == ("ValidationError", "")
    assert iam.refusal("ListUsers", ADMIN, Marker="%%%") == ("ValidationError", "Invalid marker")
