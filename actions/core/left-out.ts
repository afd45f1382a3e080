/**
 * Replaces `@actions/http-client` in the bundles. `@actions/core` needs it only for OIDC tokens, which no action uses,
 * and it includes undici, 400 kB that each start would read.
 */
export class HttpClient {
  constructor() {
    throw new Error("The bundle of this action has no @actions/http-client: see actions/tsconfig.json.");
  }
}
export class BearerCredentialHandler extends HttpClient {}
