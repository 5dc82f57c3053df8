"""One file's template, taken apart: its stack, its sections, and what it looks like where it is none."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from cogsim.errors import InputError, Location, suggest
from cogsim.load.cloudformation.notes import Notes
from cogsim.load.cloudformation.sam.expansion import expand
from cogsim.load.nodes import Node, Record, Scalar, Series, kind_of

#: The sections of a template that a world is made of; the others say nothing about what may access what. # cfn:anatomy
READ_SECTIONS = ("Parameters", "Mappings", "Conditions", "Resources", "Outputs")
OTHER_SECTIONS = ("AWSTemplateFormatVersion", "Description", "Metadata", "Rules", "Transform", "Hooks", "Globals")

_ENVIRONMENT_KEYS = ("partition", "account", "region", "stack", "policies", "issuer")


@dataclass(frozen=True, slots=True, order=True)
class Environment:
    """Where a stack stands: files that agree on all four form one stack."""

    partition: str = "aws"
    account: str = "123456789012"
    region: str = "us-east-1"
    stack: str = "stack"

    @property
    def url_suffix(self) -> str:
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"


@dataclass(frozen=True, slots=True)
class Fragment:
    """What one file adds to its stack. `saved`: its policies are in force already, so only the language binds them;
    `issuer` is where user pools' issuers stand in the whole world, None where it says nothing of it."""

    environment: Environment
    sections: dict[str, Record] = field(default_factory=dict)
    saved: bool = False
    issuer: Scalar | None = None


def fragments_of(root: Node, notes: Notes) -> list[Fragment]:
    """The template in `root`, or those that a serverless.yml holds under `resources`; InputError for anything else."""
    if not isinstance(root, Record):
        raise root.error(f"{kind_of(root)}, not a template: a template is a mapping with Resources")
    if "Resources" in root.entries:
        return [_fragment(root, _environment_record(root), notes)]
    inner = root.get("resources")
    if inner is None or not ("service" in root.entries or _holds_resources(inner)):
        raise _not_a_template(root)
    found = []
    for part in inner.items if isinstance(inner, Series) else (inner,):
        if isinstance(part, Record) and "Resources" in part.entries:
            found.append(_fragment(part, _environment_record(part) or _environment_record(root), notes))
        elif isinstance(part, Scalar) and not part.is_null:
            notes.warn(part.location, f"resources from {part.text} are not loaded: give that file as well")
        elif isinstance(part, Record) and not set(part.entries) <= {"Outputs", "Conditions", "extensions"}:
            raise _not_a_template(part)
    return found or [Fragment(Environment())]


def _holds_resources(node: Node) -> bool:
    parts = node.items if isinstance(node, Series) else (node,)
    return any(isinstance(part, Record) and "Resources" in part.entries for part in parts)


def _fragment(record: Record, settings: Record | None, notes: Notes) -> Fragment:
    sections = {}
    for name, value in record:
        if name in READ_SECTIONS:
            if isinstance(value, Scalar) and value.is_null and name != "Resources":
                continue
            if not isinstance(value, Record):
                raise value.error(f"{name} is {kind_of(value)}, and must be a mapping")
            sections[name] = value
        elif name not in OTHER_SECTIONS and name != "extensions":
            near = suggest(name, (*READ_SECTIONS, *OTHER_SECTIONS))
            raise record.key(name).error(f"unknown section {name!r} of a template", near)
    if "Resources" in sections:
        sections["Resources"] = expand(sections["Resources"], record.get("Globals"), notes, sections.get("Parameters"))
    environment, saved, issuer = _environment(settings)
    return Fragment(environment, sections, saved, issuer)


def _environment_record(record: Record) -> Record | None:
    metadata = record.get("Metadata")
    settings = metadata.get("cogsim") if isinstance(metadata, Record) else None
    if settings is not None and not isinstance(settings, Record):
        raise settings.error(f"Metadata.cogsim is {kind_of(settings)}, and must be a mapping")
    return settings


def _environment(settings: Record | None) -> tuple[Environment, bool, Scalar | None]:
    words: dict[str, str] = {}
    issuer: Scalar | None = None
    for name, value in settings or ():
        assert settings is not None
        if name not in _ENVIRONMENT_KEYS:
            near = suggest(name, _ENVIRONMENT_KEYS)
            raise settings.key(name).error(f"Metadata.cogsim has no {name!r}", near)
        if not isinstance(value, Scalar) or not value.text:
            raise value.error(f"Metadata.cogsim.{name} is {kind_of(value)}, and must be a text")
        if name == "issuer":
            issuer = value
            continue
        words[name] = value.text
        pattern = {"account": r"\d{12}", "policies": "checked|saved"}.get(name, r"[A-Za-z0-9-]+")
        if not re.fullmatch(pattern, value.text):
            hint = {"account": "twelve digits", "policies": "checked or saved"}.get(name, "letters, digits and hyphens")
            raise value.error(f"{name} is {hint}, not {value.text!r}")
    saved = words.pop("policies", "checked") == "saved"
    return Environment(**words), saved, issuer


#: What other files that users have at hand look like: keys that tell them, and what they are.
_LOOKS_LIKE = (
    (("Version", "Statement"), "an IAM policy document"),
    (("Statement",), "an IAM policy document"),
    (("steps",), "a cogsim scenario: run it with `cogsim run`"),
    (("Records",), "a CloudTrail log file"),
    (("UserDetailList",), "an answer of iam get-account-authorization-details"),
    (("UserPool",), "an answer of cognito-idp describe-user-pool"),
    (("IdentityPoolId", "IdentityPoolName"), "an answer of cognito-identity describe-identity-pool"),
    (("artifacts", "version"), "a CDK manifest; the templates stand beside it as *.template.json"),
    (("planned_values",), "a Terraform plan"),
    (("terraform_version",), "Terraform state"),
    (("openapi",), "an OpenAPI document"),
    (("swagger",), "an OpenAPI document"),
    (("apiVersion", "kind"), "a Kubernetes manifest"),
    (("services",), "a Compose file"),
    (("dependencies", "name"), "a package.json"),
    (("AWSTemplateFormatVersion",), "a template without its Resources"),
    (("service", "provider"), "a serverless.yml without resources"),
)


def _not_a_template(record: Record) -> InputError:
    keys = list(record.entries)
    looks = next((what for marks, what in _LOOKS_LIKE if set(marks) <= set(keys)), None)
    if looks is None:
        shown = ", ".join(keys[:5]) + (", …" if len(keys) > 5 else "")
        looks = f"a mapping with the keys {shown}" if keys else "an empty mapping"
    near = next((key for key in keys if suggest(key, ("Resources",)) and key != "resources"), None)
    place: Location = record.key(near).location if near else record.location
    return InputError(
        f"not a template: this is {looks}; a template has Resources", place, "Resources" if near else None
    )
