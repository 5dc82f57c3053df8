"""Any sequence of IAM calls against a model as small as can be: answers, world and replay agree with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from cogsim.aws import journal
from cogsim.aws.journal_replay import replay
from cogsim.load import load
from cogsim.world.template import dump
from tests.unit.aws.iam.iam_door import ALLOW_S3, IAM, OWN_TRUST, READ_S3, account, decoded, trust

KINDS = ("User", "Role", "Group")
NAMES = ("a", "A", "b")
POLICIES = ("p", "q")

kinds = st.sampled_from(KINDS)
names = st.sampled_from(NAMES)
policies = st.sampled_from(POLICIES)
documents = st.sampled_from((ALLOW_S3, READ_S3))


@dataclass
class Thing:
    """A user, role or group: what is attached, its inline policies, boundary and groups."""

    made: int
    attached: list[str] = field(default_factory=list)
    inline: dict[str, str] = field(default_factory=dict)
    boundary: str | None = None
    groups: set[str] = field(default_factory=set)
    #: For a role, whom it trusts: the name of a user and which user of that name, or None for the account.
    trusts: tuple[str, int] | None = None


@dataclass
class Versions:
    """A managed policy: its versions by number, the default, and how many there ever were."""

    texts: dict[int, str]
    default: int = 1
    made: int = 1


class IamMachine(RuleBasedStateMachine):
    """Every rule makes a call that the model may expect to be refused; the code must be the model's."""

    @initialize()
    def start(self) -> None:
        self.iam = account()
        self.things: dict[tuple[str, str], Thing] = {}
        self.policies: dict[str, Versions] = {}
        self.ids: set[str] = set()
        self.count = 0
        for kind in KINDS:
            self.create(kind, "a")
        self.create_policy("p", ALLOW_S3)
        self.version("p", READ_S3, default=False)
        self.trust_user("a", "a")

    def expect(self, code: str | None, operation: str, **params: object) -> bool:
        """Make the call; whether it was answered."""
        outcome = self.iam.submit(operation, **params)
        found = outcome.error.code if outcome.error else None
        assert found == code, (operation, params, outcome.error, code)
        return found is None

    def there(self, kind: str, name: str) -> str | None:
        return None if (kind, name) in self.things else "NoSuchEntity"

    @rule(kind=kinds, name=names)
    def create(self, kind: str, name: str) -> None:
        taken = any(known == kind and other.lower() == name.lower() for known, other in self.things)
        more = {"AssumeRolePolicyDocument": OWN_TRUST} if kind == "Role" else {}
        if self.expect("EntityAlreadyExists" if taken else None, f"Create{kind}", **{f"{kind}Name": name}, **more):
            self.count += 1
            self.things[kind, name] = Thing(self.count)
            unique = self.shown(kind, name)[f"{kind}Id"]
            assert unique not in self.ids, "no id is given twice"
            self.ids.add(unique)

    def shown(self, kind: str, name: str) -> dict[str, str]:
        return dict(self.iam.call(f"Get{kind}", **{f"{kind}Name": name})[kind])

    @rule(kind=kinds, name=names)
    def delete(self, kind: str, name: str) -> None:
        thing = self.things.get((kind, name))
        members = kind == "Group" and any(name in each.groups for each in self.things.values())
        busy = thing is not None and bool(thing.attached or thing.inline or thing.groups or members)
        code = self.there(kind, name) or ("DeleteConflict" if busy else None)
        if self.expect(code, f"Delete{kind}", **{f"{kind}Name": name}):
            del self.things[kind, name]

    @rule(kind=kinds, name=names)
    def clear_away(self, kind: str, name: str) -> None:
        """Take away everything that keeps the entity from being deleted, and delete it."""
        thing = self.things.get((kind, name))
        if thing is None:
            return
        for arn in list(thing.attached):
            self.detach(kind, name, arn.rpartition("/")[2])
        for policy in list(thing.inline):
            self.remove(kind, name, policy)
        members = [who for (each, who), other in self.things.items() if each == "User" and name in other.groups]
        for user in members if kind == "Group" else ():
            self.join_or_leave(user, name, joins=False)
        for group in sorted(thing.groups):
            self.join_or_leave(name, group, joins=False)
        self.delete(kind, name)

    @rule(kind=kinds, name=names, policy=policies, text=documents)
    def put(self, kind: str, name: str, policy: str, text: str) -> None:
        named = {f"{kind}Name": name, "PolicyName": policy, "PolicyDocument": text}
        if self.expect(self.there(kind, name), f"Put{kind}Policy", **named):
            self.things[kind, name].inline[policy] = text

    @rule(kind=kinds, name=names, policy=policies)
    def remove(self, kind: str, name: str, policy: str) -> None:
        thing = self.things.get((kind, name))
        code = None if thing and policy in thing.inline else "NoSuchEntity"
        if self.expect(code, f"Delete{kind}Policy", **{f"{kind}Name": name}, PolicyName=policy) and thing:
            del thing.inline[policy]

    @rule(policy=policies, text=documents)
    def create_policy(self, policy: str, text: str) -> None:
        code = "EntityAlreadyExists" if policy in self.policies else None
        if self.expect(code, "CreatePolicy", PolicyName=policy, PolicyDocument=text):
            self.policies[policy] = Versions({1: text})

    @rule(policy=policies)
    def delete_policy(self, policy: str) -> None:
        arn, held = f"{IAM}policy/{policy}", self.policies.get(policy)
        used = any(arn in thing.attached or thing.boundary == arn for thing in self.things.values())
        busy = held is not None and (used or len(held.texts) > 1)
        code = "NoSuchEntity" if held is None else "DeleteConflict" if busy else None
        if self.expect(code, "DeletePolicy", PolicyArn=arn):
            del self.policies[policy]

    @rule(policy=policies, text=documents, default=st.booleans())
    def version(self, policy: str, text: str, default: bool) -> None:
        held = self.policies.get(policy)
        code = "NoSuchEntity" if held is None else "LimitExceeded" if len(held.texts) == 5 else None
        params = {"PolicyArn": f"{IAM}policy/{policy}", "PolicyDocument": text, "SetAsDefault": default}
        if self.expect(code, "CreatePolicyVersion", **params) and held:
            held.made += 1
            held.texts[held.made] = text
            held.default = held.made if default else held.default

    @rule(policy=policies, number=st.integers(1, 7), drop=st.booleans())
    def choose_or_drop(self, policy: str, number: int, drop: bool) -> None:
        held = self.policies.get(policy)
        params = {"PolicyArn": f"{IAM}policy/{policy}", "VersionId": f"v{number}"}
        code = None if held and number in held.texts else "NoSuchEntity"
        if drop and code is None and held and held.default == number:
            code = "DeleteConflict"
        if self.expect(code, "DeletePolicyVersion" if drop else "SetDefaultPolicyVersion", **params) and held:
            if drop:
                del held.texts[number]
            else:
                held.default = number

    @rule(kind=kinds, name=names, policy=policies)
    def attach(self, kind: str, name: str, policy: str) -> None:
        arn = f"{IAM}policy/{policy}"
        code = self.there(kind, name) or (None if policy in self.policies else "NoSuchEntity")
        attached = self.expect(code, f"Attach{kind}Policy", **{f"{kind}Name": name}, PolicyArn=arn)
        if attached and arn not in self.things[kind, name].attached:
            self.things[kind, name].attached.append(arn)

    @rule(kind=kinds, name=names, policy=policies)
    def detach(self, kind: str, name: str, policy: str) -> None:
        arn, thing = f"{IAM}policy/{policy}", self.things.get((kind, name))
        code = None if thing and arn in thing.attached else "NoSuchEntity"
        if self.expect(code, f"Detach{kind}Policy", **{f"{kind}Name": name}, PolicyArn=arn) and thing:
            thing.attached.remove(arn)

    @rule(kind=st.sampled_from(("User", "Role")), name=names, policy=policies)
    def bound(self, kind: str, name: str, policy: str) -> None:
        arn = f"{IAM}policy/{policy}"
        code = self.there(kind, name) or (None if policy in self.policies else "NoSuchEntity")
        if self.expect(code, f"Put{kind}PermissionsBoundary", **{f"{kind}Name": name}, PermissionsBoundary=arn):
            self.things[kind, name].boundary = arn

    @rule(kind=st.sampled_from(("User", "Role")), name=names)
    def unbound(self, kind: str, name: str) -> None:
        if self.expect(self.there(kind, name), f"Delete{kind}PermissionsBoundary", **{f"{kind}Name": name}):
            self.things[kind, name].boundary = None

    @rule(user=names, group=names, joins=st.booleans())
    def join_or_leave(self, user: str, group: str, joins: bool) -> None:
        code = self.there("Group", group) or self.there("User", user)
        operation = "AddUserToGroup" if joins else "RemoveUserFromGroup"
        if self.expect(code, operation, GroupName=group, UserName=user):
            held = self.things["User", user].groups
            held.add(group) if joins else held.discard(group)

    @rule(role=names, user=names)
    def trust_user(self, role: str, user: str) -> None:
        code = self.there("Role", role) or ("MalformedPolicyDocument" if self.there("User", user) else None)
        document = trust({"AWS": f"{IAM}user/{user}"})
        if self.expect(code, "UpdateAssumeRolePolicy", RoleName=role, PolicyDocument=document):
            self.things["Role", role].trusts = (user, self.things["User", user].made)

    @invariant()
    def answers_agree_with_the_model(self) -> None:
        for (kind, name), thing in self.things.items():
            named = {f"{kind}Name": name}
            listed = self.iam.call(f"ListAttached{kind}Policies", **named)["AttachedPolicies"]
            assert [each["PolicyArn"] for each in listed] == thing.attached
            assert self.iam.call(f"List{kind}Policies", **named)["PolicyNames"] == sorted(thing.inline)
            shown = self.shown(kind, name)
            boundary = dict(shown.get("PermissionsBoundary", {}))  # type: ignore[call-overload]
            assert boundary.get("PermissionsBoundaryArn") == thing.boundary
        for kind in KINDS:
            listed = self.iam.call(f"List{kind}s")[f"{kind}s"]
            known = {each[f"{kind}Name"] for each in listed} - {"admin", "nobody"}
            assert known == {name for known_kind, name in self.things if known_kind == kind}

    @invariant()
    def versions_agree_with_the_model(self) -> None:
        for policy, held in self.policies.items():
            arn = f"{IAM}policy/{policy}"
            listed = self.iam.call("ListPolicyVersions", PolicyArn=arn)["Versions"]
            assert [each["VersionId"] for each in listed] == [
                f"v{number}" for number in sorted(held.texts, reverse=True)
            ]
            shown = self.iam.call("GetPolicyVersion", PolicyArn=arn, VersionId=f"v{held.default}")["PolicyVersion"]
            assert shown["IsDefaultVersion"]
            in_force = self.iam.world.managed_policies[arn].policy
            assert ("s3:*" in in_force.statements[0].actions.values) == (held.texts[held.default] == ALLOW_S3)
            counts = self.iam.call("GetPolicy", PolicyArn=arn)["Policy"]
            attached = sum(arn in thing.attached for thing in self.things.values())
            bounds = sum(thing.boundary == arn for thing in self.things.values())
            assert (counts["AttachmentCount"], counts["PermissionsBoundaryUsageCount"]) == (attached, bounds)

    @invariant()
    def trust_is_in_somebody_and_not_in_a_name(self) -> None:
        for (kind, name), thing in self.things.items():
            if kind == "Role" and thing.trusts is not None:
                user, made = thing.trusts
                document = decoded(self.shown(kind, name)["AssumeRolePolicyDocument"])
                lives = ("User", user) in self.things and self.things["User", user].made == made
                principal = document["Statement"][0]["Principal"]["AWS"]
                assert principal.startswith(f"{IAM}user/{user}" if lives else "AIDA"), (principal, lives)

    def teardown(self) -> None:
        if not hasattr(self, "iam"):
            return
        with TemporaryDirectory() as folder:
            path = Path(folder) / "journal"
            journal.write(self.iam.cloud, path)
            played = replay(journal.read(path), account().world)
            assert (played.changed, played.unknown) == ((), ())
            assert played.cloud.world == self.iam.world
            files = []
            for name, text in dump(self.iam.world).items():
                (Path(folder) / name).write_text(text, encoding="utf-8")
                files.append(Path(folder) / name)
            assert load(*files) == self.iam.world, "a world that was administered can be written and loaded"


TestIam = IamMachine.TestCase
TestIam.settings = settings(max_examples=12, stateful_step_count=30, deadline=None)
