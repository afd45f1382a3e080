import { createServer, request as forward, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { TestRegistry } from "../../simulator/src/runtime/registry/test-registry.support.ts";
import { createRegistryClient } from "./client.ts";
import type { RegistryOptions } from "./request.ts";

/** The front's treatment of a request instead of passing it on; it may still pass it on by `pass`. */
export type Fault = (exchange: FaultyExchange) => void | Promise<void>;

interface FaultyExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Passes the request to the registry, completely or until the cut. */
  readonly pass: (cut?: Cut) => Promise<void>;
}

/** After this many bytes of one body both connections end. */
export interface Cut {
  readonly bodyAfter?: number;
  readonly answerAfter?: number;
}

export interface FaultRule {
  readonly method: string;
  /** Matched against the path. */
  readonly path: RegExp;
  /** Position among the matching requests, from 0. */
  readonly at: (number: number) => boolean;
  readonly fault: Fault;
}

/** Starts a server in front of a working registry that applies these faults. It records the requests. */
export async function startFaultyRegistry(behind: string, rules: readonly FaultRule[]) {
  const asked: string[] = [];
  const counts = new Map<FaultRule, number>();
  const server = createServer(async (request, response) => {
    const { method = "", url = "" } = request;
    asked.push(`${method} ${url}`);
    const pass: FaultyExchange["pass"] = (cut = {}) => passOn(behind, request, response, cut);
    const rule = rules.find((each) => {
      if (each.method !== method || !each.path.test(url)) return false;
      const number = counts.get(each) ?? 0;
      counts.set(each, number + 1);
      return each.at(number);
    });
    await (rule ? rule.fault({ request, response, pass }) : pass());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Starts the same with a client that waits for nothing. */
export async function behind(
  { host, password }: TestRegistry,
  rules: readonly FaultRule[],
  options: Partial<RegistryOptions> = {},
) {
  const front = await startFaultyRegistry(host, rules);
  const lines: string[] = [];
  const client = createRegistryClient({
    host: front.host,
    credentials: { user: "AWS", password },
    clock: { now: Date.now, wait: async () => {} },
    signal: new AbortController().signal,
    mask: () => {},
    log: { info: (line) => lines.push(line) },
    ...options,
  });
  return { ...front, client, lines };
}

export const first = (number: number) => number === 0;
export const always = () => true;

/** Responds with a status after it has read the request's body, as a normal registry does. */
export function answering(status: number, headers: Record<string, string> = {}, body = ""): Fault {
  return async ({ request, response }) => {
    request.resume();
    response.writeHead(status, headers).end(body);
  };
}

async function passOn(
  behind: string,
  request: IncomingMessage,
  response: ServerResponse,
  { bodyAfter, answerAfter }: Cut,
): Promise<void> {
  const [hostname, port] = behind.split(":");
  const { method, url, headers } = request;
  const outgoing = forward({ hostname, port, method, path: url, headers: { ...headers, host: behind } });
  const answered = new Promise<IncomingMessage>((resolve, reject) =>
    outgoing.on("response", resolve).on("error", reject),
  );
  const cut = Promise.withResolvers<never>();
  const sent = pipeline(request, holdAfter(bodyAfter, cut.reject), outgoing);
  const received = answered.then((answer) => {
    if (answerAfter === 0) throw new Error("cut");
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    return pipeline(answer, holdAfter(answerAfter, cut.reject), response);
  });
  try {
    // A registry may respond before it has read everything.
    await Promise.race([cut.promise, received, sent.then(() => received)]);
  } catch {
    for (const each of [outgoing, response, request]) each.destroy();
    await Promise.allSettled([sent, received]);
  }
}

/** Passes this many bytes and holds the rest. */
function holdAfter(bytes = Number.POSITIVE_INFINITY, onHold: (error: Error) => void): Transform {
  let left = bytes;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      this.push(chunk.subarray(0, left));
      left -= chunk.length;
      if (left > 0) done();
      else onHold(new Error("cut"));
    },
  });
}
