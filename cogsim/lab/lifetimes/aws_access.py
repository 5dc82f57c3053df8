"""The ways of access to AWS: what gives credentials, the credentials themselves, the URLs that they signed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from cogsim.actors.adfs import AdFsRefusal
from cogsim.analysis.naming import called
from cogsim.analysis.probes import Probe
from cogsim.arn import Arn
from cogsim.errors import AwsError, InputError
from cogsim.lab.lifetimes.access import MOMENT, Access, Ask, Got
from cogsim.lab.lifetimes.holding import (
    AwsSession,
    Holding,
    Member,
    assume_straight,
    aws_session,
    holder_of,
    straight_roles,
)
from cogsim.lab.lifetimes.member_access import expiry_of
from cogsim.lab.lifetimes.proof import Proof, Way
from cogsim.simulation import Simulation
from cogsim.world.identity_pool import IdentityPool


def at_identity_pools(sim: Simulation, held: Member, sessions: tuple[AwsSession, ...]) -> Iterator[Access]:
    """What the ID token opens at identity pools and at STS."""
    ends = (expiry_of(held.signed_in.id_token),) if held.signed_in.id_token else ()
    for pool in held.identity_pools(sim.world):
        name = called(sim.world, pool)
        shown = f"ID token at identity pool {name}, for AWS credentials"
        if any(session.source == name for session in sessions):
            yield Access(f"exchange:{name}", shown, partial(_exchange, held, pool), ends, f"ID token at {name}")
    for arn in straight_roles(sim.world, held) if ends else ():
        role = called(sim.world, sim.world.roles[arn])
        shown = f"ID token at STS, for AWS credentials of {role}"
        yield Access(f"sts:{role}", shown, partial(_straight, held, arn), ends, f"ID token at STS as {role}")


def by_proofs(proofs: tuple[Proof, ...]) -> Iterator[Access]:
    """What proofs of elsewhere open, those that are held and those that are had anew."""
    for proof in proofs:
        for way in proof.ways if proof.kind != "broker" else ():
            shown = f"{proof.shown} at {way.shown}, for AWS credentials"
            yield Access(
                f"{proof.key}/{way.key}",
                shown,
                partial(_taken, proof, way),
                proof.ends,
                f"{proof.brief} at {way.brief}",
            )
        for way in proof.ways if proof.had_by is not None else ():
            shown = f"{proof.again}, for new AWS credentials by {way.shown}"
            yield Access(
                f"again:{proof.key}/{way.key}",
                shown,
                partial(_taken_anew, proof, way),
                (),
                f"{proof.again}, by {way.brief}",
            )


def by_credentials(sim: Simulation, sessions: tuple[AwsSession, ...]) -> Iterator[Access]:
    for session in sessions:
        role, probe = holder_of(sim.world, session), session.probe
        does = f"{probe.action} on {probe.resource}" if probe is not None else "sts:GetCallerIdentity"
        shown = f"AWS credentials of {role} from {session.source}, {does}"
        brief = f"AWS credentials of {role}{'' if probe is not None else ' (who am I)'}"
        yield Access(
            f"session:{role}/{session.source}",
            shown,
            partial(use, session),
            (session.expires_at,),
            brief,
        )
        bucket, key = _object(sim, probe)
        if probe is not None and key:
            ends = (session.expires_at,)
            shown = f"URL that {role} from {session.source} presigned for 7 days, s3:GetObject on {probe.resource}"
            ask = partial(_presigned, session, bucket, key)
            brief = f"presigned URL of {role}"
            yield Access(f"presigned:{role}/{session.source}", shown, ask, ends, brief)


# AWS


def _taken(proof: Proof, way: Way, sim: Simulation) -> Got:
    return _shown(aws_session(sim, way.take(sim, proof.text), ""))


def _taken_anew(proof: Proof, way: Way, sim: Simulation) -> Got:
    """By a proof that is had now; a guest is another each time."""
    sim.advance(MOMENT)
    assert proof.had_by is not None
    try:
        text = proof.had_by(sim)
    except (InputError, AdFsRefusal) as error:
        raise AwsError("NotSignedIn", str(error)) from None
    session = aws_session(sim, way.take(sim, text), "")
    return _shown(replace(session, identity="") if proof.kind == "guest" else session)


def _object(sim: Simulation, probe: Probe | None) -> tuple[str, str]:
    """Bucket and key of the object that the probe reads; an empty key where it reads none that is there."""
    arn = Arn.try_parse(probe.resource) if probe is not None and probe.action == "s3:GetObject" else None
    bucket, _, key = arn.resource.partition("/") if arn is not None else ("", "", "")
    there = sim.world.objects.get(bucket)
    return bucket, key if there is not None and there.get(key) is not None else ""


def _presigned(session: AwsSession, bucket: str, key: str, sim: Simulation) -> Got:
    """Whoever has the URL: no session lasts as long as the seven days that it says."""
    age = sim.now - session.began
    here = sim.calling_from(auth_type="REST-QUERY-STRING", signature_age=int(age * 1000))
    outcome = here.submit("s3:GetObject", {"Bucket": bucket, "Key": key}, session.credentials)
    outcome.unwrap()
    return {"object": "shown"}


def _exchange(held: Member, pool: IdentityPool, sim: Simulation) -> Got:
    return _shown(vended(held, pool, sim))


def vended(held: Member, pool: IdentityPool, sim: Simulation) -> AwsSession:
    """The credentials that the identity pool gives for the ID token now."""
    here = sim.calling_from(region=pool.region)
    return aws_session(sim, here.credentials(held.signed_in, pool.id).credentials, "")


def _straight(held: Member, role_arn: str, sim: Simulation) -> Got:
    return _shown(aws_session(sim, assume_straight(sim, held, role_arn), ""))


def _shown(session: AwsSession) -> Got:
    identity = {"identity": session.identity} if session.identity else {}
    return {"role": session.role_arn, **identity, **{f"tag {name}": value for name, value in session.tags}}


def use(session: AwsSession, sim: Simulation) -> Got:
    """What the credentials are good for: the action of the probe, or to say whose they are."""
    probe = session.probe
    if probe is None:
        return {"role": str(sim.call("sts:GetCallerIdentity", {}, session.credentials)["Arn"])}
    answer = sim.can(session.credentials, probe.action, probe.resource, probe.context).value
    if not answer.allowed:
        raise AwsError("AccessDenied", f"{probe.action}: {answer}")
    return {probe.action: "allowed"}


@dataclass(frozen=True, slots=True)
class Late:
    """Credentials that were vended in the last second in which an identity pool took the ID token: the access with its
    key and words, the simulation at that second, and what it gave at the sign-in."""

    sim: Simulation
    access: Access
    before: Got


def vended_late(sim: Simulation, holding: Holding, access: Access, seconds: int) -> Late | None:
    """The last credentials of an exchange that ends after `seconds`; None for an access that is none, or has ended."""
    held = holding.member
    if held is None:
        return None
    pools = (pool for pool in held.identity_pools(sim.world) if access.key == f"exchange:{called(sim.world, pool)}")
    pool = next(pools, None)
    if pool is None or seconds == 0:
        return None
    name, twin = called(sim.world, pool), sim.fork()
    twin.advance(seconds - 1)
    first = next(session for session in holding.sessions if session.source == name)
    session = replace(vended(held, pool, twin), probe=first.probe)
    action = first.probe.action if first.probe is not None else "sts:GetCallerIdentity"
    shown = f"AWS credentials vended at the last second by identity pool {name}, {action}"
    before = {action: "allowed"} if first.probe is not None else use(first, sim)
    access = late_access(name, shown, partial(use, session), (session.expires_at,))
    return Late(twin, access, before)


def late_access(name: str, shown: str, ask: Ask, ends: tuple[float, ...] = ()) -> Access:
    """The way of access by the last credentials that the identity pool called `name` vends."""
    return Access(f"late:{name}", shown, ask, ends, f"last AWS credentials by {name}")
