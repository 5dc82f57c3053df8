"""People of a company come to the console by their AD FS, and a broker's link opens it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from cogsim.aws.trail import records
from cogsim.load import load

SIGN_IN = "signin.aws.amazon.com"
WORLD = Path(__file__).parents[4] / "scenarios" / "worlds" / "console-by-ad-fs.yaml"


@pytest.fixture
def company(make: Any) -> Any:
    return make(at=load(WORLD))


def signed_in_at_ad_fs(app: Any, name: str = "bob", groups: tuple[str, ...] = ()) -> Any:
    from dataclasses import replace

    world = app.cloud.world
    provider = next(iter(world.ad_fs.values()))
    person = provider.users[f"{name}@corp.example"]
    app.cloud.world = world.with_ad_fs(provider.with_user(replace(person, groups=(*person.groups, *groups))))
    shown = app.browser.open(app.url("adfs.corp.example", "/adfs/ls/idpinitiatedsignon"))
    return app.browser.submit(shown, UserName=person.upn, Password=person.password)


def test_who_has_one_role_is_signed_in_at_once(company: Any) -> None:
    shown = company.browser.submit(signed_in_at_ad_fs(company))
    assert shown.heading == "Signed in to the console"
    assert "arn:aws:sts::111122223333:assumed-role/Analyst/bob@corp.example" in shown.text
    names = [record["eventName"] for record in records(company.cloud)]
    assert names[-3:] == ["AssumeRoleWithSAML", "GetSigninToken", "ConsoleLogin"]


def test_who_has_several_roles_chooses_one_and_no_other(company: Any) -> None:
    posted = signed_in_at_ad_fs(company, groups=("AWS-111122223333-Admin",))
    shown = company.browser.submit(posted)
    assert shown.heading == "Choose a role"
    chosen = "arn:aws:iam::111122223333:role/Admin"
    assert shown.tree.xpath("//input[@name='roleIndex']")[0].get("value") == chosen
    stranger = company.browser.submit(shown, roleIndex="arn:aws:iam::111122223333:role/Root")
    assert stranger.heading == "Choose a role"
    assert "assumed-role/Admin/" in company.browser.submit(shown, roleIndex=chosen).text


def test_what_sts_refuses_is_told(company: Any) -> None:
    posted = signed_in_at_ad_fs(company, groups=("AWS-111122223333-Nobody",))
    shown = company.browser.submit(posted)
    refused = company.browser.submit(shown, roleIndex="arn:aws:iam::111122223333:role/Nobody")
    assert (refused.status, refused.heading) == (400, "Sign-in failed")
    assert "AccessDenied" in refused.alert


@pytest.mark.parametrize("response", ["", "!", "PGE+", "PGE+PC9hPg==", "A" * 200_000])
def test_what_is_no_response_is_refused(company: Any, response: str) -> None:
    shown = company.browser.post(company.url(SIGN_IN, "/saml"), {"SAMLResponse": response})
    assert (shown.status, shown.heading) == (400, "Sign-in failed")


def test_a_brokers_link_opens_the_console(company: Any) -> None:
    posted = signed_in_at_ad_fs(company)
    response = posted.tree.xpath("//input[@name='SAMLResponse']")[0].value
    account = "arn:aws:iam::111122223333"
    params = {"RoleArn": f"{account}:role/Analyst", "PrincipalArn": f"{account}:saml-provider/corp"}
    keys = company.cloud.call("sts:AssumeRoleWithSAML", {**params, "SAMLAssertion": response})["Credentials"]
    session = {
        "sessionId": keys["AccessKeyId"],
        "sessionKey": keys["SecretAccessKey"],
        "sessionToken": keys["SessionToken"],
    }
    asked = {"Action": "getSigninToken", "SessionDuration": "1800", "Session": json.dumps(session)}
    answer = company.browser.send("GET", company.url(SIGN_IN, f"/federation?{urlencode(asked)}"))
    token = json.loads(answer.body)["SigninToken"]
    link = {"Action": "login", "Issuer": "https://broker.example", "SigninToken": token}
    for destination, status in (("https://console.aws.amazon.com/s3", 200), ("https://evil.example/", 400)):
        query = urlencode({**link, "Destination": destination})
        assert company.browser.open(company.url(SIGN_IN, f"/federation?{query}")).status == status


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"Action": "getSigninToken"}, 400),
        ({"Action": "getSigninToken", "Session": "[" * 5000}, 400),
        ({"Action": "getSigninToken", "Session": '{"sessionId":1}'}, 400),
        ({"Action": "getSigninToken", "Session": '{"sessionId":"a","sessionKey":"b","sessionToken":"c"}'}, 400),
        ({"Action": "login"}, 400),
        ({"Action": "login", "SigninToken": "x", "Destination": "https://console.aws.amazon.com/"}, 400),
        ({"Action": "logout"}, 501),
    ],
)
def test_what_the_federation_endpoint_cannot_read_is_refused(company: Any, asked: dict[str, str], status: int) -> None:
    assert company.browser.open(company.url(SIGN_IN, f"/federation?{urlencode(asked)}")).status == status
