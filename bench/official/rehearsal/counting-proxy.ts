import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { type AwsTime, toAwsTime } from "../clocks/aws-time.ts";

export interface CountingProxy {
  readonly endpoint: string;
  /** Names of the called operations, in order. */
  readonly calls: readonly string[];
  close(): Promise<void>;
}

/**
 * A proxy before the simulator's gateway. It records each call, and converts the times in AWS's responses to the
 * action's clock (the simulator's timestamps are real time).
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
      // The simulator cut the connection, so the proxy cuts it too.
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

/**
 * Reads the operation from the header of the JSON protocols, else from the query protocol's form, else from the path.
 */
function operationOf({ headers, method, url }: IncomingMessage, body: Buffer): string {
  const target = headers["x-amz-target"];
  if (typeof target === "string") return target.slice(target.indexOf(".") + 1);
  return new URLSearchParams(body.toString()).get("Action") ?? `${method} ${url}`;
}

/** One day: only times, which the JSON protocols send as seconds since the epoch, are this close to now. */
const nearSeconds = 86_400;

export function scaleTimes(json: string, time: AwsTime): string {
  const epochSeconds = time.epoch / 1000;
  return json.replaceAll(/(?<=": ?)\d{10}(?:\.\d+)?(?= ?[,}\]])/g, (digits) =>
    Math.abs(Number(digits) - epochSeconds) < nearSeconds
      ? String(toAwsTime(time, Number(digits) * 1000) / 1000)
      : digits,
  );
}
