"""How each refusal of user pools is brought about, as data: an error and its text, and what leads to it.

A case is a function that readies a pool and gives the call to be refused: (operation, parameters). UserPoolId and
ClientId are filled in where the operation needs them and the case does not say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Params = Mapping[str, Any]
Provoke = Callable[[Any], tuple[str, Params]]
NEW = "Another-horse-10"
EMAIL = {"email": "alice@example.com"}
VERIFIED = {**EMAIL, "email_verified": "true"}


@dataclass(frozen=True)
class Case:
    """`text` is None where no text of AWS is known; `pool` and `client` are settings of the nouns, `assuming` the
    assumptions under which it is the answer."""

    code: str
    text: str | None
    provoke: Provoke
    pool: Params = field(default_factory=dict)
    client: Params = field(default_factory=dict)
    assuming: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"{self.code}-{self.provoke.__name__}"


def case(
    cases: list[Case],
    code: str,
    text: str | None = None,
    *,
    pool: Params | None = None,
    client: Params | None = None,
    assuming: Mapping[str, str] | None = None,
) -> Callable[[Provoke], Provoke]:
    """Put the function below into `cases`."""

    def kept(provoke: Provoke) -> Provoke:
        cases.append(Case(code, text, provoke, pool or {}, client or {}, assuming or {}))
        return provoke

    return kept


def begin(flow: str, **parameters: str) -> tuple[str, Params]:
    return "InitiateAuth", {"AuthFlow": flow, "AuthParameters": parameters}


def by_password(password: str = "Correct-horse-9", name: str = "alice", **more: str) -> tuple[str, Params]:
    return begin("USER_PASSWORD_AUTH", USERNAME=name, PASSWORD=password, **more)


def answer(challenge: str, session: str | None, name: str = "alice", **responses: str) -> tuple[str, Params]:
    given = {"ChallengeName": challenge, "ChallengeResponses": {"USERNAME": name, **responses}}
    return "RespondToAuthChallenge", given | ({"Session": session} if session else {})


def invited(pools: Any, name: str = "alice", **attributes: str) -> None:
    """A user who must change the temporary password."""
    given = pools.as_list(attributes)
    params = {"TemporaryPassword": pools.password, "MessageAction": "SUPPRESS", "UserAttributes": given}
    pools.admin("AdminCreateUser", Username=name, **params)


def operated(pools: Any, name: str = "alice", **attributes: str) -> None:
    """A confirmed user whom an operator made."""
    invited(pools, name, **attributes)
    pools.admin("AdminSetUserPassword", Username=name, Password=pools.password, Permanent=True)


def signing_up(name: str = "alice", password: str = "Correct-horse-9", **attributes: str) -> tuple[str, Params]:
    given = [{"Name": key.replace("__", ":"), "Value": value} for key, value in attributes.items()]
    return "SignUp", {"Username": name, "Password": password, "UserAttributes": given}
