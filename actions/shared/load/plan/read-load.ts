import type { InputReader } from "../../inputs.ts";
import { type Assertion, readAssertions, refuseUnknownScopes } from "../assertions.ts";
import type { LoadPlan } from "../generate-load.ts";
import type { LoadStage } from "../report.ts";
import { highestLevel, totalMs } from "../stages.ts";
import { readRequest } from "./read-request.ts";
import { parseShare, shareOf } from "./share.ts";
import { parseStage } from "./stage-lines.ts";
import { parseStatuses } from "./statuses.ts";
import { readTargets } from "./target-lines.ts";

export interface Load {
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
    plan.targets.map(({ url }) => url.href),
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
    targets: readTargets(read),
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
