// amazon-cognito-identity-js: SRP by its own arithmetic, a second factor, refreshing, leaving.
import identity from "amazon-cognito-identity-js";
import { given, refusal, tell } from "./told.mjs";

const { AuthenticationDetails, CognitoUser, CognitoUserPool } = identity;
const pool = new CognitoUserPool({ UserPoolId: given.pool, ClientId: given.client, endpoint: given.base });

function user(name) {
  return new CognitoUser({ Username: name, Pool: pool });
}

function signIn(who, password, more = {}) {
  return new Promise((resolve, reject) =>
    who.authenticateUser(new AuthenticationDetails({ Username: who.getUsername(), Password: password }), {
      onSuccess: resolve,
      onFailure: reject,
      ...more,
    }),
  );
}

const promised = (call) =>
  new Promise((resolve, reject) => call((error, value) => (error ? reject(error) : resolve(value))));

const alice = user("alice");
const session = await signIn(alice, given.password);
tell("name", session.getIdToken().payload["cognito:username"]);
tell("valid", session.isValid());
const attributes = await promised((done) => alice.getUserAttributes(done));
tell("email", attributes.find((each) => each.Name === "email").Value);
tell("wrong", await refusal(() => signIn(user("alice"), "Wrong-password-1")));

const again = await promised((done) => alice.refreshSession(session.getRefreshToken(), done));
tell("refreshed", again.getAccessToken().getJwtToken() !== session.getAccessToken().getJwtToken());

await promised((done) =>
  alice.changePassword(given.password, "Another-password-2", done),
);
await signIn(user("alice"), "Another-password-2");
await new Promise((resolve, reject) => alice.globalSignOut({ onSuccess: resolve, onFailure: reject }));
tell("left", await refusal(() => promised((done) => alice.refreshSession(again.getRefreshToken(), done))));

await promised((done) =>
  pool.signUp("dora", "First-password-1", [{ Name: "email", Value: "dora@example.com" }], [], done),
);
tell("unconfirmed", await refusal(() => signIn(user("dora"), "First-password-1")));
const mailed = await (await fetch(`${given.base}/_cogsim/messages?user=dora`)).json();
await promised((done) => user("dora").confirmRegistration(mailed.messages[0].code, true, done));
tell("signed up", (await signIn(user("dora"), "First-password-1")).getIdToken().payload.email);
