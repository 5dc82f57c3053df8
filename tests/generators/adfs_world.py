"""A world with an AD FS, an account that trusts it, and a bucket with a folder for each team."""

from __future__ import annotations

WORLD = r"""
Resources:
  Adfs:
    Type: Cogsim::AdFs
    Properties:
      BaseUrl: https://adfs.example.com
      Certificates: [{Generation: 1, Since: 2025-06-01T00:00:00Z}]
      Users:
        - Upn: Alice@example.com
          Password: Correct-Horse-1
          Sid: S-1-5-21-1
          Groups: [AWS-123456789012-Reader, Staff]
          Attributes: {mail: alice@example.com, department: research, phones: ["1", "2"]}
        - Upn: bob@example.com
          Password: Correct-Horse-2
          Groups: [xxAWS-123456789012-Readerevil]
          Attributes: {mail: bob@example.com, department: sales}
        - {Upn: carol@example.com, Password: Correct-Horse-3, Enabled: false}
  Idp:
    Type: AWS::IAM::SAMLProvider
    Properties: {Name: ADFS, SamlMetadataDocument: !GetAtt Adfs.Metadata}
  Reader:
    Type: AWS::IAM::Role
    Properties:
      RoleName: Reader
      MaxSessionDuration: 7200
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {Federated: !GetAtt Idp.Arn}
            Action: [sts:AssumeRoleWithSAML, sts:TagSession]
            Condition: {StringEquals: {"saml:aud": "https://signin.aws.amazon.com/saml"}}
      Policies:
        - PolicyName: team
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: s3:GetObject
                Resource: "arn:aws:s3:::data/${aws:PrincipalTag/team}/*"
              - Effect: Allow
                Action: s3:GetObject
                Resource: "arn:aws:s3:::data/people/${saml:sub}"
              - Effect: Allow
                Action: s3:GetObject
                Resource: "arn:aws:s3:::data/issuers/${saml:iss}"
  Data:
    Type: AWS::S3::Bucket
    Properties: {BucketName: data}
  Objects:
    Type: Cogsim::Objects
    Properties:
      Bucket: !Ref Data
      Objects: {research/plan: ours, sales/plan: theirs, people/alice@example.com: hers}
  Aws:
    Type: Cogsim::AdFsRelyingParty
    Properties:
      AdFs: !Ref Adfs
      Identifier: urn:amazon:webservices
      Endpoints: [https://signin.aws.amazon.com/saml]
      NameId: {Format: emailAddress, Attribute: mail}
      ClaimRules:
        - {Claim: https://aws.amazon.com/SAML/Attributes/RoleSessionName, Attribute: mail}
        - Claim: https://aws.amazon.com/SAML/Attributes/Role
          Attribute: groups
          Matches: '^AWS-([0-9]{12})-(\w+)$'
          Replacement: !Sub "arn:aws:iam::$1:role/$2,${Idp.Arn}"
        - {Claim: "https://aws.amazon.com/SAML/Attributes/PrincipalTag:team", Attribute: department}
        - {Claim: "https://aws.amazon.com/SAML/Attributes/SessionDuration", Value: "3600"}
"""

ENTITY = "http://adfs.example.com/adfs/services/trust"
AWS = "urn:amazon:webservices"
PROVIDER = "arn:aws:iam::123456789012:saml-provider/ADFS"
READER = "arn:aws:iam::123456789012:role/Reader"
PASSWORDS = {"alice@example.com": "Correct-Horse-1", "bob@example.com": "Correct-Horse-2"}
