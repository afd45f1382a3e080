/**
 * Stands in the bundles for `@actions/http-client`: `@actions/core` brings it for OIDC tokens, which no action asks it
 * for, and with it undici, 400 kB that each start would read.
 */
export class HttpClient {
  constructor() {
    throw new Error("The bundle of this action has no @actions/http-client: see actions/tsconfig.json.");
  }
}
export class BearerCredentialHandler extends HttpClient {}
