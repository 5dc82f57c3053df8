"""Domains at the door: whose a name is, what a prefix may be, and what a custom domain needs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
TAKEN = ("InvalidParameterException", "Domain already associated with another user pool.")
OTHER = "us-east-1_OtherPool"
ABROAD = "eu-west-1_OtherPool"


def second_pool(pools: Any, pool_id: str = OTHER, account: str = "123456789012") -> str:
    pool = pools.cloud.world.user_pools[pools.pool_id]
    arn = f"arn:aws:cognito-idp:{pool_id.partition('_')[0]}:{account}:userpool/{pool_id}"
    pools.cloud.world = pools.cloud.world.with_user_pool(replace(pool, id=pool_id, arn=arn))
    return pool_id


def custom(arn: str = CERTIFICATE) -> dict[str, Any]:
    return {"Domain": "auth.example.com", "CustomDomainConfig": {"CertificateArn": arn}}


def described(pools: Any, name: str, **more: Any) -> Any:
    return pools.call("DescribeUserPoolDomain", Domain=name, **more)["DomainDescription"]


def test_a_prefix_is_created_described_and_deleted(pools: Any) -> None:
    assert pools.admin("CreateUserPoolDomain", Domain="my-app") == {"ManagedLoginVersion": 1}
    found = described(pools, "my-app")
    assert found["UserPoolId"] == pools.pool_id
    assert found["AWSAccountId"] == "123456789012"
    assert (found["Domain"], found["Status"], found["Version"]) == ("my-app", "ACTIVE", "20260101000000")
    assert found["S3Bucket"] == "aws-cognito-prod-iad-assets"
    assert found["CloudFrontDistribution"].endswith(".cloudfront.net")
    assert "CustomDomainConfig" not in found
    assert pools.cloud.world.domains[pools.pool_id, "my-app"].host() == "my-app.auth.us-east-1.amazoncognito.com"
    assert pools.admin("DeleteUserPoolDomain", Domain="my-app") == {}
    assert described(pools, "my-app") == {}


def test_a_domain_that_nobody_has_is_described_by_nothing(pools: Any) -> None:
    assert described(pools, "nobody") == {}


def test_a_domain_is_described_to_its_own_account_only(pools: Any) -> None:
    pools.admin("CreateUserPoolDomain", Domain="my-app")
    assert described(pools, "my-app", credentials=pools.foreigner) == {}
    code, text = pools.refusal("DescribeUserPoolDomain", pools.stranger, Domain="my-app")
    assert (code, "cognito-idp:DescribeUserPoolDomain" in text) == ("AccessDeniedException", True)


def test_a_custom_domain_answers_where_its_alias_must_point(pools: Any) -> None:
    made = pools.admin("CreateUserPoolDomain", **custom(), ManagedLoginVersion=2)
    found = described(pools, "auth.example.com")
    assert made == {"ManagedLoginVersion": 2, "CloudFrontDomain": found["CloudFrontDistribution"]}
    assert found["CustomDomainConfig"] == {"CertificateArn": CERTIFICATE}
    assert found["ManagedLoginVersion"] == 2
    assert pools.cloud.world.domains[pools.pool_id, "auth.example.com"].host() == "auth.example.com"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("My-App", "The domain name contains an invalid character."),
        ("auth.example.com", "The domain name contains an invalid character."),
        ("-app", "The domain name contains an invalid character."),
        ("app-", "The domain name contains an invalid character."),
        ("my_app", "The domain name contains an invalid character."),
        ("my-aws-app", "Domain cannot contain reserved word: aws"),
        ("amazonian", "Domain cannot contain reserved word: amazon"),
        ("cognito1", "Domain cannot contain reserved word: cognito"),
        ("x" * 64, "1 validation error detected: "),
    ],
)
def test_a_prefix_is_one_label_without_reserved_words(pools: Any, name: str, text: str) -> None:
    code, message = pools.refusal("CreateUserPoolDomain", UserPoolId=pools.pool_id, Domain=name)
    assert code == "InvalidParameterException"
    assert message.startswith(text)


def test_a_prefix_belongs_to_one_pool_of_its_region_whoever_owns_it(pools: Any) -> None:
    pools.admin("CreateUserPoolDomain", Domain="my-app")
    second_pool(pools, OTHER, "999999999999")
    second_pool(pools, ABROAD)
    assert pools.refusal("CreateUserPoolDomain", pools.foreigner, UserPoolId=OTHER, Domain="my-app") == TAKEN
    from cogsim.aws.call import Call, CallOrigin

    call = Call(
        "cognito-idp:CreateUserPoolDomain",
        {"UserPoolId": ABROAD, "Domain": "my-app"},
        pools.operator,
        CallOrigin(region="eu-west-1"),
    )
    assert pools.cloud.submit(call).error is None


def test_a_custom_domain_belongs_to_one_pool_of_all(pools: Any) -> None:
    pools.admin("CreateUserPoolDomain", **custom())
    assert pools.refusal("CreateUserPoolDomain", UserPoolId=second_pool(pools), **custom()) == TAKEN


def test_a_name_given_up_is_anybodys(pools: Any) -> None:
    pools.admin("CreateUserPoolDomain", Domain="my-app")
    pools.admin("DeleteUserPoolDomain", Domain="my-app")
    pools.call("CreateUserPoolDomain", UserPoolId=second_pool(pools), Domain="my-app")
    assert described(pools, "my-app")["UserPoolId"] == OTHER


def test_a_pool_has_one_prefix_and_one_custom_domain(pools: Any) -> None:
    pools.admin("CreateUserPoolDomain", Domain="my-app")
    pools.admin("CreateUserPoolDomain", **custom())
    full = ("InvalidParameterException", "User pool already has a domain configured.")
    assert pools.refusal("CreateUserPoolDomain", UserPoolId=pools.pool_id, Domain="another") == full
    more = custom() | {"Domain": "login.example.com"}
    assert pools.refusal("CreateUserPoolDomain", UserPoolId=pools.pool_id, **more) == full


def test_an_account_has_four_custom_domains_in_a_region(pools: Any) -> None:
    for number in range(5):
        pool_id = second_pool(pools, f"us-east-1_Pool{number}")
        params = custom() | {"Domain": f"auth{number}.example.com", "UserPoolId": pool_id}
        if number < 4:
            pools.call("CreateUserPoolDomain", **params)
        else:
            assert pools.refusal("CreateUserPoolDomain", **params)[0] == "LimitExceededException"


@pytest.mark.parametrize("arn", [CERTIFICATE.replace("us-east-1", "eu-west-1"), CERTIFICATE.replace("acm", "iam")])
def test_a_custom_domains_certificate_is_one_of_acm_in_north_virginia(pools: Any, arn: str) -> None:
    code, text = pools.refusal("CreateUserPoolDomain", UserPoolId=pools.pool_id, **custom(arn))
    assert code == "InvalidParameterException"
    assert "us-east-1" in text


def test_managed_login_needs_a_plan_that_has_it(make: Any) -> None:
    pools = make(pool={"tier": "LITE"})
    params = {"UserPoolId": pools.pool_id, "Domain": "my-app"}
    refusal = pools.refusal("CreateUserPoolDomain", **params, ManagedLoginVersion=2)
    assert refusal[0] == "FeatureUnavailableInTierException"
    pools.call("CreateUserPoolDomain", **params)
    assert pools.refusal("UpdateUserPoolDomain", **params, ManagedLoginVersion=2) == refusal
    assert pools.refusal("UpdateUserPoolDomain", **params, ManagedLoginVersion=3)[0] == "InvalidParameterException"


def test_an_update_changes_version_certificate_and_routing_and_keeps_the_rest(pools: Any) -> None:
    pools.admin("CreateUserPoolDomain", **custom())
    routing = {"Failover": {"SecondaryRegion": "eu-west-1", "PrimaryRoute53HealthCheckId": "check"}}
    name = "auth.example.com"
    assert pools.admin("UpdateUserPoolDomain", Domain=name, Routing=routing)["Routing"] == routing
    newer = CERTIFICATE.replace("1111", "9999")
    config = {"CertificateArn": newer, "SecurityPolicy": "TLS_V1_2_2021"}
    changed = pools.admin("UpdateUserPoolDomain", Domain=name, CustomDomainConfig=config, ManagedLoginVersion=2)
    assert changed["ManagedLoginVersion"] == 2
    found = described(pools, name)
    assert found["CustomDomainConfig"] == config
    assert found["Routing"] == routing


def test_a_prefix_takes_no_certificate_and_no_routing(pools: Any) -> None:
    pools.admin("CreateUserPoolDomain", Domain="my-app")
    routing = {"Failover": {"SecondaryRegion": "eu-west-1", "PrimaryRoute53HealthCheckId": "check"}}
    for more in ({"CustomDomainConfig": {"CertificateArn": CERTIFICATE}}, {"Routing": routing}):
        params = {"UserPoolId": pools.pool_id, "Domain": "my-app", **more}
        assert pools.refusal("UpdateUserPoolDomain", **params)[0] == "InvalidParameterException"


@pytest.mark.parametrize("operation", ["UpdateUserPoolDomain", "DeleteUserPoolDomain"])
def test_only_the_pools_own_domain_is_changed_or_deleted(pools: Any, operation: str) -> None:
    pools.call("CreateUserPoolDomain", UserPoolId=second_pool(pools), Domain="my-app")
    refusal = pools.refusal(operation, UserPoolId=pools.pool_id, Domain="my-app")
    assert refusal == ("InvalidParameterException", "No such domain or user pool exists.")
