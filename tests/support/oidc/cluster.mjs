/**
 * The platform's cluster API as far as a sign-in needs one: it verifies tokens, and answers alike.
 *
 * It reads no GraphQL: a document that names `clusters` gets three of them. The local platform
 * (`sdk/platform`) is the one that knows the schema.
 */

import { jwtVerify } from "jose";

const CLUSTERS = {
  total: 3,
  edges: ["amber", "birch", "cedar"].map((name) => ({ node: { name, status: "ready" } })),
};

/** Answers a request to `/cluster/graphql` of `realm`, whose body has been read. */
export async function answerQuery(realm, request, body) {
  const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  if (token === undefined) return refusal("no token");
  try {
    await jwtVerify(token, realm.keys, { issuer: realm.ready.issuer, audience: "account" });
  } catch {
    return refusal("the token is not good here");
  }
  const { query = "" } = JSON.parse(body);
  const data = {};
  if (query.includes("__typename")) data.__typename = "Query";
  if (query.includes("clusters")) data.clusters = CLUSTERS;
  return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify({ data }) };
}

function refusal(message) {
  return {
    status: 401,
    headers: { "content-type": "application/json", "www-authenticate": 'Bearer error="invalid_token"' },
    body: JSON.stringify({ errors: [{ message }] }),
  };
}
