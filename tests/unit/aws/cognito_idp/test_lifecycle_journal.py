"""What stands for no operation of AWS's API is journalled like a call, and happens again on another seed too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cogsim.aws import journal
from cogsim.aws.call import Call
from cogsim.aws.journal_replay import replay
from cogsim.aws.mailbox import messages
from cogsim.persistent import Map
from cogsim.world.pool_members import UserPoolDomain

ROLE = "arn:aws:iam::123456789012:role/import-log"


def own(pools: Any, operation: str, **params: str) -> None:
    outcome = pools.cloud.submit(Call(f"cogsim:{operation}", params, None, pools.cloud.origin()))
    assert outcome.error is None


def test_a_link_and_a_file_are_the_other_seeds_own_in_a_replay(make: Any, tmp_path: Path) -> None:
    template = Map({"VerificationMessageTemplate": Map({"DefaultEmailOption": "CONFIRM_WITH_LINK"})})
    pools = make(pool={"texts": template})
    pools.cloud.world = pools.cloud.initial = pools.cloud.world.with_domain(UserPoolDomain(pools.pool_id, "acme"))
    pools.sign_up(email="alice@example.com")
    link = messages(pools.cloud.state)[-1].link
    own(pools, "OpenConfirmationLink", Url=str(link))
    columns = pools.admin("GetCSVHeader")["CSVHeader"]
    row = {
        "cognito:username": "ann",
        "cognito:mfa_enabled": "false",
        "email": "a@example.com",
        "email_verified": "true",
    }
    csv = ",".join(columns) + "\n" + ",".join(row.get(name, "") for name in columns)
    made = pools.admin("CreateUserImportJob", JobName="x", CloudWatchLogsRoleArn=ROLE)["UserImportJob"]
    own(pools, "PutUserImportFile", UserPoolId=pools.pool_id, JobId=made["JobId"], Csv=csv)
    pools.admin("StartUserImportJob", JobId=made["JobId"])
    path = tmp_path / "run.journal"
    journal.write(pools.cloud, path)
    assert str(link) not in path.read_text(encoding="ascii")
    again = replay(journal.read(path), pools.cloud.initial)
    assert (again.changed, again.cloud.world.pool_users) == ((), pools.cloud.world.pool_users)
    other = replay(journal.read(path), pools.cloud.initial, seed="another")
    assert (other.changed, other.unknown) == ((), ())
    users = other.cloud.world.pool_users
    assert {name: str(user.status) for (_, name), user in users.items()} == {
        "alice": "CONFIRMED",
        "ann": "RESET_REQUIRED",
    }
    assert users[pools.pool_id, "alice"].sub != pools.user()["sub"]
