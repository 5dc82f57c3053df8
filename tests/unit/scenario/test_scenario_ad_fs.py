"""The step `ad_fs:`, a sign-in at an AD FS that ends in a signed response."""

from __future__ import annotations

from pathlib import Path

import pytest

from cogsim import InputError, load
from cogsim.scenario.load import loads
from cogsim.scenario.run import Run, play

SCENARIOS = Path(__file__).parents[3] / "scenarios"
WORLD = "worlds/console-by-ad-fs.yaml"
BOB = "as: bob, username: bob@corp.example"


def played(steps: str, world: str = WORLD) -> Run:
    scenario = loads(f"world: {world}\nsteps:\n{steps}", str(SCENARIOS / "story.yaml"))
    return play(scenario, load(*scenario.worlds))


ASSUME = """
  - call: sts:AssumeRoleWithSAML
    with: {RoleArn: $Analyst.Arn, PrincipalArn: $Corp.Arn, SAMLAssertion: $bob.SAMLResponse}
"""


@pytest.mark.parametrize("directory", ["", ", directory: $Directory", ", directory: Directory"])
@pytest.mark.parametrize("party", ["$AwsAtDirectory", "urn:amazon:webservices"])
def test_a_response_is_saved_under_the_persons_name(party: str, directory: str) -> None:
    run = played(f"  - ad_fs: {{{BOB}, party: '{party}'{directory}}}\n{ASSUME}")
    assert run.failures == ()


def test_two_answers_of_one_instant_are_two() -> None:
    step = f"  - ad_fs: {{{BOB}, party: $AwsAtDirectory}}\n    save: %s\n"
    assume = ASSUME.replace("$bob", "$%s") + "    save: in-%s\n"
    run = played(step % "one" + step % "two" + assume % ("one", "one") + assume % ("two", "two"))
    assert run.failures == ()
    ids = [record["requestParameters"]["sAMLAssertionID"] for record in run.trail]
    assert len(set(ids)) == len(ids) == 2


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (f"{{{BOB}, party: $AwsAtDirectory, password: a guess}}", "AdFsRefusal: Incorrect"),
        ("{as: nobody, party: $AwsAtDirectory}", "AdFsRefusal: Incorrect"),
        (f"{{{BOB}, party: urn:amazon:webservice}}", "AdFsRefusal: MSIS7007"),
    ],
)
def test_what_ad_fs_refuses_ends_the_step(step: str, words: str) -> None:
    (failed,) = played(f"  - ad_fs: {step}\n").steps
    assert failed.result.startswith(words)
    assert failed.failures


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("{party: $AwsAtDirectory}", "needs a field 'as'"),
        ("{as: bob}", "needs a field 'party'"),
        ("{as: bob, party: $AwsAtDirectory, directry: x}", "did you mean 'directory'"),
        ("{as: bob, party: $AwsAtDirectry}", "did you mean '\\$AwsAtDirectory'"),
        ("{as: bob, party: x, directory: Directry}", "no AD FS is called 'Directry'.*did you mean 'Directory'"),
    ],
)
def test_a_step_that_means_nothing_is_refused_with_its_place(step: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as error:
        played(f"  - ad_fs: {step}\n")
    assert error.value.location is not None


def test_a_world_with_no_ad_fs_answers_nobody() -> None:
    with pytest.raises(InputError, match="say which AD FS: the world has 0") as error:
        played("  - ad_fs: {as: bob, party: x}\n", "worlds/role-chain.yaml")
    assert error.value.location is not None
