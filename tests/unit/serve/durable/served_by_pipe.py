"""A server to be killed: it answers batches of calls that come as lines, each recorded before it is answered.

The first process forks one server after another, so that a new one starts in milliseconds: `pid N` is the one that
starts, `gone` says that it ended. A server says how it stands when it is ready.
"""

from __future__ import annotations

import json
import os
import select
import sys
from pathlib import Path
from typing import Any

from cogsim.aws.call import Call, Credentials, Outcome
from cogsim.aws.cloud import Cloud
from cogsim.aws.journal_digest import state_digest, world_digest
from cogsim.aws.journal_lines import answer_digest
from cogsim.aws.journal_values import digest
from cogsim.aws.trail import records
from cogsim.load import load
from cogsim.serve.durable.recovery import recover
from cogsim.world.world import World

WORLDS = Path(__file__).parents[2] / "aws" / "worlds"
SEED, START, EVERY = "crash", 1_800_000_000.5, 10


def the_world() -> World:
    return load(WORLDS / "door.yaml", WORLDS / "other.yaml")


def submit(cloud: Cloud, asked: dict[str, Any]) -> Outcome:
    """Make a call that came as JSON."""
    signer = Credentials(*asked["signer"]) if asked["signer"] else None
    params = {name: value.encode() if name == "Body" else value for name, value in asked["params"].items()}
    return cloud.submit(Call(asked["operation"], params, signer, cloud.origin(), asked["at"]))


def standing(cloud: Cloud) -> list[Any]:
    """How a cloud stands, in a few digests."""
    now = cloud.standing
    return [world_digest(now.world), state_digest(now.state), now.now, now.start, now.numbers, len(cloud.log)]


def trail(cloud: Cloud) -> str:
    """The whole trail, in a digest."""
    return digest(records(cloud))


def serve(path: Path, world: World) -> None:
    while select.select([0], [], [], 0)[0]:  # what another server was asked and never read
        if not os.read(0, 1 << 16):
            return
    recovered = recover(path, world, SEED, START, every=EVERY)
    cloud = recovered.cloud
    tell({"ready": standing(cloud), "notices": recovered.notices})
    for line in iter(lambda: read_line(), b""):
        if line == b"trail\n":
            tell({"trail": trail(cloud)})
            continue
        before = len(cloud.log)
        outcomes = [submit(cloud, asked) for asked in json.loads(line)]
        recovered.recorder.record(cloud, cloud.log[before:])
        tell({"answers": [answer_digest(outcome) for outcome in outcomes]})
    recovered.recorder.close()


def read_line() -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        piece = os.read(0, 1 << 16)
        if not piece:
            return b""
        line += piece
    return line


def tell(value: Any) -> None:
    os.write(1, json.dumps(value).encode() + b"\n")


def main() -> None:
    path, world = Path(sys.argv[1]), the_world()
    recover(path.with_name("warm"), world).recorder.close()
    ended = 1
    while ended:
        pid = os.fork()
        if not pid:
            serve(path, world)
            os._exit(0)
        os.write(1, b"pid %d\n" % pid)
        _, ended = os.waitpid(pid, 0)
        os.write(1, b"\ngone\n")


if __name__ == "__main__":
    main()
