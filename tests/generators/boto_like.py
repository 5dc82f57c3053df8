"""A client in boto3's spelling over a pool at the door, for libraries that want one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cogsim.aws.model import operation_shape


class BotoLike:
    """boto3's client as far as pycognito uses one: methods in its spelling, each a call at the door."""

    class exceptions:  # noqa: N801
        class ResourceNotFoundException(Exception):
            """What pycognito catches of boto3's."""

    def __init__(self, pools: Any) -> None:
        self._pools = pools

    def __getattr__(self, method: str) -> Callable[..., Mapping[str, Any]]:
        name = "".join(part.title() for part in method.split("_"))
        operation_shape(f"cognito-idp:{name}")

        def call(**params: Any) -> Mapping[str, Any]:
            given = {key: value for key, value in params.items() if value not in ({}, None)}
            return self._pools.call(name, **given)  # type: ignore[no-any-return]

        return call
