"""The credentials that a person gets through a custom identity broker, by every request that could end in others."""

from __future__ import annotations

from cogsim.actors.broker import BrokerRefusal, BrokerSession
from cogsim.actors.signing import Signer
from cogsim.aws.call import Credentials
from cogsim.errors import AwsError, InputError
from cogsim.simulation import Simulation
from cogsim.world.world import World


def broker_signers(world: World, who: str, fork: Simulation) -> tuple[Signer, ...] | None:
    """Who the person `who` of a broker can sign as, on a fork; None where `who` names nobody of a broker."""
    if not world.brokers:
        return None
    from cogsim.analysis.who import BrokerClient, resolve
    from cogsim.decisions.broker_wishes import requests_of

    try:
        client = resolve(world, who)
    except InputError:
        return None
    if not isinstance(client, BrokerClient):
        return None
    found: list[Signer] = []
    for request in requests_of(client.broker, client.person):
        try:
            session = fork.broker_session(client.person.name, client.broker.name, wishes=request.wishes)
        except (AwsError, BrokerRefusal):
            continue
        found += [session, *_by_token(fork, session)]
    return tuple(found)


def _by_token(fork: Simulation, session: BrokerSession) -> list[Signer]:
    """The sessions of other roles that take the token of a developer identity, which its holder can name to STS."""
    found: list[Signer] = []
    for role in fork.world.roles if session.token is not None else ():
        asked = {"RoleArn": role, "RoleSessionName": "session", "WebIdentityToken": session.token}
        try:
            keys = fork.call("sts:AssumeRoleWithWebIdentity", asked)["Credentials"]
        except AwsError:
            continue
        found.append(Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]))
    return found
