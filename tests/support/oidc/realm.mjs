/**
 * One realm: `oidc-provider` with the endpoints, claims and habits of Keycloak.
 *
 * What it answers is the provider's own; nothing here knows what vantage expects. Faults are
 * injected in front of it (`front.mjs`), never here.
 */

import { randomUUID } from "node:crypto";

import { SignJWT, exportJWK, generateKeyPair } from "jose";
import Provider from "oidc-provider";

/** Keys of elliptic curves: made in a millisecond, where RSA takes a tenth of a second a realm. */
const ALGORITHM = "ES256";

const DEVICE = "urn:ietf:params:oauth:grant-type:device_code";

/** The secret of the client `robot`. */
const SECRET = "robot-secret-of-the-tests";

/** What a realm is like unless a test says otherwise; durations are seconds. */
const DEFAULTS = {
  /** Life of access tokens. */
  life: 300,
  /** Life of device codes. */
  code_life: 600,
  /** What the device endpoint says; `null` leaves it out, as oidc-provider does. */
  interval: 1,
  /** Whether every refresh token can be used once. */
  rotate: true,
  /** The organizations of every user, by name. */
  organizations: { acme: { id: "o-1" } },
};

/**
 * Makes a realm whose issuer is `issuer`; a second of the same name knows nothing of the first.
 *
 * `workload` is the pair of keys by which the client of that name proves itself.
 */
export async function makeRealm(issuer, given, workload) {
  const settings = { ...DEFAULTS, ...given };
  const keys = await signingKeys();
  const own = { ...(await exportJWK(keys.privateKey)), alg: ALGORITHM, use: "sig" };
  const theirs = { ...(await exportJWK(workload.publicKey)), alg: ALGORITHM, use: "sig" };
  const provider = new Provider(issuer, configuration(issuer, settings, own, theirs));
  provider.on("server_error", (_, error) => console.error(error));
  return {
    settings,
    keys: keys.publicKey,
    handle: provider.callback(),
    ready: { issuer, secret: SECRET },
    assertion: (claims) => assertion(issuer, workload, claims),
  };
}

/** A pair of keys of the kind that everybody here has. */
export function signingKeys() {
  return generateKeyPair(ALGORITHM, { extractable: true });
}

/** What the client `workload` shows instead of a secret: RFC 7523, section 2.2. */
function assertion(issuer, { privateKey }, claims) {
  return new SignJWT({
    iss: "workload",
    sub: "workload",
    aud: issuer,
    jti: randomUUID(),
    iat: seconds(),
    exp: seconds() + 300,
    ...claims,
  })
    .setProtectedHeader({ alg: ALGORITHM })
    .sign(privateKey);
}

function seconds() {
  return Math.floor(Date.now() / 1000);
}

function configuration(issuer, settings, key, workload) {
  // Scopes of Keycloak: one for each organization, so that the provider does not pass over them.
  const scopes = ["openid", "offline_access", ...["acme", "beta"].map((name) => `organization:${name}`)];
  return {
    clients: clients(workload),
    jwks: { keys: [key] },
    scopes,
    claims: { openid: ["sub", "preferred_username", "name", "email", "organization"] },
    // Keycloak puts the claims into the identity token too.
    conformIdTokenClaims: false,
    // An expired token is expired.
    clockTolerance: 0,
    cookies: { keys: [randomUUID()] },
    ttl: ttl(settings),
    findAccount: (_, id) => ({ accountId: id, claims: () => claimsOfUser(id, settings) }),
    extraTokenClaims: (_, token) => claimsOfToken(token, settings),
    // Without this a refresh token would come with the scope `offline_access` alone.
    issueRefreshToken: (_, client) => client.grantTypeAllowed("refresh_token"),
    rotateRefreshToken: () => settings.rotate,
    expiresWithSession: () => false,
    features: features(issuer, scopes),
    routes: {
      authorization: `${PREFIX}/auth`,
      code_verification: "/device",
      device_authorization: `${PREFIX}/auth/device`,
      end_session: `${PREFIX}/logout`,
      jwks: `${PREFIX}/certs`,
      revocation: `${PREFIX}/revoke`,
      token: `${PREFIX}/token`,
      userinfo: `${PREFIX}/userinfo`,
    },
  };
}

/** Where Keycloak has what belongs to OpenID Connect, below the issuer. */
export const PREFIX = "/protocol/openid-connect";

function clients(workload) {
  const machine = { grant_types: ["client_credentials"], response_types: [], redirect_uris: [] };
  const algorithm = { id_token_signed_response_alg: ALGORITHM };
  return [
    {
      client_id: "default",
      token_endpoint_auth_method: "none",
      grant_types: [DEVICE, "refresh_token"],
      response_types: [],
      redirect_uris: [],
      ...algorithm,
    },
    { client_id: "robot", client_secret: SECRET, ...machine, ...algorithm },
    {
      client_id: "workload",
      token_endpoint_auth_method: "private_key_jwt",
      jwks: { keys: [workload] },
      ...machine,
      ...algorithm,
    },
  ];
}

function features(issuer, scopes) {
  return {
    deviceFlow: { enabled: true, mask: "****-****" },
    clientCredentials: { enabled: true },
    revocation: { enabled: true },
    // Access tokens are JWTs only for a resource, and only if the resource of the grant is kept.
    resourceIndicators: {
      enabled: true,
      defaultResource: () => `${issuer}/api`,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        audience: "account",
        scope: scopes.join(" "),
        accessTokenFormat: "jwt",
        jwt: { sign: { alg: ALGORITHM } },
      }),
    },
  };
}

function ttl(settings) {
  const life = () => settings.life;
  return {
    AccessToken: life,
    ClientCredentials: life,
    DeviceCode: () => settings.code_life,
    Grant: 86_400,
    IdToken: 300,
    Interaction: 600,
    RefreshToken: 86_400,
    Session: 86_400,
  };
}

function claimsOfUser(id, settings, organizations = settings.organizations) {
  return {
    sub: id,
    preferred_username: id,
    name: `${id[0].toUpperCase()}${id.slice(1)} of the tests`,
    email: `${id}@example.com`,
    organization: organizations,
  };
}

/** The claims of an access token; a client that acts for itself has a user of its own. */
function claimsOfToken(token, settings) {
  const id = token.accountId ?? `service-account-${token.clientId}`;
  const { sub, ...claims } = claimsOfUser(id, settings, chosen(token, settings.organizations));
  return { ...claims, azp: token.clientId, realm_access: { roles: ["user", "offline_access"] } };
}

/** As Keycloak has it: one asked for by a scope is the only one told, if the user belongs to it. */
function chosen(token, organizations) {
  const asked = [...token.scopes].filter((scope) => scope.startsWith("organization:"));
  if (asked.length === 0) return organizations;
  const names = asked.map((scope) => scope.slice("organization:".length));
  return Object.fromEntries(Object.entries(organizations).filter(([name]) => names.includes(name)));
}
