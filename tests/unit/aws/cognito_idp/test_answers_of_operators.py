"""What is answered to operators where AWS's own answers have been seen: which members are there, and which words."""

from __future__ import annotations

import pytest

from cogsim.aws.mailbox import messages
from tests.unit.aws.cognito_idp.conftest import Make, as_list


def test_an_operators_user_has_no_flag_that_was_not_given(make: Make) -> None:
    pools = make(pool={"auto_verified_attributes": ("email",)})
    given = as_list({"email": "alice@example.com", "phone_number": "+15555550100", "phone_number_verified": "true"})
    made = pools.admin("AdminCreateUser", Username="alice", UserAttributes=given, MessageAction="SUPPRESS")["User"]
    names = {each["Name"] for each in made["Attributes"]}
    assert names == {"sub", "email", "phone_number", "phone_number_verified"}
    changed = as_list({"email": "other@example.com"})
    pools.admin("AdminUpdateUserAttributes", Username="alice", UserAttributes=changed)
    shown = {each["Name"]: each["Value"] for each in pools.user("alice")["UserAttributes"]}
    assert (shown["email"], shown["email_verified"]) == ("other@example.com", "false")


def test_a_user_who_signs_up_has_the_flag(make: Make) -> None:
    pools = make(pool={"auto_verified_attributes": ("email",)})
    pools.sign_up("alice", email="alice@example.com")
    shown = {each["Name"]: each["Value"] for each in pools.user("alice")["UserAttributes"]}
    assert shown["email_verified"] == "false"


def test_an_address_without_a_flag_recovers_no_account(make: Make) -> None:
    pools = make()
    given = as_list({"email": "alice@example.com"})
    pools.admin("AdminCreateUser", Username="alice", UserAttributes=given, MessageAction="SUPPRESS")
    pools.admin("AdminSetUserPassword", Username="alice", Password=pools.password, Permanent=True)
    refused = pools.refusal("ForgotPassword", ClientId=pools.client_id, Username="alice")
    assert "no registered/verified email or phone_number" in refused[1]
    assert "email_verified" not in pools.claims(pools.tokens("alice")["IdToken"])


@pytest.mark.parametrize(("option", "link"), [("CONFIRM_WITH_CODE", False), ("CONFIRM_WITH_LINK", True)])
def test_a_template_may_hold_the_texts_with_a_code_and_with_a_link(make: Make, option: str, link: bool) -> None:
    template = {
        "DefaultEmailOption": option,
        "EmailMessage": "Code {####}",
        "EmailSubject": "A code",
        "EmailMessageByLink": "Press {##here##}",
        "EmailSubjectByLink": "A link",
    }
    pools = make()
    pools.admin("UpdateUserPool", VerificationMessageTemplate=template, AutoVerifiedAttributes=["email"])
    assert pools.admin("DescribeUserPool")["UserPool"]["VerificationMessageTemplate"] == template
    pools.admin("CreateUserPoolDomain", Domain="two-texts")
    pools.sign_up("alice", email="alice@example.com")
    sent = messages(pools.cloud.state, pools.pool_id)[-1]
    assert (sent.subject, sent.link is not None) == ("A link" if link else "A code", link)
