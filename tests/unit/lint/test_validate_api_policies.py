"""Policies of APIs: one in a definition, and the one that the transform makes of a serverless API's lists."""

from __future__ import annotations

from cogsim.lint.validate import validate_text

STATEMENT = '{Effect: Allow, Principal: "*", Action: execute-api:Invok, Resource: "*"}'


def test_a_policy_in_a_definition_is_checked() -> None:
    text = f"""
Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Body:
        openapi: 3.0.1
        x-amazon-apigateway-policy: {{Version: "2012-10-17", Statement: [{STATEMENT}]}}
"""
    (document,) = validate_text(text, "template.yaml").documents
    assert document.name == "Api.Body.x-amazon-apigateway-policy"
    assert document.findings


def test_the_policy_of_a_serverless_api_is_checked() -> None:
    text = f"""
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: live
      Auth: {{ResourcePolicy: {{CustomStatements: [{STATEMENT}]}}}}
"""
    (document,) = validate_text(text, "template.yaml").documents
    assert document.findings
