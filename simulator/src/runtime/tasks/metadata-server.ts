import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { refuseForeign } from "../../local-requests.ts";

/** Metadata of a container and its task; read at each request. */
export interface ContainerMetadata {
  /** Last part of the endpoint's address: on Fargate the container's runtime id. */
  readonly id: string;
  readonly container: () => object;
  readonly task: () => object;
  /** Credentials of the task's role; absent for a task without one. */
  readonly credentials?: (() => TaskCredentials) | undefined;
}

/** As Fargate's agent serves them ("Amazon ECS task IAM role", ECS developer guide). */
export interface TaskCredentials {
  readonly RoleArn: string;
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly Token: string;
  readonly Expiration: Date;
}

/**
 * Returns a role's credentials as variables, for containers that do not share this machine's loopback: SDKs fetch
 * credentials over HTTP from loopback and 169.254.170.2 only. Nothing renews them.
 */
export function credentialVariables({ credentials }: ContainerMetadata): Record<string, string> {
  if (!credentials) return {};
  const { AccessKeyId, SecretAccessKey, Token } = credentials();
  return {
    AWS_ACCESS_KEY_ID: AccessKeyId,
    AWS_SECRET_ACCESS_KEY: SecretAccessKey,
    AWS_SESSION_TOKEN: Token,
  };
}

/**
 * The task metadata endpoint, version 4, for all containers of this machine, and below each container's address the
 * credentials of its task's role. On AWS it is 169.254.170.2, which neither child processes nor Docker have: here it is
 * a port of this machine, which ECS_CONTAINER_METADATA_URI_V4 contains.
 */
export interface MetadataServer {
  /** Serves the container's metadata; returns the address. */
  publish(metadata: ContainerMetadata): string;
  withdraw(id: string): void;
  close(): void;
}

export async function startMetadataServer(host: string): Promise<MetadataServer> {
  const published = new Map<string, ContainerMetadata>();
  const server = createServer(
    refuseForeign([host], (request, response) => {
      const { statusCode, contentType, body } = answer(published, request.url ?? "/");
      response.writeHead(statusCode, { "Content-Type": contentType }).end(body);
    }),
  );
  server.listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    publish(metadata) {
      published.set(metadata.id, metadata);
      return `http://${host}:${port}/v4/${metadata.id}`;
    },
    withdraw: (id) => void published.delete(id),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

// Error messages of the ECS agent (aws/amazon-ecs-agent, ecs-agent/tmds/handlers/v4).
const unknownContainer: Record<string, (id: string) => string> = {
  "": (id) =>
    `V4 container metadata handler: unable to get container ID from request: unable to get docker ID from v3 endpoint ID: ${id}`,
  "/task": (id) =>
    `V4 task metadata handler: unable to get task arn from request: unable to get task Arn from v3 endpoint ID: ${id}`,
};

function answer(published: ReadonlyMap<string, ContainerMetadata>, path: string): Answer {
  const [, id = "", kind = ""] = /^\/v4\/([^/]*)(\/.*)?$/.exec(path) ?? [];
  if (kind === "/stats" || kind === "/task/stats")
    return json(501, "the simulator keeps no statistics of containers");
  const credentials = kind === "/credentials" ? published.get(id)?.credentials : undefined;
  if (credentials) return json(200, credentials());
  const refusal = path.startsWith("/v4/") ? unknownContainer[kind] : undefined;
  if (!refusal) return { statusCode: 404, contentType: "text/plain", body: "404 page not found\n" };
  const metadata = published.get(id);
  if (!metadata) return json(404, refusal(id));
  return json(200, kind === "/task" ? metadata.task() : metadata.container());
}

interface Answer {
  readonly statusCode: number;
  readonly contentType: string;
  readonly body: string;
}

function json(statusCode: number, value: unknown): Answer {
  return { statusCode, contentType: "application/json", body: JSON.stringify(value) };
}
