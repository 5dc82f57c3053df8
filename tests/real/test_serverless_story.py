"""Two public fragments and a bucket of ours make one stack: people sign up in it, and reach their own folder only."""

from __future__ import annotations

from pathlib import Path

import pytest

from cogsim import Simulation, load
from cogsim.actors.app import IdentitySession
from cogsim.aws.call import Outcome
from cogsim.decision import Step
from cogsim.errors import AwsError

REAL = Path(__file__).resolve().parents[3] / "shared" / "real_inputs" / "cfn"
OURS = Path(__file__).parent
FRAGMENT = REAL / "serverless-stack-identity-pool.yml"
PASSWORD = "Sesame-street-1!"

pytestmark = pytest.mark.skipif(not FRAGMENT.is_file(), reason=f"the real inputs are not at {REAL}")


@pytest.fixture(scope="module")
def morning() -> Simulation:
    paths = (FRAGMENT, REAL / "serverless-stack-user-pool.yml")
    return Simulation(load(*paths, OURS / "attachments_bucket.yml", OURS / "serverless_server.yml"), seed="notes")


@pytest.fixture
def sim(morning: Simulation) -> Simulation:
    return morning.fork()


def signed_up(sim: Simulation, address: str) -> IdentitySession:
    """Sign up, confirm with the code that was mailed, sign in by the flow the client allows, exchange the token."""
    client = next(iter(sim.world.clients.values()))
    attributes = [{"Name": "email", "Value": address}]
    registration = {"Username": address, "Password": PASSWORD, "UserAttributes": attributes}
    sim.call("cognito-idp:SignUp", {"ClientId": client.id, **registration})
    (message,) = sim.mailbox(address)
    confirmation = {"ClientId": client.id, "Username": address, "ConfirmationCode": message.code}
    sim.call("cognito-idp:ConfirmSignUp", confirmation)
    return sim.credentials(sim.sign_in(address, password=PASSWORD, operator="Server"))


def explained(outcome: Outcome) -> tuple[Step, str]:
    """The step that settled the outcome, and the line of the template it points at."""
    step = outcome.decision.deciding[0]
    assert step.location is not None
    return step, Path(step.location.file).read_text(encoding="utf-8").splitlines()[step.location.line - 1]


def test_a_persons_own_folder_is_theirs_by_the_templates_own_statement(sim: Simulation) -> None:
    maria = signed_up(sim, "maria@example.com")
    key = f"private/{maria.identity_id}/note.txt"
    sim.call("s3:PutObject", {"Bucket": "notes-attachments", "Key": key, "Body": b"mine"}, maria)
    outcome = sim.submit("s3:GetObject", {"Bucket": "notes-attachments", "Key": key}, maria)
    assert outcome.unwrap()["Body"] == b"mine"
    step, line = explained(outcome)
    assert step.location is not None
    assert Path(step.location.file).name == FRAGMENT.name
    statement = "".join(FRAGMENT.read_text(encoding="utf-8").splitlines(keepends=True)[step.location.line - 1 :])
    assert line.strip() == "- Effect: 'Allow'"
    assert "'s3:*'" in statement.split("- Effect")[1]


def test_anothers_folder_is_refused_and_the_same_statement_says_why(sim: Simulation) -> None:
    maria, otto = signed_up(sim, "maria@example.com"), signed_up(sim, "otto@example.com")
    key = f"private/{otto.identity_id}/note.txt"
    sim.call("s3:PutObject", {"Bucket": "notes-attachments", "Key": key, "Body": b"not hers"}, otto)
    outcome = sim.submit("s3:GetObject", {"Bucket": "notes-attachments", "Key": key}, maria)
    assert outcome.error is not None
    assert outcome.error.code == "AccessDenied"
    step, line = explained(outcome)
    assert "fails on its Resource" in step.found
    assert line.strip() == "- Effect: 'Allow'"
    reading = next(s for s in outcome.decision.steps if s.location == step.location and ("applies", "no") in s.facts)
    assert ("element", "Resource") in reading.facts


def test_the_client_allows_no_flow_but_the_servers(sim: Simulation) -> None:
    client = next(iter(sim.world.clients.values()))
    signed_up(sim, "maria@example.com")
    parameters = {"USERNAME": "maria@example.com", "PASSWORD": PASSWORD}
    request = {"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client.id, "AuthParameters": parameters}
    with pytest.raises(AwsError, match="USER_PASSWORD_AUTH flow not enabled for this client"):
        sim.call("cognito-idp:InitiateAuth", request)


def test_guests_get_nothing(sim: Simulation) -> None:
    with pytest.raises(AwsError, match="Unauthenticated access is not supported for this identity pool"):
        sim.credentials()


def test_what_the_fragments_leave_to_another_tool_stays_a_placeholder(sim: Simulation) -> None:
    (pool,) = sim.world.user_pools.values()
    assert pool.name == "«self¦custom.stage»-user-pool"
    unresolved = {name for name, _, _ in sim.world.completeness.unresolved}
    assert unresolved == {"«self¦custom.stage»", "«ApiGatewayRestApi»"}
