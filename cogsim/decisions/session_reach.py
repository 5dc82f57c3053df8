"""Which operations a session may call at all, whatever its policies say.

1. A federated user's keys open nothing of IAM, and of STS only the question who they are: they are handed to people
   who have no account.
2. The keys of GetSessionToken are their user's, and open IAM only where a second factor was given for them. Of STS they
   open AssumeRole, or whoever holds them could make sessions out of sessions for ever.
3. No session makes a session of a user: GetSessionToken and GetFederationToken take long-term keys.

# ug:temp-credentials
"""

from __future__ import annotations

from cogsim.assumptions import choice
from cogsim.decision import Refusal
from cogsim.decisions.caller import Caller, FederatedUser, IamUser, RoleSession, Root
from cogsim.decisions.refusals import Check, passed, refused

_SOURCE = "ug:temp-credentials"
_CODE = "sts.sessionReachCode"
#: In lower case: a question may write an action in any.
_LONG_TERM_ONLY = frozenset({"sts:getfederationtoken", "sts:getsessiontoken"})
_WHO_AM_I = "sts:getcalleridentity"
_OF_USER_SESSIONS = frozenset({"sts:assumerole", _WHO_AM_I})


def session_reach(caller: Caller, operation: str) -> Check | None:
    """Whether the caller's kind of credentials may call `operation` (`service:Operation`); None where nothing binds
    such credentials."""
    if not _is_session(caller):
        return None
    asked = operation.casefold()
    service = asked.partition(":")[0]
    if asked in _LONG_TERM_ONLY:
        text = f"Cannot call {operation.partition(':')[2]} with session credentials"
        return refused(Refusal("AccessDenied", text), "are these long-term keys?", _kind(caller), _SOURCE)
    if service == "iam" and not isinstance(caller, RoleSession) and not _is_assumed_root(caller):
        return _of_iam(caller)
    if service == "sts" and isinstance(caller, FederatedUser) and asked != _WHO_AM_I:
        return _beyond(operation, caller)
    own = isinstance(caller, IamUser) or (isinstance(caller, Root) and not caller.assumed)
    if service == "sts" and own and asked not in _OF_USER_SESSIONS:
        return _beyond(operation, caller)
    return None


def _of_iam(caller: Caller) -> Check:
    question = "may the session call IAM?"
    proved = isinstance(caller, IamUser | Root) and caller.mfa_at is not None
    if proved:
        return passed(question, "a second factor was given for it", _SOURCE)
    found = "a federated user" if isinstance(caller, FederatedUser) else "made without a second factor"
    return refused(_refusal("IAM"), question, found, _SOURCE, assumption=_CODE)


def _beyond(operation: str, caller: Caller) -> Check:
    return refused(_refusal(operation), f"may the session call {operation}?", _kind(caller), _SOURCE, assumption=_CODE)


def _refusal(what: str) -> Refusal:
    if choice(_CODE) == "InvalidClientTokenId":
        return Refusal("InvalidClientTokenId", "The security token included in the request is invalid.")
    return Refusal("AccessDenied", f"Cannot call {what} with session credentials")


def _is_session(caller: Caller) -> bool:
    match caller:
        case RoleSession() | FederatedUser():
            return True
        case IamUser() | Root():
            return caller.issued_at is not None
        case _:
            return False


def _is_assumed_root(caller: Caller) -> bool:
    return isinstance(caller, Root) and caller.assumed


def _kind(caller: Caller) -> str:
    match caller:
        case RoleSession():
            return "a session of a role"
        case FederatedUser():
            return "a federated user"
        case Root() if caller.assumed:
            return "a root session for one task"
        case _:
            return "a session of GetSessionToken"
