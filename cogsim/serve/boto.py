"""boto3 over a simulation in the same process: real clients, unmodified, with no socket in between.

A client's request is caught as it is about to be sent, signed and serialized as for AWS; it is read, verified and
answered by `wire`, and what comes back is parsed by botocore. So errors, paginators, waiters, retries and credential
providers are botocore's own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING, Any

from cogsim.errors import InputError
from cogsim.serve.wire.exchange import exchange
from cogsim.serve.wire.message import WireRequest

try:
    import boto3.session
    import botocore.handlers
except ImportError:  # pragma: no cover - the extra is there in the tests
    raise InputError("boto3 is not installed: pip install 'cogsim[boto3]'") from None

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse

    from cogsim.actors.signing import Signer
    from cogsim.simulation import Simulation

Handler = Callable[..., Any]
_CATCHING = threading.RLock()


class SimulatedSession(boto3.session.Session):  # type: ignore[misc]  # boto3 says nothing of its types
    """A boto3 session whose calls reach a simulation: `client`, `resource` and the rest as ever.

    As a context manager it covers every session that is made inside the block too, whoever makes it: that is how one
    tests one's own code. Those sign with the credentials they find, as on AWS.
    """

    def __init__(self, sim: Simulation, who: Signer = None, region: str | None = None) -> None:
        import botocore.session
        from botocore.credentials import CredentialResolver

        held = sim.signer(who)
        inner = botocore.session.get_session()
        if held is None:
            inner.register_component("credential_provider", CredentialResolver([]))  # never the machine's own
        super().__init__(
            aws_access_key_id=held.access_key_id if held else None,
            aws_secret_access_key=held.secret_access_key if held else None,
            aws_session_token=held.session_token if held else None,
            region_name=region or sim.world.home.region,
            botocore_session=inner,
        )
        self.simulation = sim
        self._handler = _handler(sim)
        self.events.register("before-send", self._handler)

    def __enter__(self) -> SimulatedSession:
        with _CATCHING:
            botocore.handlers.BUILTIN_HANDLERS.append(("before-send", self._handler))
        self._default, boto3.DEFAULT_SESSION = boto3.DEFAULT_SESSION, None
        return self

    def __exit__(self, *_: object) -> None:
        with _CATCHING:
            botocore.handlers.BUILTIN_HANDLERS.remove(("before-send", self._handler))
        boto3.DEFAULT_SESSION = self._default


def session(sim: Simulation, who: Signer = None, region: str | None = None) -> SimulatedSession:
    """A boto3 session on `sim`. `who` signs its calls: credentials, a session that holds some, an IAM user of the
    world by name, or nobody; `region` is the world's home unless given."""
    return SimulatedSession(sim, who, region)


def _handler(sim: Simulation) -> Handler:
    """What answers a request in the place of the network."""
    lock = threading.RLock()

    def answer(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        from botocore.awsrequest import AWSResponse
        from urllib3.response import HTTPResponse

        with lock:
            answered = exchange(sim.cloud, _wire(request), sim.origin)
        if answered.problem is not None:
            raise answered.problem
        response = answered.response
        raw = HTTPResponse(
            body=BytesIO(b"" if request.method == "HEAD" else response.body),
            headers=response.headers,
            status=response.status,
            preload_content=False,
            request_method=request.method,
        )
        return AWSResponse(request.url, response.status, dict(response.headers), raw)

    return answer


def _wire(request: AWSPreparedRequest) -> WireRequest:
    body = request.body
    if body is None:
        raw = b""
    elif isinstance(body, str):
        raw = body.encode()
    elif isinstance(body, bytes | bytearray):
        raw = bytes(body)
    else:
        raw = body.read()
    headers = {name.lower(): _text(value) for name, value in request.headers.items()}
    headers.setdefault("host", _host(request.url))
    return WireRequest(request.method, request.url, headers, raw)


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].partition("?")[0]
