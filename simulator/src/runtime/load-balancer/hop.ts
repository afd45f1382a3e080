import { type ServerResponse, STATUS_CODES } from "node:http";
import { type Clock, passes } from "../../clock.ts";
import type { Network } from "../network.ts";
import { connectTimeoutMs, type PoolMember, type TargetPool } from "./target-pool.ts";
import type { TrafficMeter } from "./traffic-meter.ts";

export interface ForwardContext {
  readonly network: Network;
  readonly clock: Pick<Clock, "wait">;
  /** Whether the packets of a new connection to the target are dropped. */
  readonly isTargetClosed: (target: PoolMember) => boolean;
  /** The listener's port as the API reports it. */
  readonly listenerPort: number;
  /** Milliseconds of real time for which either connection may be silent. */
  readonly idleTimeout: number;
  /** Meter of the listener. */
  readonly meter: TrafficMeter;
}

/** The step from the load balancer to the chosen target. */
export interface Hop {
  readonly pool: TargetPool;
  readonly member: PoolMember;
  readonly context: ForwardContext;
}

/** Chooses a target; only a request with a target is counted (CloudWatch's RequestCount). */
export function countChosen(pool: TargetPool | undefined, { meter }: ForwardContext): PoolMember | undefined {
  const member = pool?.next();
  if (pool === undefined || member === undefined) return undefined;
  meter.countRequest();
  pool.meter.countRequest();
  return member;
}

/** Counts the target's response, and its time since the request was sent. */
export function countAnswer({ pool, context }: Hop, status: number, startedAt: number): void {
  const milliseconds = performance.now() - startedAt;
  context.meter.countTargetAnswer(status, milliseconds);
  pool.meter.countTargetAnswer(status, milliseconds);
}

/** Responds with the load balancer's own page and counts it. */
export function fail(response: ServerResponse, status: number, { meter }: ForwardContext): void {
  if (!response.headersSent) meter.countErrorPage(status);
  sendErrorPage(response, status);
}

/** Responds as for a target that drops packets: when the time to connect to it has passed. */
export async function timeOut(response: ServerResponse, { context }: Hop): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  // The rest of a request's body goes nowhere.
  response.req.resume();
  if (await passes(context.clock.wait(connectTimeoutMs, gone.signal))) fail(response, 504, context);
}

/** Server name in an Application Load Balancer's own responses. */
const serverName = "awselb/2.0";

/** Wording of the load balancer's own pages, if it differs from the reason phrases of RFC 9110. */
const titles: Record<number, string> = {
  405: "Not Allowed",
  408: "Request Time-out",
  503: "Service Temporarily Unavailable",
  504: "Gateway Time-out",
};

function titleOf(status: number): string {
  return `${status} ${titles[status] ?? STATUS_CODES[status]}`;
}

function errorPage(status: number): string {
  const title = titleOf(status);
  return [
    "<html>",
    `<head><title>${title}</title></head>`,
    "<body>",
    `<center><h1>${title}</h1></center>`,
    "</body>",
    "</html>",
    "",
  ].join("\r\n");
}

/** Responds with the load balancer's own page, or cuts the connection when a response has already begun. */
function sendErrorPage(response: ServerResponse, status: number): void {
  if (response.headersSent) return void response.destroy();
  sendAnswer(response, { status, contentType: "text/html", body: errorPage(status) });
}

export interface Answer {
  readonly status: number;
  readonly contentType?: string;
  readonly body?: string;
}

export function sendAnswer(response: ServerResponse, answer: Answer): void {
  const body = Buffer.from(answer.body ?? "");
  const headers = ["Server", serverName, "Content-Length", String(body.length)];
  if (answer.contentType !== undefined) headers.push("Content-Type", answer.contentType);
  // The rest of an incomplete body would be read as the next request.
  if (!response.req.complete) headers.push("Connection", "close");
  response.writeHead(answer.status, titleOf(answer.status).slice("503 ".length), headers);
  response.end(body);
}

/** Returns the page as bytes on the wire, for a connection whose request could not be read. */
export function rawErrorPage(status: number): string {
  const page = errorPage(status);
  return [
    `HTTP/1.1 ${titleOf(status)}`,
    `Server: ${serverName}`,
    `Date: ${new Date().toUTCString()}`,
    "Content-Type: text/html",
    `Content-Length: ${page.length}`,
    "Connection: close",
    "",
    page,
  ].join("\r\n");
}
