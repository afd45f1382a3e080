import type { InputReader } from "../core/inputs.ts";
import { didYouMean } from "../core/nearest-name.ts";
import { type Assertion, readAssertions } from "./assertions.ts";
import type { LoadPlan } from "./generate-load.ts";
import { isLinkLocal } from "./link-local.ts";

// With more, other limits apply: ports and file descriptors of one machine; a core's worth of requests.
const mostConnections = 5_000;
const mostPerSecond = 100_000;
/** GitHub ends a job on its runners after it: https://docs.github.com/en/actions/reference/limits */
const longestMs = 6 * 3_600_000;
const defaultConnections = 10;
const defaultDurationMs = 30_000;
/** Connections of an open loop: enough for a stall of seconds at usual rates. */
const maxConnections = 500;
const timeoutMs = 10_000;

/** Reads the inputs that describe a load and its assertions. */
export function readLoad(read: InputReader): { plan: LoadPlan; assertions: Assertion[] } {
  return { plan: readPlan(read), assertions: readAssertions(read) };
}

function readPlan(read: InputReader): LoadPlan {
  const durationMs = read.duration("duration") ?? defaultDurationMs;
  const warmUpMs = read.duration("warm-up") ?? 0;
  if (durationMs + warmUpMs > longestMs) read.problem("The load would last longer than 6 h");
  return {
    ...readLevel(read),
    durationMs,
    warmUpMs,
    spacing: read.choice("arrivals", ["constant", "poisson"], "constant"),
    maxConnections,
    urls: readTargets(read),
    timeoutMs,
  };
}

/** With a rate the loop is open, else closed. */
function readLevel(read: InputReader): Pick<LoadPlan, "loop" | "level"> {
  const share = readShare(read);
  const rate = readRate(read);
  if (rate !== undefined) {
    if (read.optional("connections"))
      read.problem("Inputs rate (open loop) and connections (closed loop) exclude each other: use only one");
    return { loop: "open", level: rate / share.of };
  }
  const whole = read.integer("connections", { min: 1, max: mostConnections, fallback: defaultConnections });
  const until = (number: number) => Math.floor((whole * number) / share.of);
  const connections = until(share.number) - until(share.number - 1);
  if (connections === 0) read.problem(`${whole} connections are not enough for ${share.of} generators`);
  return { loop: "closed", level: connections };
}

function readRate(read: InputReader): number | undefined {
  const text = read.optional("rate");
  if (text === undefined) return undefined;
  const rate = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (rate === 0 || rate > mostPerSecond)
    read.problem(
      `Input rate is "${text}"; expected a number of requests per second above 0, up to ${mostPerSecond}`,
    );
  return rate;
}

/** Reads `2/4`, the second of four generators; the whole when not given. */
function readShare(read: InputReader): { readonly number: number; readonly of: number } {
  const text = read.optional("share") ?? "1/1";
  const [, number = 0, of = 0] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (number >= 1 && number <= of) return { number, of };
  read.problem(
    `Input share is "${text}"; expected a share such as 1/4 (from 1/4 to 4/4 for four generators)`,
  );
  return { number: 1, of: 1 };
}

/** Reads the targets, each on an allowed host: a typing error must not send load to somebody else's. */
function readTargets(read: InputReader): URL[] {
  const allowed = readAllowedHosts(read);
  const lines = read.lines("targets");
  if (lines.length === 0) read.required("targets");
  const urls = lines.flatMap((line) => parseTarget(line, read.problem) ?? []);
  for (const [index, url] of urls.entries()) {
    const refusal = refusalOf(url, allowed);
    if (refusal) read.problem(refusal);
    if (urls.slice(0, index).some(({ href }) => href === url.href))
      read.problem(`Input targets has ${url.href} twice`);
  }
  return urls;
}

function parseTarget(line: string, problem: (sentence: string) => void): URL | undefined {
  const refuse = (why: string) => void problem(`Input targets has the line "${line}"; ${why}`);
  if (!/^https?:\/\/\S+$/i.test(line) || !URL.canParse(line))
    return refuse("expected a URL that begins with http:// or https://");
  const url = new URL(line);
  if (url.username || url.password)
    return void problem(
      `Input targets has credentials in the URL of ${url.host}; they are not allowed, because URLs are shown in logs`,
    );
  // No part of a request.
  url.hash = "";
  return url;
}

function readAllowedHosts(read: InputReader): string[] {
  const hosts = read.names("allowed-hosts").map((host) => host.toLowerCase());
  if (hosts.length === 0)
    read.problem(
      "Input allowed-hosts is required, but not set: it lists the hosts that you may load, so that a typing error in a target does not load the host of others",
    );
  for (const host of hosts)
    if (/[/*@?#\s]/.test(host) || !URL.canParse(`http://${host}/`))
      read.problem(
        `Input allowed-hosts has "${host}"; expected host or host:port, without scheme, path or pattern`,
      );
  return hosts;
}

/** An entry without a port allows every port of the host. */
function refusalOf({ hostname, host, port, protocol }: URL, allowed: readonly string[]): string | undefined {
  if (isLinkLocal(hostname))
    return `Target ${host} is not allowed: metadata services at such addresses return a machine's credentials`;
  const standardPort = protocol === "https:" ? 443 : 80;
  if ([hostname, `${hostname}:${port || standardPort}`].some((name) => allowed.includes(name)))
    return undefined;
  return `Target ${host} is not in allowed-hosts (${allowed.join(", ")})${didYouMean(host, allowed)}`;
}
