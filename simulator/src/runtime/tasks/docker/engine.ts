import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { Agent, type IncomingMessage, request } from "node:http";
import { homedir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

interface EngineCall {
  /** Undefined values are left out. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A Docker engine's HTTP API (docs.docker.com/reference/api/engine) on its unix socket. Paths have no version: the
 * calls used here are the same in all of them, and each engine refuses other versions than its own.
 */
export interface Engine {
  /** Returns the response's JSON, undefined when it has none. Rejects with EngineError when the engine refuses. */
  call<Answer = unknown>(method: string, path: string, options?: EngineCall): Promise<Answer>;
  /** Opens a streamed response, on a separate connection. */
  stream(method: string, path: string, options?: EngineCall): Promise<IncomingMessage>;
  close(): void;
}

/** A refusal with the engine's message. */
export class EngineError extends Error {
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.name = "EngineError";
    this.statusCode = statusCode;
  }
}

export function connectEngine(socketPath: string): Engine {
  const agent = new Agent({ keepAlive: true });
  return {
    async call<Answer>(method: string, path: string, options: EngineCall = {}) {
      const response = await send(socketPath, method, path, options, agent);
      const body = await text(response);
      return (body === "" ? undefined : JSON.parse(body)) as Answer;
    },
    stream: (method, path, options = {}) => send(socketPath, method, path, options, false),
    close: () => agent.destroy(),
  };
}

/** Handles a call about an object that may be gone, or no longer running. */
export async function unlessGone(call: Promise<unknown>): Promise<void> {
  await call.catch((error) => {
    if (!(error instanceof EngineError) || ![404, 409].includes(error.statusCode)) throw error;
  });
}

async function send(
  socketPath: string,
  method: string,
  path: string,
  { query = {}, body, headers = {} }: EngineCall,
  agent: Agent | false,
): Promise<IncomingMessage> {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const search = new URLSearchParams(given).toString();
  const content = body === undefined ? undefined : JSON.stringify(body);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({
      socketPath,
      agent,
      method,
      path: search ? `${path}?${search}` : path,
      headers: {
        // The engine requires a host, and accepts any.
        Host: "docker",
        ...(content === undefined
          ? {}
          : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(content) }),
        ...headers,
      },
    })
      .once("response", resolve)
      .once("error", reject)
      .end(content);
  });
  const { statusCode = 0 } = response;
  if (statusCode < 400) return response;
  throw new EngineError(statusCode, messageOf(await text(response)));
}

function messageOf(body: string): string {
  try {
    return String(JSON.parse(body).message).trim();
  } catch {
    return body.trim();
  }
}

const usualSocket = "unix:///var/run/docker.sock";

/**
 * Returns the unix socket of the engine that the `docker` command would use: DOCKER_HOST, else the context of
 * DOCKER_CONTEXT or of Docker's configuration. Throws an error when that engine is on another machine.
 */
export async function findEngineSocket(environment: NodeJS.ProcessEnv): Promise<string> {
  const host = environment.DOCKER_HOST || (await hostOfContext(environment)) || usualSocket;
  if (host.startsWith("unix://")) return host.slice("unix://".length);
  throw new Error(
    `the Docker engine is at ${host}, and tasks can run only in one of this machine: unset DOCKER_HOST or choose another context`,
  );
}

async function hostOfContext(environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const folder = environment.DOCKER_CONFIG || join(homedir(), ".docker");
  const context = environment.DOCKER_CONTEXT || (await readJson(join(folder, "config.json")))?.currentContext;
  if (!context || context === "default") return undefined;
  // Location in the command's own storage (docker/cli, cli/context/store).
  const id = createHash("sha256").update(String(context)).digest("hex");
  const meta = await readJson(join(folder, "contexts", "meta", id, "meta.json"));
  if (!meta)
    throw new Error(`Docker's context ${context} does not exist: choose one with docker context use`);
  return meta.Endpoints?.docker?.Host;
}

// biome-ignore lint/suspicious/noExplicitAny: files of another program, of which two members are read
async function readJson(path: string): Promise<any> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new Error(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
