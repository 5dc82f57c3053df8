"""A key set as an issuer publishes it."""

from __future__ import annotations

from collections.abc import Iterable

from cogsim.tokens.keys import SigningKey


def jwks(keys: Iterable[SigningKey]) -> dict[str, list[dict[str, str]]]:
    """The JSON Web Key Set of `keys`, in their order; private halves never enter it. # rfc:7517 §5"""
    return {"keys": [key.jwk() for key in keys]}
