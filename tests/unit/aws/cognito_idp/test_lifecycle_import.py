"""Users from a file: jobs, header, rows, and what becomes of those who are imported."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.aws.call import Call
from cogsim.decisions.user_import import check_room, read_row
from cogsim.errors import NotModelled
from cogsim.world.user_pool import SchemaAttribute, UserPool

ROLE = "arn:aws:iam::123456789012:role/import-log"
PRECONDITION = "PreconditionNotMetException"
MINIMAL = {"email": "ann@example.com", "email_verified": "true", "cognito:mfa_enabled": "false"}


def header(pools: Any) -> list[str]:
    found: list[str] = pools.admin("GetCSVHeader")["CSVHeader"]
    return found


def job(pools: Any) -> dict[str, Any]:
    made = pools.admin("CreateUserImportJob", JobName="first", CloudWatchLogsRoleArn=ROLE)["UserImportJob"]
    return dict(made)


def file(pools: Any, *rows: dict[str, str]) -> str:
    columns = header(pools)
    lines = [",".join(columns)]
    lines += [",".join({**MINIMAL, "cognito:username": "ann", **row}.get(name, "") for name in columns) for row in rows]
    return "\n".join(lines) + "\n"


def put(pools: Any, job_id: str, csv: str) -> Any:
    params = {"UserPoolId": pools.pool_id, "JobId": job_id, "Csv": csv}
    outcome = pools.cloud.submit(Call("cogsim:PutUserImportFile", params, None, pools.cloud.origin()))
    return None if outcome.error is None else (outcome.error.code, outcome.error.message)


def run(pools: Any, csv: str) -> Any:
    """The job after its start, with that file."""
    job_id = job(pools)["JobId"]
    assert put(pools, job_id, csv) is None
    pools.admin("StartUserImportJob", JobId=job_id)
    return pools.admin("DescribeUserImportJob", JobId=job_id)["UserImportJob"]


def counts(ended: Any) -> tuple[int, int, int]:
    return ended["ImportedUsers"], ended["SkippedUsers"], ended["FailedUsers"]


def refused(pools: Any, operation: str, **params: Any) -> Any:
    return pools.refusal(operation, UserPoolId=pools.pool_id, **params)


def test_the_header_names_every_attribute_in_the_services_order(make: Any) -> None:
    pools = make(pool={"schema": (SchemaAttribute("custom:tenant"), SchemaAttribute("dev:custom:x"))})
    assert header(pools) == [
        *("name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture"),
        *("website", "email", "email_verified", "gender", "birthdate", "zoneinfo", "locale", "phone_number"),
        *("phone_number_verified", "address", "updated_at", "custom:tenant", "cognito:mfa_enabled", "cognito:username"),
    ]


def test_a_job_goes_from_created_over_pending_to_succeeded(pools: Any) -> None:
    made = job(pools)
    assert (made["Status"], made["JobName"], made["CloudWatchLogsRoleArn"]) == ("Created", "first", ROLE)
    assert made["JobId"].startswith("import-")
    assert made["PreSignedUrl"].startswith("https://aws-cognito-idp-user-import-us-east-1.s3.us-east-1.amazonaws.com/")
    assert put(pools, made["JobId"], file(pools, {}, {"cognito:username": "bob"})) is None
    pools.cloud.advance(60)
    started = pools.admin("StartUserImportJob", JobId=made["JobId"])["UserImportJob"]
    assert (started["Status"], "CompletionDate" in started) == ("Pending", False)
    ended = pools.admin("DescribeUserImportJob", JobId=made["JobId"])["UserImportJob"]
    assert (ended["Status"], counts(ended)) == ("Succeeded", (2, 0, 0))
    assert ended["CompletionMessage"] == "Import Job Completed Successfully."
    assert (ended["StartDate"] - made["CreationDate"]).total_seconds() == 60


def test_who_is_imported_must_reset_the_password_by_a_code(make: Any) -> None:
    openly, masked = make(), make(client={"prevent_user_existence_errors": "ENABLED"})
    for pools in (openly, masked):
        run(pools, file(pools, {"given_name": "Ann"}))
        user = pools.user("ann")
        assert (user["UserStatus"], user["given_name"], user["email_verified"]) == ("RESET_REQUIRED", "Ann", "true")
    assert openly.refusal("InitiateAuth", **openly.login("ann"))[0] == "PasswordResetRequiredException"
    assert masked.refusal("InitiateAuth", **masked.login("ann"))[0] == "NotAuthorizedException"
    params = {"ClientId": openly.client_id, "Username": "ann"}
    openly.call("ForgotPassword", **params)
    openly.call("ConfirmForgotPassword", **params, ConfirmationCode=openly.code("ann"), Password=openly.password)
    assert "AuthenticationResult" in openly.log_in("ann")


def test_columns_come_in_any_order_and_a_backslash_takes_a_comma_in(pools: Any) -> None:
    columns = list(reversed(header(pools)))
    row = {**MINIMAL, "cognito:username": "ann", "address": "1 Main St\\, Springfield", "name": "  Ann  "}
    csv = ",".join(columns) + "\r\n" + ",".join(row.get(name, "") for name in columns) + "\r\n\r\n"
    assert counts(run(pools, csv)) == (1, 0, 0)
    assert (pools.user("ann")["address"], pools.user("ann")["name"]) == ("1 Main St, Springfield", "Ann")


@pytest.mark.parametrize("change", ["missing", "added", "twice", "mark"])
def test_a_file_of_another_header_fails_whole(pools: Any, change: str) -> None:
    columns = header(pools)
    csv = {
        "missing": ",".join(columns[1:]),
        "added": ",".join([*columns, "custom:x"]),
        "twice": ",".join([*columns, "email"]),
        "mark": "\ufeff" + ",".join(columns),
    }[change]
    ended = run(pools, csv + "\n" + file(pools, {}).split("\n")[1])
    assert (ended["Status"], counts(ended)) == ("Failed", (0, 0, 0))
    assert pools.admin("ListUsers")["Users"] == []


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"cognito:username": ""}, "cognito:username must be"),
        ({"cognito:username": "an n"}, "cognito:username must be"),
        ({"cognito:username": "a" * 129}, "cognito:username must be"),
        ({"cognito:mfa_enabled": ""}, "cognito:mfa_enabled is neither true nor false"),
        ({"cognito:mfa_enabled": "true"}, "MfaConfiguration is OFF"),
        ({"email_verified": "yes"}, "email_verified is neither true nor false"),
        ({"email_verified": "false"}, "no auto-verified attribute is verified"),
        ({"email_verified": ""}, "no auto-verified attribute is verified"),
        ({"email": ""}, "email_verified is true and there is no email"),
        ({"phone_number_verified": "TRUE"}, "phone_number_verified is true and there is no phone_number"),
        ({"birthdate": "2000-01-01"}, "birthdate is not mm/dd/yyyy"),
        ({"phone_number": "555"}, "Invalid phone number format."),
        ({"email": "ann"}, "Invalid email address format."),
        ({"name": "a" * 16_000}, "longer than 16000 characters"),
        ({"name": "Doe, Ann"}, "22 values for 21 columns"),
    ],
)
def test_a_row_that_is_wrong_makes_no_user_and_is_counted(pools: Any, row: dict[str, str], fault: str) -> None:
    csv = file(pools, row, {"cognito:username": "good", "birthdate": "01/31/2000", "email": "g@example.com"})
    ended = run(pools, csv)
    assert (ended["Status"], counts(ended)) == ("Succeeded", (1, 0, 1))
    assert [user["Username"] for user in pools.admin("ListUsers")["Users"]] == ["good"]
    started = next(entry for entry in reversed(pools.cloud.log) if entry.call.name == "StartUserImportJob")
    told = [step.found for step in started.decision.steps if step.question == "does line 2 make a user?"]
    assert fault in told[-1]


def test_required_attributes_are_required_of_rows(make: Any) -> None:
    pools = make(pool={"schema": (SchemaAttribute("name", required=True),)})
    assert counts(run(pools, file(pools, {}, {"cognito:username": "bob", "name": "Bob"}))) == (1, 0, 1)


def test_the_second_factor_of_a_row_is_the_pools(make: Any) -> None:
    pools = make(pool={"mfa": "ON"})
    phone = {"phone_number": "+15551234567", "cognito:mfa_enabled": "True"}
    rows = ({}, {"cognito:username": "bob", **phone}, {"cognito:username": "carol", "cognito:mfa_enabled": "true"})
    assert counts(run(pools, file(pools, *rows))) == (1, 0, 2)
    assert pools.user("bob")["UserMFASettingList"] == ["SMS_MFA"]


def test_who_is_there_already_is_skipped_and_whose_address_is_anothers_fails(make: Any) -> None:
    pools = make(pool={"alias_attributes": ("email",)})
    verified = pools.as_list({"email": "taken@example.com", "email_verified": "true"})
    pools.admin("AdminCreateUser", Username="ann", UserAttributes=verified, MessageAction="SUPPRESS")
    rows = (
        {"email": "other@example.com"},
        {"cognito:username": "bob", "email": "taken@example.com"},
        {"cognito:username": "carol", "email": "carol@example.com"},
        {"cognito:username": "carol", "email": "carol2@example.com"},
    )
    assert counts(run(pools, file(pools, *rows))) == (1, 2, 1)


def test_where_an_address_is_the_name_a_row_gives_it(make: Any) -> None:
    pools = make(pool={"username_attributes": ("email",)})
    rows = ({"cognito:username": "ann@example.com"}, {"cognito:username": "ann"})
    assert counts(run(pools, file(pools, *rows))) == (1, 0, 1)
    user = pools.user("ann@example.com")
    assert user["Username"] == user["sub"]


def test_an_import_of_nobody_has_failed_unless_assumed_otherwise(pools: Any) -> None:
    csv = file(pools, {"email_verified": "false"})
    ended = run(pools, csv)
    expected = ("Failed", "Too many users have failed or been skipped during the import.")
    assert (ended["Status"], ended["CompletionMessage"]) == expected
    with assuming({"cognito.importWithoutUsers": "Succeeded"}):
        assert run(pools, csv)["Status"] == "Succeeded"
    assert run(pools, file(pools))["Status"] == "Succeeded"


def test_a_job_starts_once_with_its_file_in_a_pool_that_verifies(make: Any) -> None:
    pools = make()
    job_id = job(pools)["JobId"]
    assert refused(pools, "StartUserImportJob", JobId=job_id) == (
        PRECONDITION,
        "No file was uploaded for the user import job.",
    )
    put(pools, job_id, file(pools, {}))
    pools.admin("StartUserImportJob", JobId=job_id)
    for operation, word in (("StartUserImportJob", "started"), ("StopUserImportJob", "stopped")):
        text = f"A user import job cannot be {word} that is Succeeded."
        assert refused(pools, operation, JobId=job_id) == (PRECONDITION, text)
    assert put(pools, job_id, "x") == (PRECONDITION, "A file cannot be put for a user import job that is Succeeded.")
    silent = make(pool={"auto_verified_attributes": ()})
    job_id = job(silent)["JobId"]
    put(silent, job_id, "x")
    assert refused(silent, "StartUserImportJob", JobId=job_id) == (
        PRECONDITION,
        "The user pool has no auto-verified attributes.",
    )


def test_a_job_that_waits_is_stopped_or_expires_after_a_day(pools: Any) -> None:
    first, second = job(pools)["JobId"], job(pools)["JobId"]
    stopped = pools.admin("StopUserImportJob", JobId=first)["UserImportJob"]
    assert (stopped["Status"], "CompletionDate" in stopped) == ("Stopped", True)
    pools.cloud.advance(86400)
    assert pools.admin("DescribeUserImportJob", JobId=second)["UserImportJob"]["Status"] == "Expired"
    text = "A user import job cannot be started that is Expired."
    assert refused(pools, "StartUserImportJob", JobId=second) == (PRECONDITION, text)


def test_jobs_are_listed_the_latest_first_by_pages(pools: Any) -> None:
    made = []
    for _ in range(3):
        made.append(job(pools)["JobId"])
        pools.cloud.advance(1)
    first = pools.admin("ListUserImportJobs", MaxResults=2)
    assert [each["JobId"] for each in first["UserImportJobs"]] == [made[2], made[1]]
    second = pools.admin("ListUserImportJobs", MaxResults=2, PaginationToken=first["PaginationToken"])
    assert [each["JobId"] for each in second["UserImportJobs"]] == [made[0]]
    assert "PaginationToken" not in second


@pytest.mark.parametrize("operation", ["DescribeUserImportJob", "StartUserImportJob", "StopUserImportJob"])
def test_a_job_that_is_not_there_is_not_found(pools: Any, operation: str) -> None:
    expected = ("ResourceNotFoundException", "User import job import-nothing does not exist.")
    assert refused(pools, operation, JobId="import-nothing") == expected
    assert put(pools, "import-nothing", "x") == expected


def test_passing_the_role_of_the_log_needs_a_permission(pools: Any) -> None:
    params = {"UserPoolId": pools.pool_id, "JobName": "x", "CloudWatchLogsRoleArn": ROLE}
    assert pools.refusal("CreateUserImportJob", pools.stranger, **params)[0] == "AccessDeniedException"


def test_a_pool_takes_a_thousand_jobs() -> None:
    assert check_room(999).value is None
    refusal = check_room(1000).value
    assert refusal is not None
    assert refusal.code == "LimitExceededException"


def test_hashes_of_passwords_are_not_modelled(pools: Any) -> None:
    with pytest.raises(NotModelled, match="PasswordHashingAlgorithm"):
        pools.admin("CreateUserImportJob", JobName="x", CloudWatchLogsRoleArn=ROLE, PasswordHashingAlgorithm="BCRYPT")


def test_a_row_is_judged_without_a_cloud() -> None:
    pool = UserPool("us-east-1_x", "arn:aws:cognito-idp:us-east-1:1:userpool/us-east-1_x", "x")
    assert read_row(pool, ("cognito:username",), "a,b", 7).steps[-1].question == "does line 7 make a user?"
