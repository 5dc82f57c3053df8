"""Replay: a journal's calls made again, on the same world or on a changed one.

On the same world, seed and version every answer is the same to the byte, and a difference would be a fault of ours.
On a changed world a call that now ends otherwise is `changed`. A call that cannot be judged is `unknown`, never
`changed`: one that needs a value no answer gives any more, or whose proof the client computed over values that are
others now. Such a call is not made, so that it counts as no failed attempt. What then differs later, other than by a
refusal of permission, may rest on the missing call, and is unknown too.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from cogsim._version import __version__
from cogsim.assumptions import assuming
from cogsim.aws.call import Call, Credentials, Outcome, ServicePrincipal
from cogsim.aws.cloud import Cloud, Functions
from cogsim.aws.journal import Entry, Journal
from cogsim.aws.journal_digest import world_digest
from cogsim.aws.journal_lines import Scribe, answer_digest, botocore_version, roles_taken
from cogsim.aws.journal_references import Deliveries
from cogsim.aws.journal_values import AnswerPath, at_path, decoded, digest, has_derived, outline
from cogsim.clock import Clock
from cogsim.decisions.call_origin import CallOrigin
from cogsim.errors import InputError, Location, NotModelled
from cogsim.world.world import World

#: Errors by which a service says that a proof does not fit.
_PROOF_REFUSED = frozenset(
    {
        *("NotAuthorizedException", "CodeMismatchException", "EnableSoftwareTokenMFAException"),
        "InvalidAuthenticationCode",
    }
)

#: Errors by which a service says that a caller has no permission: whatever else is missing, a policy decided.
_FORBIDDEN = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One call that went otherwise: its line, what came of it then, what comes of it now, and the outcome now, which
    holds why; None where the call was not made."""

    line: int
    operation: str
    was: str
    now: str
    outcome: Outcome | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        return f"line {self.line}: {self.operation}: was {self.was}, now {self.now}"


@dataclass(frozen=True, slots=True)
class Replay:
    """A journal played again: the cloud as it is after it, where it went otherwise, and every outcome by its line."""

    cloud: Cloud
    changed: tuple[Difference, ...] = ()
    unknown: tuple[Difference, ...] = ()
    notices: tuple[str, ...] = ()
    outcomes: Mapping[int, Outcome] = field(default_factory=dict, repr=False)


def replay(
    journal: Journal,
    world: World,
    seed: str | None = None,
    strict: bool = False,
    functions: Functions | None = None,
) -> Replay:
    """Make the journal's calls again on `world`, with its own seed unless another is given, and with the `functions`
    that the run had; InputError where one of them is missing.

    `strict` refuses a journal of another world, seed or version with InputError; otherwise the notices name what
    differs. A line that makes no sense is raised, and so is what cogsim does not model; on a changed world a call that
    comes to something unmodelled is unknown.
    """
    refuse_redacted(journal)
    chosen = journal.seed if seed is None else seed
    missing = [name for name in journal.functions if name not in (functions or {})]
    if missing:
        raise InputError(f"the run had functions given in code: {', '.join(missing)}", Location(journal.file, 1))
    others = differing(journal, world, chosen)
    if strict and others:
        raise InputError(f"the journal is of another {' and '.join(others)}", Location(journal.file, 1))
    cloud = Cloud(world, chosen, Clock(journal.start), functions)
    notices = (*journal.notices, *(f"the journal is of another {other}" for other in others))
    return _played(_Player(journal, cloud, exact=not others), journal.entries, notices)


def refuse_redacted(journal: Journal) -> None:
    """InputError where the journal is a copy to be shown: its passwords, codes and seed are not those of the run."""
    if journal.redacted:
        raise InputError(
            "this journal is a redacted copy: it shows what happened, and cannot be replayed; take the original",
            Location(journal.file, 1),
        )


def play_on(journal: Journal, cloud: Cloud, scribe: Scribe) -> Replay:
    """Make those of the journal's calls that come after the line of `scribe`, on the cloud as it stood there, and let
    the scribe go on with them; the run is the same, so every difference is a fault of ours."""
    later = tuple(entry for entry in journal.entries if entry.line > scribe.line)
    return _played(_Player(journal, cloud, exact=True, scribe=scribe, after=scribe.line), later, journal.notices)


def differing(journal: Journal, world: World, seed: str) -> list[str]:
    """What a replay on `world` with `seed` is not the same in as the run was."""
    pairs = {
        "seed": (journal.seed, seed),
        "world": (journal.world, world_digest(world)),
        "version of cogsim": (journal.cogsim, __version__),
        "version of botocore": (journal.botocore, botocore_version()),
    }
    return [name for name, (was, now) in pairs.items() if was != now]


def _played(player: _Player, entries: tuple[Entry, ...], notices: tuple[str, ...]) -> Replay:
    with assuming(player.journal.assumptions):
        for entry in entries:
            player.play(entry)
    return Replay(player.cloud, tuple(player.changed), tuple(player.unknown), notices, player.outcomes)


class _GoneError(Exception):
    """A value that the journal refers to does not exist in this replay."""


@dataclass(slots=True)
class _Player:
    journal: Journal
    cloud: Cloud
    exact: bool
    scribe: Scribe | None = None
    #: Answers up to this line are not there; what they held stands beside the references to them.
    after: int = 0
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    changed: list[Difference] = field(default_factory=list)
    unknown: list[Difference] = field(default_factory=list)
    _deliveries: Deliveries = field(default_factory=Deliveries)
    _used: list[str] = field(default_factory=list)
    _proven: str = ""
    #: The first line whose call was answered in the run and is missing here: what comes later may rest on it.
    _gap: int = 0

    def play(self, entry: Entry) -> None:
        """Make one move; what came of it is kept for later references."""
        if entry.reset:
            self._begin_anew(entry)
        elif entry.call is None:
            if entry.at > self.cloud.clock.now:  # a served cloud follows the machine's time between its calls
                self.cloud.clock.advance_to(entry.at)
            self.cloud.advance(entry.advance)
            if self.scribe is not None:
                self.scribe.line = entry.line
        else:
            self._make(entry)

    def _begin_anew(self, entry: Entry) -> None:
        self.cloud = Cloud(self.cloud.initial, self.cloud.seed, Clock(entry.at), self.cloud.functions)
        self._deliveries = Deliveries()
        if self.scribe is not None:
            self.scribe.reset(entry.at)

    def _make(self, entry: Entry) -> None:
        place = Location(self.journal.file, entry.line)
        try:
            call = self._call(entry)
        except _GoneError as gone:
            self._pass(entry, str(gone))
            return
        except (InputError, TypeError, ValueError, RecursionError) as error:
            raise InputError(f"not a call: {error}", place) from None
        if entry.derived not in (None, self._proven):
            self._pass(entry, "not made: its proof was computed from values that are others now")
            return
        try:
            outcome = self.cloud.submit(call)
        except NotModelled as error:
            if self.exact:
                raise InputError(str(error), place) from error
            self._pass(entry, str(error))
            return
        except InputError as error:
            raise InputError(str(error), place) from error
        self.outcomes[entry.line] = outcome
        if self.scribe is not None:
            self.scribe.read(outcome)
        self._compare(entry, outcome)

    def _call(self, entry: Entry) -> Call:
        assert entry.call is not None
        self._used = []
        params = decoded(dict(entry.params), self._answer, self._message)
        self._proven = digest(sorted(self._used))
        return Call(entry.call, params, self._credentials(entry.signer), CallOrigin(**entry.origin), entry.at)

    def _answer(self, line: int, path: AnswerPath, held: str | None = None) -> str:
        if line <= self.after and held is not None:
            self._used.append(held)
            return held
        outcome = self.outcomes.get(line)
        with suppress(KeyError, IndexError, TypeError):
            found = at_path(outcome.response if outcome else None, path)
            if isinstance(found, str):
                self._used.append(found)
                return found
        raise _GoneError(f"not made: the answer to line {line} gives no {'.'.join(map(str, path))}")

    def _message(self, to: str, purpose: str, nth: int, link: bool) -> str:
        self._deliveries.take(self.cloud.state)
        with suppress(IndexError):
            found = self._deliveries.nth(self.cloud.state, to, purpose, nth)
            if not link:
                return found.code
            if found.link is not None:
                return found.link
        raise _GoneError(f"not made: no message {nth + 1} of {purpose} was sent to that recipient")

    def _credentials(self, signer: Any) -> Credentials | ServicePrincipal | None:
        match signer:
            case None:
                return None
            case {"service": dict() as service}:
                return ServicePrincipal(**service)
            case {"user": str() as arn, "key": int() as number}:
                keys = [key for key in self.cloud.initial.access_keys.values() if key.user_arn == arn]
                if number < len(keys):
                    return Credentials(keys[number].id, keys[number].secret)
                raise _GoneError(f"not made: {arn} has no such access key")
            case {"keys": dict() as keys}:
                return Credentials(**decoded(keys, self._answer, self._message))
            case _:
                raise InputError("'as' does not say who signed")

    def _compare(self, entry: Entry, outcome: Outcome) -> None:
        now, roles = outcome.error.code if outcome.error else None, roles_taken(outcome)
        if now == entry.error and self._same_answer(entry, outcome) and roles == entry.roles:
            return
        was, word = _word(entry.error), _word(now, entry.error is None)
        if entry.error is None and now is None and roles != entry.roles:
            was, word = (
                f"{each} as {', '.join(taken) or 'no role'}" for each, taken in ((was, entry.roles), (was, roles))
            )
        difference = Difference(entry.line, outcome.call.operation, was, word, outcome)
        proof = entry.error is None and now in _PROOF_REFUSED and has_derived(entry.params)
        if self._gap and now not in _FORBIDDEN:
            difference = replace(difference, now=f"{word}, perhaps since line {self._gap} was not made as it was")
        (self.unknown if proof or (self._gap and now not in _FORBIDDEN) else self.changed).append(difference)
        if proof:
            self._gap = self._gap or entry.line

    def _same_answer(self, entry: Entry, outcome: Outcome) -> bool:
        if self.exact:
            return answer_digest(outcome) == entry.digest
        return outline(outcome.call.operation, outcome.response) == entry.outline

    def _pass(self, entry: Entry, reason: str) -> None:
        self.unknown.append(Difference(entry.line, entry.call or "", _word(entry.error), reason))
        if entry.error is None:
            self._gap = self._gap or entry.line


def _word(error: str | None, answered: bool = False) -> str:
    return error or ("another answer" if answered else "answered")
