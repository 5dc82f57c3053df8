// aws-amplify 6: sign-in by SRP, the session with an identity pool's credentials, and a call that they sign.
import { Amplify } from "aws-amplify";
import { fetchAuthSession, fetchUserAttributes, getCurrentUser, signIn, signOut } from "aws-amplify/auth";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { given, refusal, tell } from "./told.mjs";

Amplify.configure({
  Auth: {
    Cognito: {
      userPoolId: given.pool,
      userPoolClientId: given.client,
      userPoolEndpoint: given.base,
      identityPoolId: given.identities,
      identityPoolEndpoint: given.base,
      allowGuestAccess: true,
    },
  },
});

async function caller(credentials) {
  const sts = new STSClient({ region: "us-east-1", endpoint: given.base, credentials });
  return (await sts.send(new GetCallerIdentityCommand({}))).Arn;
}

const guest = await fetchAuthSession();
tell("guest", await caller(guest.credentials));
tell("wrong", await refusal(() => signIn({ username: "alice", password: "Wrong-password-1" })));
const { isSignedIn, nextStep } = await signIn({ username: "alice", password: given.password });
tell("signed in", [isSignedIn, nextStep.signInStep]);
tell("user", (await getCurrentUser()).username);
tell("email", (await fetchUserAttributes()).email);
const session = await fetchAuthSession();
tell("identity", session.identityId.startsWith("us-east-1:"));
tell("member", await caller(session.credentials));
const fresh = await fetchAuthSession({ forceRefresh: true });
tell("refreshed", fresh.tokens.accessToken.toString() !== session.tokens.accessToken.toString());
await signOut({ global: true });
tell("left", await refusal(() => getCurrentUser()));
