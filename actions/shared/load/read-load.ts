import { parseDuration } from "../duration.ts";
import type { InputReader } from "../inputs.ts";
import { didYouMean } from "../nearest-name.ts";
import { highestLevel, totalMs } from "./arrivals.ts";
import { type Assertion, readAssertions, refuseUnknownScopes } from "./assertions.ts";
import type { LoadRequest } from "./connection.ts";
import type { LoadPlan } from "./generate-load.ts";
import { isLinkLocal } from "./link-local.ts";
import type { LoadStage } from "./report.ts";

interface Load {
  readonly plan: LoadPlan;
  /** Assertions about the whole or targets of the plan. */
  readonly assertions: readonly Assertion[];
}

// With more, other limits apply: ports and file descriptors of one machine; a core's worth of requests.
const mostConnections = 5_000;
const mostPerSecond = 100_000;
/** GitHub ends a job on its runners after it: https://docs.github.com/en/actions/reference/limits */
const longestMs = 6 * 3_600_000;
const defaultConnections = 10;
const defaultDurationMs = 30_000;

/** Reads the inputs that describe a load and its assertions. */
export function readLoad(read: InputReader): Load {
  const assertions = readAssertions(read);
  const plan = readPlan(read);
  refuseUnknownScopes(
    assertions,
    plan.urls.map(({ href }) => href),
    read.problem,
  );
  return { plan, assertions };
}

function readPlan(read: InputReader): LoadPlan {
  const loop = read.choice("loop", ["closed", "open"], "closed");
  const stages = readStages(read, loop);
  const warmUpMs = read.duration("warm-up") ?? 0;
  if (warmUpMs > 0 && stages[0]?.from === 0)
    read.problem("Input warm-up needs a first stage that begins above 0: the warm-up is sent at that level");
  if (totalMs(stages) + warmUpMs > longestMs) read.problem("The load would last longer than 6 h");
  return {
    loop,
    stages,
    warmUpMs,
    spacing: read.choice("arrivals", ["constant", "poisson"], "constant"),
    maxConnections: read.integer("max-connections", { min: 1, max: mostConnections, fallback: 500 }),
    urls: readTargets(read),
    request: readRequest(read),
    expected: parseStatuses(read.optional("expect-status") ?? "2xx", read.problem),
  };
}

function readStages(read: InputReader, loop: LoadPlan["loop"]): LoadStage[] {
  const other = loop === "closed" ? "rate" : "connections";
  if (read.optional(other))
    read.problem(
      `Input ${other} works with ${loop === "closed" ? "an open" : "a closed"} loop only, and loop is ${loop}`,
    );
  const lines = read.lines("stages");
  const share = parseShare(read.optional("share"), read.problem);
  const whole = lines.length > 0 ? readStageLines(read, loop, lines) : [readOneStage(read, loop)];
  const most = loop === "closed" ? mostConnections : mostPerSecond;
  if (highestLevel(whole) > most)
    read.problem(
      `A ${loop} loop goes up to ${most} ${loop === "closed" ? "connections" : "requests per second"}`,
    );
  const stages = shareOf(whole, share, loop);
  if (highestLevel(stages) === 0) read.problem("There is no load: no stage has a level above 0");
  return stages;
}

function readStageLines(read: InputReader, loop: LoadPlan["loop"], lines: readonly string[]): LoadStage[] {
  for (const name of ["duration", "connections", "rate"])
    if (read.optional(name)) read.problem(`Inputs stages and ${name} exclude each other: use only one`);
  return lines.flatMap((line) => parseStage(line, loop, read.problem) ?? []);
}

function readOneStage(read: InputReader, loop: LoadPlan["loop"]): LoadStage {
  const durationMs = read.duration("duration") ?? defaultDurationMs;
  const level = loop === "closed" ? readConnections(read) : readRate(read);
  return { durationMs, from: level, to: level };
}

function readConnections(read: InputReader): number {
  return read.integer("connections", { min: 1, max: mostConnections, fallback: defaultConnections });
}

function readRate(read: InputReader): number {
  const text = read.optional("rate");
  const rate = text && /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (text === undefined) read.problem("Input rate or stages is required for an open loop");
  else if (rate === 0)
    read.problem(`Input rate is "${text}"; expected a number of requests per second above 0`);
  // Any number but 0 avoids a second problem for the same input.
  return rate || 1;
}

/** The `number`th of `of` generators, counted from 1. */
interface Share {
  readonly number: number;
  readonly of: number;
}

const whole: Share = { number: 1, of: 1 };

/** Parses `2/4`; the whole when not given. */
function parseShare(text: string | undefined, problem: (sentence: string) => void): Share {
  if (text === undefined) return whole;
  const [, number = 0, of = 0] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (number >= 1 && number <= of) return { number, of };
  problem(`Input share is "${text}"; expected a share such as 1/4 (from 1/4 to 4/4 for four generators)`);
  return whole;
}

/**
 * Returns each generator's part of the levels, which add up to the whole: a rate is divided, connections are
 * distributed. The same generators get one more in every stage.
 */
function shareOf(stages: readonly LoadStage[], { number, of }: Share, loop: "closed" | "open"): LoadStage[] {
  const part = (level: number) =>
    loop === "open"
      ? level / of
      : Math.floor((level * number) / of) - Math.floor((level * (number - 1)) / of);
  return stages.map(({ durationMs, from, to }) => ({ durationMs, from: part(from), to: part(to) }));
}

/**
 * Parses `30s 50`, or the ramp `10s 0..200`; levels of a closed loop are whole. Returns undefined, after a problem, for
 * another line.
 */
function parseStage(
  line: string,
  loop: "closed" | "open",
  problem: (sentence: string) => void,
): LoadStage | undefined {
  const [, time = "", from = "", to = from] =
    /^(\S+)\s+(\d+(?:\.\d+)?)(?:\.\.(\d+(?:\.\d+)?))?$/.exec(line) ?? [];
  const durationMs = parseDuration(time);
  const levels = [Number(from), Number(to)] as const;
  if (from === "" || durationMs === undefined)
    problem(
      `Input stages has the line "${line}"; expected a duration and a level, such as 30s 50 or 10s 0..200`,
    );
  else if (loop === "closed" && !levels.every(Number.isInteger))
    problem(`Input stages has the line "${line}"; a number of connections must be whole`);
  else return { durationMs, from: levels[0], to: levels[1] };
  return undefined;
}

/** Returns a function that accepts the statuses of `200,304` or `2xx`. */
function parseStatuses(text: string, problem: (sentence: string) => void): (status: number) => boolean {
  const accepted = text.split(",").map((part) => part.trim());
  for (const part of accepted)
    if (!/^[1-5](\d\d|xx)$/.test(part))
      problem(`Input expect-status has "${part}"; expected a status such as 200 or a class such as 2xx`);
  return (status) => accepted.includes(String(status)) || accepted.includes(`${Math.floor(status / 100)}xx`);
}

const defaultTimeoutMs = 10_000;
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

function readRequest(read: InputReader): LoadRequest {
  const method = read.choice("method", methods, "GET");
  const body = read.optional("body");
  if (body && (method === "GET" || method === "HEAD")) read.problem(`A ${method} request has no body`);
  return {
    method,
    // Firewalls such as AWS WAF's common rules refuse requests without one.
    headers: { "user-agent": "run-load-test", ...readHeaders(read) },
    body,
    timeoutMs: read.duration("timeout") ?? defaultTimeoutMs,
  };
}

/** A name is a token of RFC 9110; a value may be secret and is not shown. */
const headerLine = /^([!#$%&'*+.^_`|~\w-]+):([\x20-\x7e\t]*)$/;
/** Headers that belong to the connection. */
const reservedHeaders = [
  "connection",
  "content-length",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
  "expect",
];

function readHeaders(read: InputReader): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { number, text } of read.numberedLines("headers")) {
    const [, name = "", value = ""] = headerLine.exec(text) ?? [];
    if (!name) read.problem(`Input headers, line ${number}: expected a line of the form Name: value`);
    else if (reservedHeaders.includes(name.toLowerCase()))
      read.problem(`Input headers, line ${number}: ${name} is set by the connection itself`);
    else if (name.toLowerCase() in headers) read.problem(`Input headers gives ${name} twice`);
    else headers[name.toLowerCase()] = value.trim();
  }
  return headers;
}

/** Reads the targets, each on an allowed host: a typing error must not send load to somebody else's. */
function readTargets(read: InputReader): URL[] {
  const allowed = readAllowedHosts(read);
  const lines = read.lines("targets");
  if (lines.length === 0) read.problem("Input targets is required, but not set");
  const urls = lines.flatMap((line) => parseTarget(line, read.problem) ?? []);
  for (const url of urls) {
    const refusal = refusalOf(url, allowed);
    if (refusal) read.problem(refusal);
  }
  const addresses = urls.map(({ href }) => href);
  for (const address of new Set(addresses.filter((each, index) => addresses.indexOf(each) !== index)))
    read.problem(`Input targets has ${address} twice`);
  return urls;
}

function parseTarget(line: string, problem: (sentence: string) => void): URL | undefined {
  const refuse = (why: string) => void problem(`Input targets has the line "${line}"; ${why}`);
  if (!/^https?:\/\/\S+$/i.test(line) || !URL.canParse(line))
    return refuse("expected a URL that begins with http:// or https://");
  const url = new URL(line);
  if (url.username || url.password)
    return refuse("a URL with credentials is not allowed, because it is shown in logs");
  // No part of a request.
  url.hash = "";
  return url;
}

function readAllowedHosts(read: InputReader): string[] {
  const entries = read.lines("allowed-hosts").flatMap((line) => line.split(","));
  const hosts = entries.map((entry) => entry.trim().toLowerCase()).filter(Boolean);
  if (hosts.length === 0)
    read.problem(
      "Input allowed-hosts is required, but not set: it lists the hosts that you may load, so that a typing error in a target does not load the host of others",
    );
  for (const host of hosts)
    if (!isHost(host))
      read.problem(
        host.includes("*")
          ? `Input allowed-hosts has "${host}"; list each host, as a pattern could also allow hosts of others`
          : `Input allowed-hosts has "${host}"; expected host or host:port, without scheme or path`,
      );
  return hosts;
}

function isHost(entry: string): boolean {
  return !/[/*@?#\s]/.test(entry) && URL.canParse(`http://${entry}/`);
}

/** An entry without a port allows every port of the host. */
function refusalOf({ hostname, host, port, protocol }: URL, allowed: readonly string[]): string | undefined {
  if (isLinkLocal(hostname))
    return `Target ${host} is not allowed: metadata services at such addresses return a machine's credentials`;
  const standardPort = protocol === "https:" ? 443 : 80;
  const names = [hostname, host, `${hostname}:${port || standardPort}`];
  if (names.some((name) => allowed.includes(name))) return undefined;
  return `Target ${host} is not in allowed-hosts (${allowed.join(", ")})${didYouMean(host, allowed)}`;
}
