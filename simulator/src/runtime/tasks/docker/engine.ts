import { Agent, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";

export interface EngineCall {
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
