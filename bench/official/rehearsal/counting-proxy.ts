import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { type AwsTime, toAwsTime } from "../clocks/aws-time.ts";

export interface CountingProxy {
  readonly endpoint: string;
  /** Names of the operations that were called, in their order. */
  readonly calls: readonly string[];
  close(): Promise<void>;
}

/**
 * Stands before the simulator's gateway: notes each call, and tells the times in AWS's answers on the clock that the
 * action has (the simulator leaves timestamps on the wall).
 */
export async function startCountingProxy(gateway: string, time: AwsTime): Promise<CountingProxy> {
  const calls: string[] = [];
  const server = createServer(async (incoming, outgoing) => {
    try {
      const body = await read(incoming);
      calls.push(operationOf(incoming, body));
      const answer = await passOn(gateway, incoming, body);
      const bytes = await read(answer);
      const { "content-length": _, "transfer-encoding": __, ...headers } = answer.headers;
      const isJson = headers["content-type"]?.includes("json");
      outgoing
        .writeHead(answer.statusCode ?? 502, headers)
        .end(isJson ? scaleTimes(bytes.toString(), time) : bytes);
    } catch {
      // The simulator cut the connection: so does what stands before it.
      outgoing.destroy();
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function passOn(gateway: string, incoming: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  const { method, headers, url = "/" } = incoming;
  const outgoing = request(new URL(url, gateway), method ? { method, headers } : { headers }).end(body);
  const [answer] = (await once(outgoing, "response")) as [IncomingMessage];
  return answer;
}

async function read(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** By the header of the JSON protocols, else by the form of the query protocol, else by its path. */
function operationOf({ headers, method, url }: IncomingMessage, body: Buffer): string {
  const target = headers["x-amz-target"];
  if (typeof target === "string") return target.slice(target.indexOf(".") + 1);
  return new URLSearchParams(body.toString()).get("Action") ?? `${method} ${url}`;
}

/** A day: what the JSON protocols send as seconds since the epoch, and nothing else, lies so near to now. */
const nearSeconds = 86_400;

export function scaleTimes(json: string, time: AwsTime): string {
  const epochSeconds = time.epoch / 1000;
  return json.replaceAll(/(?<=":\s*)\d{10}(?:\.\d+)?(?=\s*[,}\]])/g, (digits) =>
    Math.abs(Number(digits) - epochSeconds) < nearSeconds
      ? String(toAwsTime(time, Number(digits) * 1000) / 1000)
      : digits,
  );
}
