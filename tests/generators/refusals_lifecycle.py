"""How sign-up, codes, passwords and attributes are refused, and what a pool's functions refuse."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from cogsim.decisions.threats import password_digest
from cogsim.persistent import Map
from cogsim.world.pool_members import Trigger, TriggerRule
from cogsim.world.rate_limits import RateLimits
from cogsim.world.user_pool import PasswordPolicy, SchemaAttribute
from tests.generators.refusals import (
    EMAIL,
    NEW,
    VERIFIED,
    Case,
    Params,
    by_password,
    case,
    invited,
    operated,
    signing_up,
)

CASES: list[Case] = []
refusal = partial(case, CASES)
DENIED = partial(refusal, "NotAuthorizedException")
INVALID = partial(refusal, "InvalidParameterException")
EXISTS = partial(refusal, "UsernameExistsException")
POLICY = partial(refusal, "InvalidPasswordException")
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
PRE_SIGN_UP = {"triggers": Map({"PreSignUp": FUNCTION})}
BY_EMAIL = {"username_attributes": ("email",)}
BY_PHONE = {"username_attributes": ("phone_number",)}
BY_BOTH = {"username_attributes": ("email", "phone_number")}
ALIAS = {"alias_attributes": ("email", "phone_number")}
MISMATCH = "Invalid verification code provided, please try again."
EXPIRED = "Invalid code provided, please request a code again."
ATTEMPTS = "Attempt limit exceeded, please try after some time."


def answers(pools: Any, rule: TriggerRule) -> tuple[str, Params]:
    """A sign-up in a pool whose function answers by `rule`."""
    pools.cloud.world = pools.cloud.world.with_trigger(Trigger(FUNCTION, (rule,)))
    return signing_up()


def confirming(code: str, name: str = "alice") -> tuple[str, Params]:
    return "ConfirmSignUp", {"Username": name, "ConfirmationCode": code}


def forgetting(name: str = "alice") -> tuple[str, Params]:
    return "ForgotPassword", {"Username": name}


def resetting(code: str, password: str = NEW) -> tuple[str, Params]:
    return "ConfirmForgotPassword", {"Username": "alice", "ConfirmationCode": code, "Password": password}


@DENIED("SignUp is not permitted for this user pool", pool={"admin_create_user_only": True})
def sign_up_where_operators_do(_pools: Any) -> tuple[str, Params]:
    return signing_up()


@DENIED("A client attempted to write unauthorized attribute")
def sign_up_as_verified(_pools: Any) -> tuple[str, Params]:
    return signing_up(**VERIFIED)


@DENIED("User cannot be confirmed. Current status is CONFIRMED")
def confirm_again(pools: Any) -> tuple[str, Params]:
    pools.confirmed()
    return confirming("123456")


@INVALID("User is already confirmed.")
def resend_to_the_confirmed(pools: Any) -> tuple[str, Params]:
    pools.confirmed()
    return "ResendConfirmationCode", {"Username": "alice"}


@DENIED("User password cannot be reset in the current state.")
def forget_a_temporary_password(pools: Any) -> tuple[str, Params]:
    invited(pools, **VERIFIED)
    return forgetting()


@INVALID("Cannot reset password for the user as there is no registered/verified email or phone_number")
def forget_without_an_address(pools: Any) -> tuple[str, Params]:
    operated(pools, **EMAIL)
    return forgetting()


@refusal("UserNotFoundException", "Username/client id combination not found.")
def forget_as_nobody(_pools: Any) -> tuple[str, Params]:
    return forgetting("nobody")


@refusal("UserNotFoundException", "User does not exist.")
def look_at_nobody(_pools: Any) -> tuple[str, Params]:
    return "AdminGetUser", {"Username": "nobody"}


@EXISTS("User already exists")
def sign_up_again(pools: Any) -> tuple[str, Params]:
    pools.sign_up()
    return signing_up()


@EXISTS("An account with the given email already exists.", pool=BY_EMAIL)
def sign_up_with_a_taken_email(pools: Any) -> tuple[str, Params]:
    pools.sign_up("a@x.example")
    return signing_up("a@x.example")


@EXISTS("An account with the given phone_number already exists.", pool=BY_PHONE)
def sign_up_with_a_taken_phone(pools: Any) -> tuple[str, Params]:
    pools.sign_up("+15550100")
    return signing_up("+15550100")


@EXISTS("User account already exists")
def create_again(pools: Any) -> tuple[str, Params]:
    pools.sign_up()
    return "AdminCreateUser", {"Username": "alice"}


@refusal("AliasExistsException", "An account with the email already exists.", pool=ALIAS)
def confirm_a_taken_email(pools: Any) -> tuple[str, Params]:
    operated(pools, **VERIFIED)
    pools.sign_up("bob", **EMAIL)
    return confirming(pools.code("bob"), "bob")


@refusal(
    "AliasExistsException",
    "An account with the phone_number already exists.",
    pool={**ALIAS, "auto_verified_attributes": ("phone_number",)},
)
def confirm_a_taken_phone(pools: Any) -> tuple[str, Params]:
    operated(pools, phone_number="+15550100", phone_number_verified="true")
    pools.sign_up("bob", phone_number="+15550100")
    return confirming(pools.code("bob"), "bob")


@refusal("CodeMismatchException", MISMATCH)
def confirm_by_a_wrong_code(pools: Any) -> tuple[str, Params]:
    pools.sign_up(**EMAIL)
    return confirming(f"{(int(pools.code('alice')) + 1) % 1_000_000:06d}")


@refusal("ExpiredCodeException", EXPIRED)
def confirm_a_day_later(pools: Any) -> tuple[str, Params]:
    pools.sign_up(**EMAIL)
    pools.cloud.advance(86400)
    return confirming(pools.code("alice"))


@refusal("ExpiredCodeException", EXPIRED)
def reset_by_a_code_that_was_used(pools: Any) -> tuple[str, Params]:
    operated(pools, **VERIFIED)
    pools.call("ForgotPassword", ClientId=pools.client_id, Username="alice")
    name, params = resetting(pools.code("alice"))
    pools.call(name, ClientId=pools.client_id, **params)
    return name, params


@refusal("LimitExceededException", ATTEMPTS)
def resend_six_times(pools: Any) -> tuple[str, Params]:
    pools.sign_up(**EMAIL)
    params = {"Username": "alice"}
    for _ in range(5):
        pools.call("ResendConfirmationCode", ClientId=pools.client_id, **params)
    return "ResendConfirmationCode", params


@refusal(
    "TooManyFailedAttemptsException", ATTEMPTS, assuming={"cognito.tooManyWrongCodes": "TooManyFailedAttemptsException"}
)
def guess_a_reset_code(pools: Any) -> tuple[str, Params]:
    operated(pools, **VERIFIED)
    pools.call("ForgotPassword", ClientId=pools.client_id, Username="alice")
    name, params = resetting("x")
    for _ in range(20):
        pools.refusal(name, ClientId=pools.client_id, **params)
    return name, params


PREFIX = "Password did not conform with policy: Password "


@POLICY(PREFIX + "not long enough")
def short_password(_pools: Any) -> tuple[str, Params]:
    return signing_up(password="Aa1!")


@POLICY(PREFIX + "must have uppercase characters")
def password_without_capitals(_pools: Any) -> tuple[str, Params]:
    return signing_up(password="correct-horse-9")


@POLICY(PREFIX + "must have lowercase characters")
def password_of_capitals(_pools: Any) -> tuple[str, Params]:
    return signing_up(password="CORRECT-HORSE-9")


@POLICY(PREFIX + "must have numeric characters")
def password_without_digits(_pools: Any) -> tuple[str, Params]:
    return signing_up(password="Correct-horse")


@POLICY(PREFIX + "must have symbol characters")
def password_without_symbols(_pools: Any) -> tuple[str, Params]:
    return signing_up(password="CorrectHorse9")


@POLICY("Password did not conform with password policy: Password must have numeric characters")
def temporary_password_without_digits(_pools: Any) -> tuple[str, Params]:
    return "AdminCreateUser", {"Username": "alice", "TemporaryPassword": "Correct-horse"}


@POLICY(
    "Provided password cannot be used for security reasons.", pool={"advanced_security": "ENFORCED", "tier": "PLUS"}
)
def breached_password(pools: Any) -> tuple[str, Params]:
    pools.cloud.world = replace(pools.cloud.world, breached_passwords=frozenset({password_digest(NEW)}))
    compromised = {"Actions": {"EventAction": "BLOCK"}}
    pools.admin("SetRiskConfiguration", CompromisedCredentialsRiskConfiguration=compromised)
    return signing_up(password=NEW)


@refusal("PasswordHistoryPolicyViolationException", pool={"password_policy": PasswordPolicy(history_size=2)})
def password_of_before(pools: Any) -> tuple[str, Params]:
    invited(pools)
    return "AdminSetUserPassword", {"Username": "alice", "Password": pools.password, "Permanent": True}


@INVALID(
    "Attributes did not conform to the schema: email: The attribute is required\n",
    pool={"schema": (SchemaAttribute("email", required=True),)},
)
def required_attribute_left_out(_pools: Any) -> tuple[str, Params]:
    return signing_up()


@INVALID("Attributes did not conform to the schema: custom:x: Attribute does not exist in the schema.\n")
def attribute_of_no_schema(pools: Any) -> tuple[str, Params]:
    operated(pools)
    return "AdminUpdateUserAttributes", {"Username": "alice", "UserAttributes": pools.as_list({"custom__x": "1"})}


@INVALID(
    "user.custom:tenant: Attribute cannot be updated.",
    pool={"schema": (SchemaAttribute("custom:tenant", mutable=False),)},
)
def immutable_attribute(pools: Any) -> tuple[str, Params]:
    operated(pools, custom__tenant="a")
    return "AdminUpdateUserAttributes", {"Username": "alice", "UserAttributes": pools.as_list({"custom__tenant": "b"})}


@INVALID("Invalid email address format.")
def odd_email(_pools: Any) -> tuple[str, Params]:
    return signing_up(email="alice")


@INVALID("Invalid phone number format.")
def odd_phone(_pools: Any) -> tuple[str, Params]:
    return signing_up(phone_number="0555")


@INVALID("Username cannot be of email format, since user pool is configured for email alias.", pool=ALIAS)
def email_for_a_name_beside_aliases(_pools: Any) -> tuple[str, Params]:
    return signing_up("alice@example.com")


@INVALID("Username should be an email.", pool=BY_EMAIL)
def name_that_is_no_email(_pools: Any) -> tuple[str, Params]:
    return signing_up()


@INVALID("Username should be a phone number.", pool=BY_PHONE)
def name_that_is_no_phone(_pools: Any) -> tuple[str, Params]:
    return signing_up()


@INVALID("Username should be either an email or a phone number.", pool=BY_BOTH)
def name_that_is_neither(_pools: Any) -> tuple[str, Params]:
    return signing_up()


@INVALID("Cannot resend codes. Auto verification not turned on.", pool={"auto_verified_attributes": ()})
def resend_where_nothing_is_verified(pools: Any) -> tuple[str, Params]:
    pools.sign_up(**EMAIL)
    return "ResendConfirmationCode", {"Username": "alice"}


@refusal("UnsupportedUserStateException", "Resend not possible. alice status is not FORCE_CHANGE_PASSWORD")
def invite_who_is_here(pools: Any) -> tuple[str, Params]:
    operated(pools)
    return "AdminCreateUser", {"Username": "alice", "MessageAction": "RESEND"}


@refusal("UserLambdaValidationException", "PreSignUp failed with error not allowed.", pool=PRE_SIGN_UP)
def function_that_throws(pools: Any) -> tuple[str, Params]:
    return answers(pools, TriggerRule(error="not allowed"))


@refusal(
    "UnexpectedLambdaException",
    "PreSignUp invocation failed due to error AccessDeniedException.",
    pool=PRE_SIGN_UP,
)
def function_that_is_not_reached(pools: Any) -> tuple[str, Params]:
    return answers(pools, TriggerRule(error="AccessDeniedException", unreachable=True))


@refusal("InvalidLambdaResponseException", "Unrecognizable lambda output", pool=PRE_SIGN_UP)
def function_that_answers_nonsense(pools: Any) -> tuple[str, Params]:
    return answers(pools, TriggerRule(response=Map({"autoConfirmUser": "maybe"})))


@refusal("PreconditionNotMetException")
def import_of_no_file(pools: Any) -> tuple[str, Params]:
    role = "arn:aws:iam::123456789012:role/log"
    made = pools.admin("CreateUserImportJob", JobName="j", CloudWatchLogsRoleArn=role)
    return "StartUserImportJob", {"JobId": made["UserImportJob"]["JobId"]}


@refusal("TooManyRequestsException", "Rate exceeded")
def faster_than_the_quota(pools: Any) -> tuple[str, Params]:
    pools.cloud.world = replace(pools.cloud.world, rate_limits=RateLimits(Map({"UserAuthentication": 1})))
    pools.refusal("InitiateAuth", **pools.login("nobody"))
    return by_password(name="nobody")


@refusal("ForbiddenException", "Request not allowed due to WAF block.")
def too_much_from_one_address(pools: Any) -> tuple[str, Params]:
    pools.cloud.world = replace(pools.cloud.world, rate_limits=RateLimits(per_user=100, per_address=10))
    for _ in range(10):
        pools.refusal("InitiateAuth", **pools.login("nobody"))
    return by_password(name="nobody")
