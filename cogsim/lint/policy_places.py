"""Where templates hold policies: every document with the type of policy that its place makes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cogsim.load.cloudformation.conditions import evaluate_conditions
from cogsim.load.cloudformation.fragment import fragments_of
from cogsim.load.cloudformation.intrinsics import Resolver
from cogsim.load.cloudformation.notes import Notes
from cogsim.load.cloudformation.stack import join
from cogsim.load.nodes import Node, Record, Scalar, Series
from cogsim.policy.document import PolicyKind

_IDENTITY, _RESOURCE, _TRUST = PolicyKind.IDENTITY, PolicyKind.RESOURCE, PolicyKind.TRUST

# CloudFormation's type → (property, kind, type of the resource that the policy is attached to); `[]` walks a list.
_PLACES: dict[str, tuple[tuple[str, PolicyKind, str], ...]] = {
    "AWS::ApiGateway::RestApi": (
        ("Policy", _RESOURCE, "AWS::ApiGateway::RestApi"),
        ("Body.x-amazon-apigateway-policy", _RESOURCE, "AWS::ApiGateway::RestApi"),
    ),
    "AWS::Backup::BackupVault": (("AccessPolicy", _RESOURCE, "AWS::Backup::BackupVault"),),
    "AWS::DynamoDB::GlobalTable": (
        ("Replicas[].ResourcePolicy.PolicyDocument", _RESOURCE, "AWS::DynamoDB::Table"),
        ("Replicas[].ReplicaStreamSpecification.ResourcePolicy.PolicyDocument", _RESOURCE, "AWS::DynamoDB::Stream"),
    ),
    "AWS::DynamoDB::Table": (
        ("ResourcePolicy.PolicyDocument", _RESOURCE, "AWS::DynamoDB::Table"),
        ("StreamSpecification.ResourcePolicy.PolicyDocument", _RESOURCE, "AWS::DynamoDB::Stream"),
    ),
    "AWS::EC2::VPCEndpoint": (("PolicyDocument", PolicyKind.ENDPOINT, "AWS::EC2::VPCEndpoint"),),
    "AWS::ECR::Repository": (("RepositoryPolicyText", _RESOURCE, "AWS::ECR::Repository"),),
    "AWS::EFS::FileSystem": (("FileSystemPolicy", _RESOURCE, "AWS::EFS::FileSystem"),),
    "AWS::IAM::Group": (("Policies[].PolicyDocument", _IDENTITY, ""),),
    "AWS::IAM::GroupPolicy": (("PolicyDocument", _IDENTITY, ""),),
    "AWS::IAM::ManagedPolicy": (("PolicyDocument", _IDENTITY, ""),),
    "AWS::IAM::Policy": (("PolicyDocument", _IDENTITY, ""),),
    "AWS::IAM::Role": (
        ("AssumeRolePolicyDocument", _TRUST, "AWS::IAM::AssumeRolePolicyDocument"),
        ("Policies[].PolicyDocument", _IDENTITY, ""),
    ),
    "AWS::IAM::RolePolicy": (("PolicyDocument", _IDENTITY, ""),),
    "AWS::IAM::User": (("Policies[].PolicyDocument", _IDENTITY, ""),),
    "AWS::IAM::UserPolicy": (("PolicyDocument", _IDENTITY, ""),),
    "AWS::Kinesis::ResourcePolicy": (("ResourcePolicy", _RESOURCE, "AWS::Kinesis::Stream"),),
    "AWS::KMS::Key": (("KeyPolicy", PolicyKind.KMS_KEY, "AWS::KMS::Key"),),
    "AWS::KMS::ReplicaKey": (("KeyPolicy", PolicyKind.KMS_KEY, "AWS::KMS::Key"),),
    "AWS::Logs::ResourcePolicy": (("PolicyDocument", _RESOURCE, "AWS::Logs::ResourcePolicy"),),
    "AWS::OpenSearchService::Domain": (("AccessPolicies", _RESOURCE, "AWS::OpenSearchService::Domain"),),
    "AWS::Organizations::Policy": (("Content", PolicyKind.SCP, ""),),
    "AWS::S3::AccessPoint": (("Policy", _RESOURCE, "AWS::S3::AccessPoint"),),
    "AWS::S3::BucketPolicy": (("PolicyDocument", _RESOURCE, "AWS::S3::Bucket"),),
    "AWS::S3::MultiRegionAccessPointPolicy": (("Policy", _RESOURCE, "AWS::S3::MultiRegionAccessPoint"),),
    "AWS::S3Express::BucketPolicy": (("PolicyDocument", _RESOURCE, "AWS::S3Express::DirectoryBucket"),),
    "AWS::S3ObjectLambda::AccessPointPolicy": (("PolicyDocument", _RESOURCE, "AWS::S3ObjectLambda::AccessPoint"),),
    "AWS::S3Tables::TableBucketPolicy": (("ResourcePolicy", _RESOURCE, "AWS::S3Tables::TableBucket"),),
    "AWS::SecretsManager::ResourcePolicy": (("ResourcePolicy", _RESOURCE, "AWS::SecretsManager::Secret"),),
    "AWS::Serverless::Function": (("Policies[]", _IDENTITY, ""),),
    "AWS::SNS::TopicPolicy": (("PolicyDocument", _RESOURCE, "AWS::SNS::Topic"),),
    "AWS::SQS::QueuePolicy": (("PolicyDocument", _RESOURCE, "AWS::SQS::Queue"),),
    "AWS::SSO::PermissionSet": (("InlinePolicy", _IDENTITY, ""),),
}
_CONTROL = {"SERVICE_CONTROL_POLICY": PolicyKind.SCP, "RESOURCE_CONTROL_POLICY": PolicyKind.RCP}


@dataclass(frozen=True, slots=True)
class PlacedPolicy:
    """A policy in a template: `Logical.Property` and the node that stands there, its functions evaluated."""

    name: str
    kind: PolicyKind
    resource_type: str | None
    node: Node


def is_template(root: Node) -> bool:
    """Whether the document holds resources rather than being a policy."""
    if not isinstance(root, Record) or "Statement" in root.entries:
        return False
    return bool({"Resources", "resources"} & set(root.entries))


def policies_of(root: Node) -> Iterator[PlacedPolicy]:
    """Every policy document of the template `root`; InputError where it is none, or its functions are malformed."""
    notes = Notes()
    for stack in join(fragments_of(root, notes)):
        resolver = Resolver(stack, notes)
        evaluate_conditions(stack, resolver.text)
        for logical_id, (_, resource) in stack.sections["Resources"].items():
            if isinstance(resource, Record):
                yield from _of_resource(logical_id, resource, resolver)


def _of_resource(logical_id: str, resource: Record, resolver: Resolver) -> Iterator[PlacedPolicy]:
    kind_node, properties = resource.get("Type"), resource.get("Properties")
    if not isinstance(kind_node, Scalar) or not isinstance(properties, Record):
        return
    for place, kind, attached in _PLACES.get(kind_node.text, ()):
        if kind_node.text == "AWS::Organizations::Policy":
            stated = properties.get("Type")
            found = _CONTROL.get(resolver.text(stated)) if stated is not None else None
            if found is None:
                continue  # a tag, backup or other policy is of another language
            kind = found
        top = place.partition(".")[0].removesuffix("[]")
        node = properties.get(top)
        resolved = resolver.resolve(node) if node is not None else None
        if resolved is not None:
            for name, policy in _walk(resolved, place.removeprefix(top), f"{logical_id}.{top}"):
                yield PlacedPolicy(name, kind, attached or None, policy)


def _walk(node: Node, place: str, name: str) -> Iterator[tuple[str, Node]]:
    if place.startswith("[]"):
        items = node.items if isinstance(node, Series) else (node,)
        for number, item in enumerate(items):
            yield from _walk(item, place[2:], f"{name}[{number}]")
    elif place:
        step, rest = _step(place[1:])
        inner = node.get(step) if isinstance(node, Record) else None
        if inner is not None:
            yield from _walk(inner, rest, f"{name}.{step}")
    elif not (name.endswith("]") and not (isinstance(node, Record) and "Statement" in node.entries)):
        yield name, node  # in a list of policies the names of managed ones are no documents


def _step(place: str) -> tuple[str, str]:
    ends = [at for at in (place.find("."), place.find("[]")) if at >= 0]
    end = min(ends, default=len(place))
    return place[:end], place[end:]
