import type { IncomingHttpHeaders } from "node:http";

/** A request to the API over HTTP. */
export interface Message {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Returns the service that an SDK signed a request for (Signature Version 4, credential scope). */
export function signingName({ headers }: Pick<Message, "headers">): string | undefined {
  return /Credential=[^/,\s]+\/\d+\/[^/]+\/([^/]+)\/aws4_request/.exec(headers.authorization ?? "")?.[1];
}

/** Returns the region that an SDK signed a request for, from the same scope. */
export function signedRegion({ headers }: Pick<Message, "headers">): string | undefined {
  return /Credential=[^/,\s]+\/\d+\/([^/]+)\/[^/]+\/aws4_request/.exec(headers.authorization ?? "")?.[1];
}
