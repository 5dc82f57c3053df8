"""AWS's own managed policies in an account: shown, listed, read, attached and in force."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.errors import NotModelled
from tests.unit.aws.iam.iam_door import ALLOW_S3, OWN_TRUST, Iam, decoded

OF_AWS = "arn:aws:iam::aws:policy/"
S3 = f"{OF_AWS}AmazonS3ReadOnlyAccess"


def test_a_policy_of_awss_is_shown_with_its_use(iam: Iam) -> None:
    iam.call("AttachUserPolicy", UserName="nobody", PolicyArn=S3)
    shown = iam.call("GetPolicy", PolicyArn=S3)["Policy"]
    assert (shown["PolicyName"], shown["Path"], shown["Arn"]) == ("AmazonS3ReadOnlyAccess", "/", S3)
    assert (shown["DefaultVersionId"], shown["AttachmentCount"], shown["IsAttachable"]) == ("v3", 1, True)
    assert shown["PolicyId"].startswith("ANPA")
    assert shown["CreateDate"].isoformat() == "2015-02-06T18:40:59+00:00"


def test_its_version_in_force_can_be_read(iam: Iam) -> None:
    assert [each["VersionId"] for each in iam.call("ListPolicyVersions", PolicyArn=S3)["Versions"]] == ["v3"]
    version = iam.call("GetPolicyVersion", PolicyArn=S3, VersionId="v3")["PolicyVersion"]
    assert version["IsDefaultVersion"]
    allowed = ["s3:Get*", "s3:List*", "s3:Describe*", "s3-object-lambda:Get*", "s3-object-lambda:List*"]
    assert decoded(version["Document"])["Statement"] == [{"Effect": "Allow", "Action": allowed, "Resource": "*"}]
    with pytest.raises(NotModelled, match="v1 of"):
        iam.submit("GetPolicyVersion", PolicyArn=S3, VersionId="v1")


def _all(iam: Iam, **params: Any) -> list[str]:
    names, marker = [], {}
    while True:
        page = iam.call("ListPolicies", **params, **marker)
        names += [each["PolicyName"] for each in page["Policies"]]
        if not page["IsTruncated"]:
            return names
        marker = {"Marker": page["Marker"]}


def test_a_listing_holds_the_accounts_policies_awss_or_both(iam: Iam) -> None:
    iam.call("CreatePolicy", PolicyName="AdministratorAccess", PolicyDocument=ALLOW_S3)
    of_aws = _all(iam, Scope="AWS", MaxItems=7)
    assert {"AdministratorAccess", "ReadOnlyAccess", "PowerUserAccess"} <= set(of_aws)
    assert sorted(of_aws) == of_aws
    assert len(set(of_aws)) == len(of_aws)
    assert _all(iam, Scope="Local") == ["AdministratorAccess"]
    assert _all(iam).count("AdministratorAccess") == 2, "one name, two policies, over pages too"
    assert sorted(_all(iam, MaxItems=1)) == sorted([*of_aws, "AdministratorAccess"])
    assert _all(iam, Scope="AWS", PathPrefix="/service-role/", MaxItems=1000)
    assert _all(iam, Scope="AWS", OnlyAttached=True) == []


def test_it_is_in_force_where_it_is_attached(iam: Iam) -> None:
    assert iam.refusal("s3:ListBuckets", Iam.nobody)[0] == "AccessDenied"
    iam.call("AttachUserPolicy", UserName="nobody", PolicyArn=f"{OF_AWS}ReadOnlyAccess")
    assert iam.call("s3:ListBuckets", Iam.nobody)["Buckets"] == []
    assert iam.refusal("CreateUser", Iam.nobody, UserName="new")[0] == "AccessDenied"


def test_it_narrows_a_session_that_it_is_passed_with(iam: Iam) -> None:
    iam.call("CreateRole", RoleName="R", AssumeRolePolicyDocument=OWN_TRUST)
    iam.call("AttachRolePolicy", RoleName="R", PolicyArn=f"{OF_AWS}AdministratorAccess")
    arn = "arn:aws:iam::123456789012:role/R"
    asked: dict[str, Any] = {"RoleArn": arn, "RoleSessionName": "session"}
    given = iam.call("sts:AssumeRole", **asked, PolicyArns=[{"arn": f"{OF_AWS}IAMReadOnlyAccess"}])["Credentials"]
    narrow = type(Iam.admin)(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    assert iam.call("ListUsers", narrow)["Users"]
    assert iam.refusal("CreateUser", narrow, UserName="new")[0] == "AccessDenied"
    with pytest.raises(NotModelled, match="SecurityAudit"):
        iam.submit("sts:AssumeRole", **asked, PolicyArns=[{"arn": f"{OF_AWS}SecurityAudit"}])


def test_the_details_of_an_account_hold_its_document(iam: Iam) -> None:
    iam.call("AttachUserPolicy", UserName="nobody", PolicyArn=S3)
    (shown,) = iam.call("GetAccountAuthorizationDetails", Filter=["AWSManagedPolicy"])["Policies"]
    assert (shown["Arn"], shown["PolicyVersionList"][0]["VersionId"]) == (S3, "v3")
    assert "s3:Get*" in decoded(shown["PolicyVersionList"][0]["Document"])["Statement"][0]["Action"]
