import type { IncomingHttpHeaders } from "node:http";

/** A request to the API over HTTP. */
export interface Message {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Returns what an SDK signed a request for (Signature Version 4, credential scope); undefined without a whole scope. */
export function signedScope({
  headers,
}: Pick<Message, "headers">): { readonly region: string; readonly service: string } | undefined {
  const scope = /Credential=[^/,\s]+\/\d+\/([^/]+)\/([^/]+)\/aws4_request/.exec(headers.authorization ?? "");
  return scope?.[1] && scope[2] ? { region: scope[1], service: scope[2] } : undefined;
}
