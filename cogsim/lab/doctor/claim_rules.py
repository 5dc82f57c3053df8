"""What is wrong with the claim rules of the relying party that stands for AWS: names misspelt, pairs malformed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cogsim.decisions.adfs_claims import rule_values
from cogsim.decisions.saml_attributes import PREFIX, ROLE, SESSION_NAME
from cogsim.errors import Location, suggest
from cogsim.lab.doctor.cause import Changed, Cure
from cogsim.lab.doctor.directory import changed_party
from cogsim.lab.doctor.question import Question
from cogsim.lab.doctor.written import in_resource
from cogsim.world.external_saml import AdFs, ClaimRule, RelyingParty
from cogsim.world.world import World


def session_name_cure(directory: AdFs, party: RelyingParty) -> tuple[Location | None, Cure]:
    """A rule that gives every person a session name: the misspelt one mended, a bad one replaced, or one more."""
    wanted = ClaimRule(SESSION_NAME, attribute="upn")
    for at, rule in enumerate(party.rules):
        if rule.claim == SESSION_NAME:
            return rule.origin.location, _rule_cure(directory, party, at, wanted, "make the session's name of the UPN")
    slip = _misspelt(party, SESSION_NAME)
    if slip is not None:
        rule = party.rules[slip]
        mended = replace(rule, claim=SESSION_NAME)
        return rule.origin.location, _rule_cure(directory, party, slip, mended, f"write {SESSION_NAME}")
    return party.origin.at("ClaimRules"), _rule_cure(directory, party, None, wanted, "add a rule for it")


def role_rule_cure(
    directory: AdFs, party: RelyingParty, question: Question, role: str, provider: str
) -> tuple[str, Location | None, Cure | None]:
    """The cause's key, the place and the cure: a misspelt name, a value that is no pair or of another provider, or a
    person without the group that gives the role."""
    slip = _misspelt(party, ROLE)
    rules = [(at, rule) for at, rule in enumerate(party.rules) if rule.claim == ROLE]
    if not rules and slip is not None:
        rule = party.rules[slip]
        cure = _rule_cure(directory, party, slip, replace(rule, claim=ROLE), f"write {ROLE}")
        return "saml-role-attribute-missing", rule.origin.location, cure
    user = directory.users[question.person.name] if question.person is not None else None
    for at, rule in rules:
        given = rule_values(rule, user) if user is not None else ()
        if (given and not _is_pair(given[0])) or any(role in value and provider not in value for value in given):
            made = _paired(rule, provider)
            say = "let every value be the role's ARN, a comma, and this provider's ARN"
            return "saml-role-malformed", rule.origin.location, _rule_cure(directory, party, at, made, say)
    if not rules:
        return "saml-role-attribute-missing", party.origin.at("ClaimRules"), None
    rule = rules[0][1]
    joined = _group_cure(directory, rule, question, role)
    where = user.origin.location if joined is not None and user is not None else rule.origin.location
    return "saml-role-not-given", where, joined


def _misspelt(party: RelyingParty, wanted: str) -> int | None:
    """The rule whose claim was meant to be that one: of AWS's prefix, or like it."""
    own = {
        rule.claim: at for at, rule in enumerate(party.rules) if rule.claim.casefold() != "" and _unknown(rule.claim)
    }
    near = suggest(wanted, own)
    return own[near] if near is not None else None


def _unknown(claim: str) -> bool:
    known = ("Role", "RoleSessionName", "SessionDuration", "SourceIdentity", "TransitiveTagKeys")
    return claim not in {f"{PREFIX}{name}" for name in known} and not claim.startswith(f"{PREFIX}PrincipalTag:")


def _is_pair(value: str) -> bool:
    parts = [part.strip() for part in value.split(",")]
    return len(parts) == 2 and sum(":saml-provider/" in part for part in parts) == 1


def _paired(rule: ClaimRule, provider: str) -> ClaimRule:
    """The rule with the role as it gives it now, and this provider's ARN beside it."""
    made = rule.value if rule.value is not None else rule.replacement
    parts = [part.strip() for part in (made if made is not None else "$0").replace(";", ",").split(",")]
    role = next((part for part in parts if ":role/" in part), parts[0])
    pair = f"{role},{provider}"
    return replace(rule, value=pair) if rule.value is not None else replace(rule, replacement=pair)


def _group_cure(directory: AdFs, rule: ClaimRule, question: Question, role: str) -> Cure | None:
    """The person put into a group of somebody else's that gives the role."""
    person = question.person
    if person is None or rule.attribute != "groups":
        return None
    groups = sorted({group for user in directory.users.values() for group in user.groups})
    mine = directory.users[person.name]
    for group in groups:
        given = rule_values(rule, replace(mine, groups=(group,)))
        if any(role in value for value in given):
            return _joining(directory, person.name, group)
    return None


def _joining(directory: AdFs, upn: str, group: str) -> Cure:
    def apply(world: World, question: Question) -> Changed:
        held = world.ad_fs[directory.entity_id]
        user = held.users[upn]
        return world.with_ad_fs(held.with_user(replace(user, groups=(*user.groups, group)))), question

    user = directory.users[upn]
    write = in_resource(directory.origin, "Directory", {"Users": [{"Upn": user.upn, "Groups": [*user.groups, group]}]})
    return Cure(f"put {user.upn} into the group {group}, if the role is theirs", write, apply)


def _rule_cure(directory: AdFs, party: RelyingParty, at: int | None, rule: ClaimRule, say: str) -> Cure:
    rules = list(party.rules)
    rules[slice(at, None if at is None else at + 1) if at is not None else slice(len(rules), None)] = [rule]
    made = replace(party, rules=tuple(rules))

    def apply(world: World, question: Question) -> Changed:
        return changed_party(world, directory.entity_id, party, made), question

    return Cure(say, in_resource(party.origin, "Party", {"ClaimRules": [_written(rule)]}), apply)


_MEMBERS: tuple[tuple[str, Callable[[ClaimRule], str | None]], ...] = (
    ("Claim", lambda rule: rule.claim),
    ("Attribute", lambda rule: rule.attribute),
    ("Value", lambda rule: rule.value),
    ("Matches", lambda rule: rule.matches),
    ("Replacement", lambda rule: rule.replacement),
)


def _written(rule: ClaimRule) -> dict[str, str]:
    return {name: text for name, read in _MEMBERS if (text := read(rule)) is not None}
