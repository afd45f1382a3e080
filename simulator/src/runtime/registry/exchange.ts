import type { IncomingMessage, ServerResponse } from "node:http";
import type { BlobStore } from "./blob-store.ts";
import type { WritableRepository } from "./repository.ts";

/** One request to one repository. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly repository: WritableRepository;
  readonly store: BlobStore;
  /** Bytes of a blob that the push may use from another repository: from `from`, or from any. */
  readonly mountable: (digest: string, from: string | null) => number | undefined;
  /** URL to redirect a client to for a blob's bytes; undefined sends them from here. */
  readonly blobLocation: (digest: string) => string | undefined;
  /** Throws RegistryError NAME_UNKNOWN once the repository has been deleted. */
  readonly assertRepositoryThere: () => void;
}

export function answer(
  response: ServerResponse,
  status: number,
  headers: Record<string, string | number> = {},
  body?: Buffer | string,
): void {
  const length = body === undefined ? {} : { "Content-Length": Buffer.byteLength(body) };
  response.writeHead(status, { ...length, ...headers });
  response.end(body);
}

export function answerJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  answer(response, status, { "Content-Type": "application/json", ...headers }, JSON.stringify(value));
}
