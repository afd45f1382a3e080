import { findDataPositions, parseData } from "../core/data-file.ts";
import { Failure } from "../core/failure.ts";
import { isObject } from "../core/is-object.ts";
import { readTextFile } from "../core/text-file.ts";

/** Keys of a profile of use, with default and meaning. All are for a month, unless stated otherwise. */
export const usageKeys = {
  hours: [730, "hours for which tasks, load balancer, database and gateways exist; a year has 12 × 730"],
  workstationHours: [80, "hours for which the Cloud9 instance runs; it stops automatically when idle"],
  requests: [100_000, "requests at the load balancer"],
  requestKb: [1, "average size of a request, in KB"],
  responseKb: [20, "average size of a response, in KB"],
  requestsPerConnection: [5, "requests that a browser sends over one connection"],
  connectionSeconds: [60, "seconds for which a connection stays open: the load balancer's idle time-out"],
  databaseGb: [1, "data in the database, in GB"],
  databaseChangeGb: [0.05, "data that changes in a day, in GB: what each further day of backups adds"],
  manualSnapshots: [0, "manual snapshots of the database"],
  keptSnapshots: [0, "snapshots of deleted databases (DeletionPolicy Snapshot)"],
  secretCalls: [1_000, "reads of each secret; every start of a task is one"],
  logGb: [1, "log data written to all log groups, in GB"],
  imageGb: [0.5, "images kept in each repository, in GB"],
  natGb: [5, "data through each NAT gateway, in GB: images, logs and secrets of private tasks"],
  endpointGb: [5, "data through each interface endpoint, in GB"],
  bucketGb: [0.1, "data in each bucket, in GB"],
  bucketWrites: [1_000, "PUT, COPY, POST and LIST requests at each bucket"],
  bucketReads: [1_000, "GET requests at each bucket"],
  pipelineRuns: [20, "runs of each pipeline; a pipeline of type V1 without runs is free"],
  pipelineMinutes: [8, "minutes of the actions of one run, each rounded up: two sources and a deployment"],
  codeCommitUsers: [3, "people and roles that use CodeCommit"],
  instanceVolumeGb: [8, "volume of an EC2 instance without one in its template, in GB: its image's"],
  workstationVolumeGb: [10, "volume of the Cloud9 instance, in GB"],
  kmsCalls: [1_000, "requests at each customer managed key"],
  containerInsightsMetrics: [
    undefined,
    "metrics that Container Insights sends; required if a template enables it",
  ],
} as const satisfies {
  readonly [key: string]: readonly [fallback: number | undefined, meaning: string];
};

type UsageKey = keyof typeof usageKeys;

export type Usage = { readonly [key in Exclude<UsageKey, "containerInsightsMetrics">]: number } & {
  readonly containerInsightsMetrics: number | undefined;
  /** Whether AWS's monthly free amounts are still unused in this account. */
  readonly alwaysFree: boolean;
};

/** The longest month. */
const mostHours = 744;
/** Divisors, which must not be zero. */
const positive: readonly string[] = ["hours", "requestsPerConnection"];

/** Reads the profile of use in a JSON or YAML file, completed with the defaults; only those without a file. */
export function readUsage(file: string | undefined): Usage {
  if (!file) return checkUsage({}, "usage", () => undefined);
  const text = readTextFile(file);
  return checkUsage(parseData(text, file), file, (key) => findDataPositions(text).lineOf([key]));
}

function checkUsage(value: unknown, file: string, lineOf: (key: string) => number | undefined): Usage {
  if (!isObject(value))
    throw new Failure(`${file} does not contain a JSON object of usage values`, {
      nextStep: "see the action's README.",
    });
  const problems = Object.entries(value).flatMap(([key, given]) => {
    const fault = faultOf(key, given);
    return fault ? [`${file}:${lineOf(key) ?? 1}: ${fault}`] : [];
  });
  if (problems.length > 0)
    throw new Failure(problems.join("; "), {
      nextStep: "correct the profile of use; nothing was estimated.",
    });
  const numbers = Object.entries(usageKeys).map(([key, [fallback]]) => [key, value[key] ?? fallback]);
  return { ...Object.fromEntries(numbers), alwaysFree: value.alwaysFree ?? true };
}

function faultOf(key: string, given: unknown): string | undefined {
  if (key === "alwaysFree")
    return typeof given === "boolean" ? undefined : "alwaysFree must be true or false";
  if (!Object.hasOwn(usageKeys, key))
    return `unknown key ${key}; allowed: ${[...Object.keys(usageKeys), "alwaysFree"].join(", ")}`;
  if (typeof given !== "number" || !Number.isFinite(given)) return `${key} must be a number`;
  if (given < 0) return `${key} is ${given}; it cannot be negative`;
  if (given === 0 && positive.includes(key)) return `${key} is 0; it must be more than 0`;
  if (/hours/i.test(key) && given > mostHours)
    return `${key} is ${given}; a month has at most ${mostHours} hours`;
  return undefined;
}
