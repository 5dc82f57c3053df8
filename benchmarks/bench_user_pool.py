"""A user pool at work: users made a second, a pool of a hundred thousand people, what a user weighs."""

from __future__ import annotations

import gc
import tempfile
import time
import tracemalloc
from pathlib import Path

from benchmarks.timing import seconds_per_call
from cogsim import Simulation, load
from cogsim.tokens import srp

PEOPLE = 100_000
WORLD = """
Resources:
  People:
    Type: AWS::Cognito::UserPool
    Properties:
      AliasAttributes: [email]
      Schema: [{{Name: tenant, AttributeDataType: String, Mutable: true}}]
  App:
    Type: AWS::Cognito::UserPoolClient
    Properties: {{UserPoolId: !Ref People, ExplicitAuthFlows: [ALLOW_USER_SRP_AUTH, ALLOW_REFRESH_TOKEN_AUTH]}}
  Crowd:
    Type: Cogsim::Users
    Properties:
      UserPoolId: !Ref People
      Count: {count}
      Username: user-{{n}}
      Password: Correct-horse-9
      Attributes: {{email: "user-{{n}}@example.com", email_verified: "true", "custom:tenant": "tenant-{{n%10}}"}}
"""


def measure() -> list[tuple[str, str, str, str]]:
    """A large pool loaded and signed in to, users made at the door, memory a user."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "world.yaml"
        path.write_text(WORLD.format(count=PEOPLE), encoding="utf-8")
        begin = time.perf_counter()
        world = load(path)
        loading = time.perf_counter() - begin
        sim = Simulation(world)
        sim.sign_in("user-1")
        begin = time.perf_counter()
        for number in range(2, 102):
            sim.sign_in(f"user-{number * 977}")
        signing = (time.perf_counter() - begin) / 100
        small = Path(folder) / "small.yaml"
        small.write_text(WORLD.format(count=1), encoding="utf-8")
        making, power = _users_made(small)
        weight = _weight(path)
    return [
        (f"load a pool of {PEOPLE:,} users", f"{loading:.1f} s", "seconds", f"{PEOPLE / loading:,.0f} users a second"),
        ("sign one of them in by SRP", f"{signing * 1e3:.1f} ms", "bounded by SRP and RSA", ""),
        (
            "sign up a user at the door",
            f"{making * 1e3:.2f} ms",
            "bounded by SRP",
            f"one power is {power / making:.0%}",
        ),
        ("memory a user", f"{weight / 1024:.1f} KiB", "", f"{weight * PEOPLE / 2**20:,.0f} MiB for the pool"),
    ]


def _users_made(path: Path) -> tuple[float, float]:
    """Seconds a sign-up, and seconds of the one power in it."""
    sim = Simulation(load(path))
    client = next(iter(sim.world.clients))
    numbers = iter(range(1_000_000))

    def sign_up() -> None:
        name = f"new-{next(numbers)}"
        sim.call("cognito-idp:SignUp", {"ClientId": client, "Username": name, "Password": "Correct-horse-9"})

    salts = iter(range(1, 1_000_000))
    power = seconds_per_call(lambda: srp.verifier("pool", "user", "Correct-horse-9", f"{next(salts):032x}"))
    return seconds_per_call(sign_up), power


def _weight(path: Path) -> float:
    """Bytes a user of the loaded pool."""
    gc.collect()
    tracemalloc.start()
    world = load(path)
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return held / len(world.pool_users)
