// aws-jwt-verify: tokens held against a key set that it fetches over https from the issuer itself.
import { CognitoJwtVerifier, JwtRsaVerifier } from "aws-jwt-verify";
import { SimpleJwksCache } from "aws-jwt-verify/jwk";
import { given, refusal, tell } from "./told.mjs";

const jwksUri = `${given.issuer}/.well-known/jwks.json`;
const plain = JwtRsaVerifier.create({ issuer: given.issuer, audience: given.client, jwksUri });
tell("id", (await plain.verify(given.id))["cognito:username"]);
const access = JwtRsaVerifier.create({ issuer: given.issuer, audience: null, jwksUri });
tell("access", (await access.verify(given.access)).client_id === given.client);
const elsewhere = JwtRsaVerifier.create({ issuer: given.issuer, audience: "another", jwksUri });
tell("another's", await refusal(() => elsewhere.verify(given.id)));
const [head, body, signature] = given.id.split(".");
const changed = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(body, "base64url")), email: "x@x.example" }));
tell("forged", await refusal(() => plain.verify(`${head}.${changed.toString("base64url")}.${signature}`)));

// Tokens as AWS issues them: the verifier knows the issuer's address itself, which here leads to the server.
const host = "https://cognito-idp.us-east-1.amazonaws.com";
const fetcher = { fetch: async (uri) => (await fetch(uri.replace(host, given.native.base))).arrayBuffer() };
const cognito = (more) =>
  CognitoJwtVerifier.create(
    { userPoolId: given.pool, clientId: given.client, ...more },
    { jwksCache: new SimpleJwksCache({ fetcher }) },
  );
tell("native id", (await cognito({ tokenUse: "id" }).verify(given.native.id))["cognito:username"]);
tell("native access", (await cognito({ tokenUse: "access" }).verify(given.native.access)).username);
tell("use", await refusal(() => cognito({ tokenUse: "id" }).verify(given.native.access)));
tell("issuer", await refusal(() => cognito({ tokenUse: "id" }).verify(given.id)));
tell("group", await refusal(() => cognito({ tokenUse: "id", groups: "admins" }).verify(given.native.id)));
