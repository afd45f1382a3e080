import type { IncomingMessage, ServerResponse } from "node:http";
import { type Access, createTokens, ecrAccess } from "./access.ts";
import { createBlobStore } from "./blob-store.ts";
import { answer, answerJson, type RegistryRules, type Route, routeOf } from "./exchange.ts";
import { pullImage } from "./pull.ts";
import type { Registry } from "./registry.ts";
import { RegistryError } from "./registry.ts";
import { createRepository, type WritableRepository } from "./repository.ts";
import { serve } from "./serve.ts";

export interface RegistryOptions {
  /** Folder of the blobs; created at the first push. */
  directory: string;
  /** The registry's id: that of its account. */
  accountId: string;
  /** Address of the registry; read at each request. */
  gateway: { readonly host: string; readonly port: number };
  /** Rules of ECR by default. */
  rules?: RegistryRules;
  /** Maximum bytes of a blob; 10 GiB by default. */
  largestBlob?: number;
}

/** An OCI registry (distribution-spec v1.1). */
export function createRegistry(options: RegistryOptions): Registry {
  const { directory, accountId, gateway, rules = ecrRules } = options;
  const repositories = new Map<string, WritableRepository>();
  const store = createBlobStore(directory, options.largestBlob);
  const tokens = createTokens();
  const access = rules.access({ tokens, gateway });

  const registry: Registry = {
    blobMounting: rules.blobMounting,
    issueToken: (expiresAt) => tokens.issue(expiresAt),
    blobPath: store.pathOf,
    repository: (name) => repositories.get(name),
    createRepository(name, settings) {
      const repository = createRepository(name, accountId, settings);
      repositories.set(name, repository);
      return repository;
    },
    async deleteRepository(name) {
      const blobs = repositories.get(name)?.blobs ?? new Map();
      repositories.delete(name);
      const shared = (digest: string) => [...repositories.values()].some((other) => other.blobs.has(digest));
      await store.remove(blobs.keys(), shared);
    },
    pull: (reference) =>
      pullImage({
        reference,
        hosts: [`${gateway.host}:${gateway.port}`],
        repository: (name) => repositories.get(name),
        pathOf: store.pathOf,
        architectures: ["amd64", hostArchitecture()],
      }),
    async handle(request, response) {
      response.setHeader("Docker-Distribution-Api-Version", "registry/2.0");
      try {
        const route = routeOf(request);
        if (!admit(request, response, access, route)) return;
        await serve(request, response, route, { repositories, store, registry, accountId, access, rules });
      } catch (error) {
        const known = error instanceof RegistryError;
        refuse(request, response, known ? (rules.reword?.(error) ?? error) : error);
      }
    },
  };
  return registry;
}

function admit(request: IncomingMessage, response: ServerResponse, access: Access, route: Route): boolean {
  const refusal = access.refusal(request, route);
  if (!refusal) return true;
  request.resume();
  response.setHeader("WWW-Authenticate", refusal.challenge);
  const errors = [{ code: "UNAUTHORIZED", message: "authentication required" }];
  if (refusal.text === undefined) answerJson(response, 401, { errors });
  else answer(response, 401, { "Content-Type": "text/plain" }, refusal.text);
  return false;
}

function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  // A client that disconnected during a transfer gets no response.
  if (request.destroyed && !request.complete) return void response.destroy();
  if (response.headersSent) return void response.destroy();
  request.resume();
  const known = error instanceof RegistryError;
  const message = known ? error.message : `the registry failed: ${String(error)}`;
  const code = known ? error.code : "UNKNOWN";
  answerJson(response, known ? error.statusCode : 500, { errors: [{ code, message }] });
}

function hostArchitecture(): string {
  return process.arch === "x64" ? "amd64" : process.arch;
}

const ecrRules: RegistryRules = {
  blobMounting: false,
  access: ({ tokens, gateway }) => ecrAccess(tokens, () => `${gateway.host}:${gateway.port}`),
  reword,
};

/** Rewords errors as ECR does for a manifest it refuses: chainguard-dev/apko#450, regclient/regclient#709. */
function reword(error: RegistryError): RegistryError {
  if (error.code !== "MANIFEST_INVALID") return error;
  const reason = error.message.replace(/^manifest invalid: /, "");
  const constraint = `Invalid parameter at 'ImageManifest' failed to satisfy constraint: '${reason}'`;
  return new RegistryError("UNSUPPORTED", constraint);
}
