import { parseData, readTextFile } from "../data-file.ts";
import { findDataPositions } from "../data-file-positions.ts";
import { Failure } from "../failure.ts";
import { isObject } from "../task-definition.ts";

/** What a profile of use may say, with what holds when it does not. All are for a month, unless told otherwise. */
export const usageKeys = {
  hours: {
    fallback: 730,
    tells: "hours for which tasks, load balancer, database and gateways exist; a year has 12 × 730",
  },
  workstationHours: {
    fallback: 80,
    tells: "hours for which the Cloud9 instance runs: it stops by itself when nobody works",
  },
  requests: { fallback: 100_000, tells: "requests at the load balancer" },
  requestKb: { fallback: 1, tells: "average size of a request, in KB" },
  responseKb: { fallback: 20, tells: "average size of a response, in KB" },
  requestsPerConnection: { fallback: 5, tells: "requests that a browser sends over one connection" },
  connectionSeconds: {
    fallback: 60,
    tells: "how long a connection stays open: the load balancer's idle time-out",
  },
  databaseGb: { fallback: 1, tells: "data in the database, in GB" },
  databaseChangeGb: {
    fallback: 0.05,
    tells: "data that changes in a day, in GB: what each further day of backups adds",
  },
  manualSnapshots: { fallback: 0, tells: "snapshots taken by hand and kept" },
  keptSnapshots: {
    fallback: 0,
    tells: "snapshots that deleted databases have left behind (DeletionPolicy Snapshot)",
  },
  secretCalls: { fallback: 1_000, tells: "reads of each secret: every start of a task is one" },
  logGb: { fallback: 1, tells: "log data written, in GB, by all log groups together" },
  imageGb: { fallback: 0.5, tells: "images kept in each repository, in GB" },
  natGb: {
    fallback: 5,
    tells: "data through each NAT gateway, in GB: images, logs and secrets of private tasks",
  },
  endpointGb: { fallback: 5, tells: "data through each interface endpoint, in GB" },
  bucketGb: { fallback: 0.1, tells: "data in each bucket, in GB" },
  bucketWrites: { fallback: 1_000, tells: "PUT, COPY, POST and LIST requests at each bucket" },
  bucketReads: { fallback: 1_000, tells: "GET requests at each bucket" },
  pipelineRuns: {
    fallback: 20,
    tells: "runs of each pipeline; without one a pipeline of type V1 costs nothing",
  },
  pipelineMinutes: {
    fallback: 8,
    tells: "minutes that the actions of one run take, each rounded up: two sources and a deployment",
  },
  codeCommitUsers: { fallback: 3, tells: "people and roles that reach CodeCommit" },
  instanceVolumeGb: {
    fallback: 8,
    tells: "volume of an EC2 instance whose template names none, in GB: what its image has",
  },
  workstationVolumeGb: { fallback: 10, tells: "volume of the Cloud9 instance, in GB" },
  kmsCalls: { fallback: 1_000, tells: "requests at each customer managed key" },
  containerInsightsMetrics: {
    fallback: undefined,
    tells: "metrics that Container Insights sends; to be given where a template switches it on",
  },
} as const satisfies {
  readonly [key: string]: { readonly fallback: number | undefined; readonly tells: string };
};

export type UsageKey = keyof typeof usageKeys;

export type Usage = { readonly [key in Exclude<UsageKey, "containerInsightsMetrics">]: number } & {
  readonly containerInsightsMetrics: number | undefined;
  /** Whether what AWS gives every account every month for ever is still unused in this one. */
  readonly alwaysFree: boolean;
};

/** The longest month. */
const mostHours = 744;
/** Divisors: with zero there is no answer. */
const positive: readonly string[] = ["hours", "requestsPerConnection"];

/** The profile of use in a JSON or YAML file, completed with the fallbacks; those alone without a file. */
export function readUsage(file: string | undefined): Usage {
  if (!file) return checkUsage({}, "usage", () => undefined);
  const text = readTextFile(file);
  return checkUsage(parseData(text, file), file, (key) => findDataPositions(text).lineOf([key]));
}

function checkUsage(value: unknown, file: string, lineOf: (key: string) => number | undefined): Usage {
  if (!isObject(value))
    throw new Failure(`${file} holds no object of usage`, { nextStep: "see the action's README." });
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
    return `there is no ${key}; known are ${[...Object.keys(usageKeys), "alwaysFree"].join(", ")}`;
  if (typeof given !== "number" || !Number.isFinite(given)) return `${key} must be a number`;
  if (given < 0) return `${key} is ${given}; it cannot be negative`;
  if (given === 0 && positive.includes(key)) return `${key} is 0; it must be more`;
  if (/hours/i.test(key) && given > mostHours)
    return `${key} is ${given}; a month has at most ${mostHours} hours`;
  return undefined;
}
