"""Sign-ins: how many a second, by flow, and how much of each is arithmetic that no simulator can spare."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from benchmarks.timing import seconds_per_call
from cogsim import Simulation, load
from cogsim.scenario.load import loads
from cogsim.scenario.run import play
from cogsim.tokens import srp
from cogsim.tokens.jwt import sign
from cogsim.tokens.keys import rsa_key
from cogsim.world.world import World

WORLD = Path(__file__).parents[1] / "scenarios" / "worlds" / "saas.yaml"
SIGN_INS = 10_000


def measure() -> list[tuple[str, str, str, str]]:
    """A story of 10,000 sign-ins with the password, and SRP sign-ins, beside the RSA signatures they contain."""
    world = load(WORLD)
    signature = seconds_per_call(lambda: sign({"sub": "x" * 36, "iss": "y" * 60}, rsa_key("benchmarks", "rsa")))
    story = _story_seconds(_allowing(world, "USER_PASSWORD_AUTH")) / SIGN_INS
    power = seconds_per_call(_verifier)
    rows = [_row(f"sign-in by password, a story of {SIGN_INS:,}", story, signature, 0.0)]
    flows = (
        ("USER_PASSWORD_AUTH", 2_000, power),
        ("USER_SRP_AUTH", 300, seconds_per_call(_exchange)),
        ("USER_AUTH", 300, seconds_per_call(_exchange)),
    )
    for flow, count, arithmetic in flows:
        each = _sign_ins(_allowing(world, flow), count) / count
        rows.append(_row(f"sign-in by {flow}, mean of {count:,}", each, signature, arithmetic))
    return rows


def _row(what: str, seconds: float, signature: float, arithmetic: float) -> tuple[str, str, str, str]:
    """`arithmetic` are the seconds that SRP's powers take, where they were measured."""
    beside = f"two RS256 signatures are {2 * signature / seconds:.0%}"
    if arithmetic:
        beside += f", SRP's powers {arithmetic / seconds:.0%}"
    return (what, f"{seconds * 1e3:.2f} ms", f"{1 / seconds:,.0f} a second", beside)


_NUMBERS = iter(range(1, 10_000_000))


def _verifier() -> str:
    """The one power of a sign-in that shows the password."""
    return srp.verifier("pool", "alice", "Correct-horse-9", f"{next(_NUMBERS):032x}")


def _exchange() -> bool:
    """The powers of one exchange, the app's and the pool's, with nothing around them."""
    number = next(_NUMBERS)
    client, b, salt = srp.Client("pool", number << 200 | 12345), number << 190 | 6789, "0a" * 16
    kept = srp.verifier("pool", "alice", "Correct-horse-9", salt)
    proof = client.claim_signature("alice", "Correct-horse-9", salt, srp.challenge(kept, b), b"block", "now")
    return srp.check(
        pool_name="pool",
        username="alice",
        verifier_hex=kept,
        b=b,
        srp_a=client.public,
        secret_block=b"block",
        timestamp="now",
        signature=proof,
    )


def _story_seconds(world: World) -> float:
    """Seconds to play a story in which alice signs in ten thousand times, its reading left out."""
    steps = "\n".join("  - sign_in: {as: alice, client: $Spa}" for _ in range(SIGN_INS))
    scenario = loads(f"name: Ten thousand sign-ins\nworld: {WORLD}\nsteps:\n{steps}\n", "ten-thousand.yaml")
    begin = time.perf_counter()
    run = play(scenario, world)
    taken = time.perf_counter() - begin
    assert run.ok, run.failures[:1]
    return taken


def _allowing(world: World, flow: str) -> World:
    client = next(iter(world.clients.values()))
    return world.with_client(replace(client, explicit_auth_flows=(f"ALLOW_{flow}", "ALLOW_REFRESH_TOKEN_AUTH")))


def _sign_ins(world: World, count: int) -> float:
    sim = Simulation(world)
    sim.sign_in("alice")
    begin = time.perf_counter()
    for _ in range(count):
        sim.sign_in("alice")
        sim.cloud.log.clear()
    return time.perf_counter() - begin
