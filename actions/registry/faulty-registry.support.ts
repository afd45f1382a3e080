import { once } from "node:events";
import {
  createServer,
  request as forward,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import type { TestRegistry } from "@ecs-delivery/simulator/runtime/registry/test-registry.support";
import { onTestFinished } from "vitest";
import { createRegistryClient } from "./client.ts";
import type { RegistryOptions } from "./request.ts";

/** The front's treatment of a request instead of passing it on; it may still pass it on by `pass`. */
export type Fault = (exchange: FaultyExchange) => void | Promise<void>;

interface FaultyExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Passes the request to the registry. After so many bytes of the response, if given, both connections end. */
  readonly pass: (answerAfter?: number) => Promise<void>;
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
  const server = await listen(async (request, response) => {
    const { method = "", url = "" } = request;
    asked.push(`${method} ${url}`);
    const pass: FaultyExchange["pass"] = (cut) => passOn(behind, request, response, cut);
    const rule = rules.find((each) => {
      if (each.method !== method || !each.path.test(url)) return false;
      const number = counts.get(each) ?? 0;
      counts.set(each, number + 1);
      return each.at(number);
    });
    await (rule ? rule.fault({ request, response, pass }) : pass());
  });
  return { ...server, asked };
}

async function listen(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Starts a server for one test; returns its host. */
export async function serveForTest(listener: RequestListener): Promise<string> {
  const { host, close } = await listen(listener);
  onTestFinished(close);
  return host;
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
  answerAfter = Number.POSITIVE_INFINITY,
): Promise<void> {
  const [hostname, port] = behind.split(":");
  const { method, url, headers } = request;
  const outgoing = forward({ hostname, port, method, path: url, headers: { ...headers, host: behind } });
  const answered = once(outgoing, "response") as Promise<[IncomingMessage]>;
  try {
    // A registry may respond before it has read everything.
    pipeline(request, outgoing).catch(() => {});
    const [answer] = await answered;
    if (answerAfter === 0) throw new Error("cut");
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    await pipeline(answer, (content) => cutAfter(content, answerAfter), response);
  } catch {
    for (const each of [outgoing, response, request]) each.destroy();
  }
}

/** Fails after this many bytes. */
async function* cutAfter(content: AsyncIterable<Buffer>, bytes: number) {
  let left = bytes;
  for await (const chunk of content) {
    yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) throw new Error("cut");
  }
}
