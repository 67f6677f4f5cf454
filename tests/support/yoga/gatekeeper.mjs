/** Who is let in: whoever shows an access token that the issuer has signed, and that is not over. */

import { createRemoteJWKSet, jwtVerify } from "jose";

/** Verifies tokens of one issuer by the keys that it publishes. */
export class Gatekeeper {
  constructor(issuer) {
    this.issuer = issuer;
  }

  /** Whether `header`, the value of `Authorization`, is a good one. */
  async admits(header) {
    const token = /^Bearer (\S+)$/i.exec(header ?? "")?.[1];
    if (token === undefined) return false;
    try {
      await jwtVerify(token, await this.keys(), { issuer: this.issuer });
      return true;
    } catch {
      return false;
    }
  }

  /** Found when the first token comes: the issuer may not answer before. */
  async keys() {
    if (this.found === undefined) {
      const answer = await fetch(`${this.issuer}/.well-known/openid-configuration`);
      const { jwks_uri: address } = await answer.json();
      this.found = createRemoteJWKSet(new URL(address));
    }
    return this.found;
  }
}
