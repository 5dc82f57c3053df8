"""From what a user asks for to a server: the world, who may do everything in it, the journal, the certificate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cogsim.aws.cloud import Cloud, Functions
from cogsim.clock import Clock, instant
from cogsim.errors import InputError
from cogsim.serve.http.limits import Limits
from cogsim.serve.live import Live
from cogsim.serve.machine import unguessable, wall_clock
from cogsim.serve.opening import KeyPair, Opened, empty_world, open_to
from cogsim.world.world import World

if TYPE_CHECKING:
    from cogsim.serve.http.server import HttpServer
    from cogsim.serve.recorder import Recorder


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is to be served, and how. `world` is None for an empty one; `principal` may do everything there."""

    world: World | None = None
    account: str = "123456789012"
    principal: str | None = None
    access_key: str | None = None
    secret_key: str | None = field(default=None, repr=False)
    host: str = "127.0.0.1"
    port: int = 0
    journal: str | None = None
    seed: str = "cogsim"
    start: str | None = None
    scale: float = 1.0
    issuer: str = "aws"
    tls: bool = False
    ca_file: str | None = None
    token: str | None = field(default=None, repr=False)
    limits: Limits = field(default_factory=Limits)
    functions: Functions = field(default_factory=dict)
    wall: Callable[[], float] = wall_clock


@dataclass(frozen=True, slots=True)
class Launched:
    """A server that has its socket and has not begun; what there is to say of it."""

    server: HttpServer
    opened: Opened
    region: str
    token: str | None = field(default=None, repr=False)
    ca_file: str | None = None
    notices: tuple[str, ...] = ()
    secret_given: bool = False


def launch(wishes: Wishes) -> Launched:
    """The server that is wished for; InputError where a wish makes no sense, before anything is written."""
    try:
        from cogsim.serve.http.server import HttpServer, Settings, listen
    except ModuleNotFoundError as missing:
        if missing.name not in ("starlette", "uvicorn"):
            raise
        raise InputError(f"{missing.name} is not installed: pip install 'cogsim[serve]'") from None
    opened = _opened(wishes)
    listener = listen(wishes.host, wishes.port, tls=wishes.tls)
    recorder: Recorder | None = None
    try:
        world = opened.world
        if wishes.issuer == "endpoint":
            world = world.with_issuer_base(listener.address.base)
        cloud, recorder, notices = _cloud(wishes, world)
        live = Live(
            cloud,
            recorder,
            scale=wishes.scale,
            follow=wishes.start is None,
            wall=wishes.wall,
            capacity=wishes.limits.waiting,
            kept=wishes.limits.log,
        )
        token = None if listener.loopback else wishes.token or unguessable()
        context = None
        if wishes.tls:
            from cogsim.serve.certificates import server_context

            context = server_context(wishes.seed, wishes.host, lambda: live.cloud.world, wishes.ca_file)
        settings = Settings(
            token=token, tls=context, limits=wishes.limits, elsewhere=opened.elsewhere, wall=wishes.wall
        )
        server = HttpServer(live, listener, settings)
    except BaseException:
        listener.socket.close()
        if recorder is not None:
            recorder.close()
        raise
    given = wishes.secret_key is not None
    return Launched(server, replace(opened, world=world), world.home.region, token, wishes.ca_file, notices, given)


def _opened(wishes: Wishes) -> Opened:
    if (wishes.access_key is None) != (wishes.secret_key is None):
        raise InputError("--access-key and --secret-key go together")
    if wishes.access_key is not None and wishes.principal is None:
        raise InputError("--access-key is the key of whom --open names: name somebody")
    world = wishes.world if wishes.world is not None else empty_world(wishes.account, wishes.principal)
    if wishes.principal is None:
        return Opened(world)
    keys = KeyPair(wishes.access_key, wishes.secret_key or "") if wishes.access_key is not None else None
    return open_to(world, wishes.principal, keys, make=wishes.world is None)


def _cloud(wishes: Wishes, world: World) -> tuple[Cloud, Recorder | None, tuple[str, ...]]:
    begin = instant(wishes.start) if wishes.start is not None else wishes.wall()
    if wishes.journal is None:
        return Cloud(world, wishes.seed, Clock(begin), wishes.functions), None, ()
    from cogsim.serve.durable.recovery import recover

    found = recover(wishes.journal, world, wishes.seed, begin, wishes.functions or None)
    return found.cloud, found.recorder, found.notices
