"""Policies in templates: each is checked as what its place makes it, at its place in the file."""

from __future__ import annotations

from cogsim.lint.validate import ValidatedFile, validate_text

TEMPLATE = """
Parameters:
  Bucket: {Type: String}
  Stage: {Type: String, Default: dev}
Conditions:
  IsProduction: !Equals [!Ref Stage, production]
Resources:
  Reader:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          Effect: Allow
          Principal: {Federated: cognito-identity.amazonaws.com}
          Action: sts:AssumeRole
      Policies:
        - PolicyName: read
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: s3:GetObjct
                Resource: !Sub "arn:aws:s3:::${Bucket}/${!aws:username}/*"
              - !If
                - IsProduction
                - {Effect: Allow, Action: "nothing:Here", Resource: "*"}
                - !Ref AWS::NoValue
  Data:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: data
      PolicyDocument: '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "sqs:*",
        "Resource": "*"}}'
  Guard:
    Type: AWS::Organizations::Policy
    Properties:
      Name: guard
      Type: RESOURCE_CONTROL_POLICY
      Content: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: "*", Action: "*", Resource: "*"}]}
  Tags:
    Type: AWS::Organizations::Policy
    Properties: {Name: tags, Type: TAG_POLICY, Content: {tags: {}}}
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy: !Ref Elsewhere
  Topic:
    Type: AWS::SNS::TopicPolicy
    Properties: {Topics: [t], PolicyDocument: "{not json"}
"""


def findings(file: ValidatedFile) -> dict[str, list[tuple[str, int, int]]]:
    return {
        document.name: [(each.code, each.location.line, each.location.column) for each in document.findings]
        for document in file.documents
    }


def test_every_policy_is_checked_as_its_place_makes_it() -> None:
    found = findings(validate_text(TEMPLATE, "template.yaml"))
    assert found == {
        "Reader.AssumeRolePolicyDocument": [("MISMATCHED_ACTION_FOR_PRINCIPAL", 16, 19)],
        "Reader.Policies[0].PolicyDocument": [("INVALID_ACTION", 23, 25)],
        "Data.PolicyDocument": [("UNSUPPORTED_ACTION_IN_POLICY", 33, 110)],
        "Guard.Content": [("RCP_SYNTAX_ERROR_ALLOW", 40, 52)],
        "Key.KeyPolicy": [],
        "Topic.PolicyDocument": [("JSON_SYNTAX_ERROR", 50, 48)],
    }


def test_what_is_not_known_is_said_and_not_judged() -> None:
    documents = {document.name: document for document in validate_text(TEMPLATE, "template.yaml").documents}
    assert documents["Key.KeyPolicy"].unknown == "«Elsewhere» is not known"
    messages = [each.message for each in documents["Reader.Policies[0].PolicyDocument"].findings]
    assert all("«" not in message for message in messages)


def test_a_condition_decides_which_statements_there_are() -> None:
    production = TEMPLATE.replace("Default: dev", "Default: production")
    found = findings(validate_text(production, "template.yaml"))
    assert [code for code, _, _ in found["Reader.Policies[0].PolicyDocument"]] == [
        "INVALID_ACTION",
        "INVALID_SERVICE_IN_ACTION",
    ]


def test_a_yaml_policy_reads_dates_and_accounts_as_texts() -> None:
    policy = """
Version: 2012-10-17
Statement:
  Effect: Allow
  Principal: {AWS: 123456789012}
  Action: sqs:SendMessage
  Resource: "*"
  Condition: {Bool: {"aws:SecureTransport": yes}}
"""
    (document,) = validate_text(policy, "policy.yaml").documents
    assert (str(document.kind), document.findings) == ("resource", ())


def test_the_kind_of_a_document_is_guessed_from_its_elements() -> None:
    def guess(statement: str) -> str:
        (document,) = validate_text(f'{{"Version": "2012-10-17", "Statement": {statement}}}').documents
        return str(document.kind)

    assert guess('{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}') == "identity"
    assert guess('[{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]') == "trust"
    assert guess('{"Effect": "Deny", "NotPrincipal": {}, "Action": "s3:*", "Resource": "*"}') == "resource"


def test_policies_of_a_global_table_stand_in_its_replicas() -> None:
    text = """
Resources:
  Notes:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas:
        - Region: eu-west-1
          ResourcePolicy:
            PolicyDocument:
              Version: "2012-10-17"
              Statement: {Effect: Allow, Principal: {AWS: "123456789012"}, Action: s3:GetObject, Resource: "*"}
        - Region: us-east-1
          ReplicaStreamSpecification:
            ResourcePolicy: {PolicyDocument: {Version: "2012-10-17", Statement: []}}
"""
    documents = {each.name: each for each in validate_text(text, "template.yaml").documents}
    assert set(documents) == {
        "Notes.Replicas[0].ResourcePolicy.PolicyDocument",
        "Notes.Replicas[1].ReplicaStreamSpecification.ResourcePolicy.PolicyDocument",
    }
    (finding,) = documents["Notes.Replicas[0].ResourcePolicy.PolicyDocument"].findings
    assert finding.location.line == 11
