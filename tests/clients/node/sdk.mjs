// The AWS SDK for JavaScript 3: commands and errors, credentials of an identity pool, a role, and objects.
import {
  CognitoIdentityProviderClient,
  GetUserCommand,
  InitiateAuthCommand,
  ListUsersCommand,
  paginateListUsers,
} from "@aws-sdk/client-cognito-identity-provider";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { fromCognitoIdentityPool, fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import { given, refusal, tell } from "./told.mjs";

const at = { region: "us-east-1", endpoint: given.base };
const admin = { accessKeyId: given.key, secretAccessKey: given.secret };
const people = new CognitoIdentityProviderClient({ ...at, credentials: admin });

const answer = await people.send(
  new InitiateAuthCommand({
    AuthFlow: "USER_PASSWORD_AUTH",
    ClientId: given.client,
    AuthParameters: { USERNAME: "alice", PASSWORD: given.password },
  }),
);
const tokens = answer.AuthenticationResult;
tell("user", (await people.send(new GetUserCommand({ AccessToken: tokens.AccessToken }))).Username);
tell("id", answer.$metadata.requestId);
const names = [];
for await (const page of paginateListUsers({ client: people, pageSize: 1 }, { UserPoolId: given.pool })) {
  names.push(...page.Users.map((each) => each.Username));
}
tell("users", names);
const nobody = new CognitoIdentityProviderClient({ ...at, credentials: { ...admin, secretAccessKey: "wrong" } });
tell("wrong", await refusal(() => nobody.send(new ListUsersCommand({ UserPoolId: given.pool }))));

async function caller(credentials) {
  return (await new STSClient({ ...at, credentials }).send(new GetCallerIdentityCommand({}))).Arn;
}

const provider = `cognito-idp.us-east-1.amazonaws.com/${given.pool}`;
const member = fromCognitoIdentityPool({
  identityPoolId: given.identities,
  logins: { [provider]: tokens.IdToken },
  clientConfig: at,
});
tell("member", await caller(member));
tell("guest", await caller(fromCognitoIdentityPool({ identityPoolId: given.identities, clientConfig: at })));
const { identityId } = await member();
const s3 = new S3Client({ ...at, credentials: member, forcePathStyle: true });
const mine = { Bucket: given.bucket, Key: `private/${identityId}/a note ü.txt` };
await s3.send(new PutObjectCommand({ ...mine, Body: "a note" }));
tell("note", await (await s3.send(new GetObjectCommand(mine))).Body.transformToString());
const other = { Bucket: given.bucket, Key: "private/us-east-1:somebody/note.txt" };
tell("other's", await refusal(() => s3.send(new GetObjectCommand(other))));

const deploy = fromTemporaryCredentials({
  masterCredentials: admin,
  params: { RoleArn: "arn:aws:iam::123456789012:role/deploy", RoleSessionName: "node" },
  clientConfig: at,
});
tell("deploy", await caller(deploy));
