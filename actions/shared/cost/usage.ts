import { findDataPositions, parseData, readTextFile } from "../data-file.ts";
import { Failure } from "../failure.ts";
import { isObject } from "../task-definition.ts";

/** Keys of a profile of use, with their defaults. All are for a month, unless stated otherwise. */
export const usageKeys = {
  hours: {
    fallback: 730,
    meaning: "hours for which tasks, load balancer, database and gateways exist; a year has 12 × 730",
  },
  workstationHours: {
    fallback: 80,
    meaning: "hours for which the Cloud9 instance runs; it stops automatically when idle",
  },
  requests: { fallback: 100_000, meaning: "requests at the load balancer" },
  requestKb: { fallback: 1, meaning: "average size of a request, in KB" },
  responseKb: { fallback: 20, meaning: "average size of a response, in KB" },
  requestsPerConnection: { fallback: 5, meaning: "requests that a browser sends over one connection" },
  connectionSeconds: {
    fallback: 60,
    meaning: "seconds for which a connection stays open: the load balancer's idle time-out",
  },
  databaseGb: { fallback: 1, meaning: "data in the database, in GB" },
  databaseChangeGb: {
    fallback: 0.05,
    meaning: "data that changes in a day, in GB: what each further day of backups adds",
  },
  manualSnapshots: { fallback: 0, meaning: "manual snapshots of the database" },
  keptSnapshots: {
    fallback: 0,
    meaning: "snapshots of deleted databases (DeletionPolicy Snapshot)",
  },
  secretCalls: { fallback: 1_000, meaning: "reads of each secret; every start of a task is one" },
  logGb: { fallback: 1, meaning: "log data written to all log groups, in GB" },
  imageGb: { fallback: 0.5, meaning: "images kept in each repository, in GB" },
  natGb: {
    fallback: 5,
    meaning: "data through each NAT gateway, in GB: images, logs and secrets of private tasks",
  },
  endpointGb: { fallback: 5, meaning: "data through each interface endpoint, in GB" },
  bucketGb: { fallback: 0.1, meaning: "data in each bucket, in GB" },
  bucketWrites: { fallback: 1_000, meaning: "PUT, COPY, POST and LIST requests at each bucket" },
  bucketReads: { fallback: 1_000, meaning: "GET requests at each bucket" },
  pipelineRuns: {
    fallback: 20,
    meaning: "runs of each pipeline; a pipeline of type V1 without runs is free",
  },
  pipelineMinutes: {
    fallback: 8,
    meaning: "minutes of the actions of one run, each rounded up: two sources and a deployment",
  },
  codeCommitUsers: { fallback: 3, meaning: "people and roles that use CodeCommit" },
  instanceVolumeGb: {
    fallback: 8,
    meaning: "volume of an EC2 instance without one in its template, in GB: its image's",
  },
  workstationVolumeGb: { fallback: 10, meaning: "volume of the Cloud9 instance, in GB" },
  kmsCalls: { fallback: 1_000, meaning: "requests at each customer managed key" },
  containerInsightsMetrics: {
    fallback: undefined,
    meaning: "metrics that Container Insights sends; required if a template enables it",
  },
} as const satisfies {
  readonly [key: string]: { readonly fallback: number | undefined; readonly meaning: string };
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
  const numbers = Object.entries(usageKeys).map(([key, { fallback }]) => [key, value[key] ?? fallback]);
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
