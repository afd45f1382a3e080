import type { Account, Production, ServiceName } from "./account.ts";

/** Result of a release, compared with production before it. */
export interface Outcome {
  readonly green: boolean;
  readonly annotation: string;
  readonly log: string;
  /** AWS minutes from the start of the chain until its last step ended. */
  readonly minutes: number;
  readonly calls: number;
  readonly before: Production;
  /** State two AWS minutes later, when anything that was asked to stop has had time to do so. */
  readonly after: Production;
}

export interface Case {
  readonly name: string;
  /** Number of the defect in docs/benchmarks.md, which lists defects that users of the official actions report. */
  readonly defect?: number;
  readonly service: ServiceName;
  readonly version: "1" | "good" | "crash";
  readonly tag: "latest" | "absent";
  /** Inputs that both actions know by the same name. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly ourInputs?: Readonly<Record<string, string>>;
  readonly officialInputs?: Readonly<Record<string, string>>;
  readonly prepare?: (account: Account) => Promise<unknown>;
  /** The operation after which the job is cancelled. */
  readonly cancelAfter?: string;
  /** How many times faster than the official chain ours should be; undefined where the comparison means nothing. */
  readonly timesFaster?: number;
  /** The result that a user expects, in words and as a check. */
  readonly expected: string;
  readonly holds: (outcome: Outcome) => boolean;
}

const good = { service: "web", version: "good", tag: "latest" } as const;
const isGreen = ({ green }: Outcome) => green;
const tellsWhy = ({ green, annotation }: Outcome) =>
  !green && /cannot read the menu|exit(ed)?( with)? code:? 1\b/.test(annotation);

/** The deployment's part of the whole chain. */
export const untilTrafficShifted = "good release, until the traffic has shifted";

export const cases: readonly Case[] = [
  {
    ...good,
    name: untilTrafficShifted,
    ourInputs: { "wait-until": "traffic-shifted" },
    timesFaster: 3,
    expected: "green",
    holds: isGreen,
  },
  {
    ...good,
    name: "good release, until the old tasks are gone",
    timesFaster: 1,
    expected: "green",
    holds: isGreen,
  },
  {
    ...good,
    name: "desired-count 2 under CodeDeploy",
    defect: 3,
    inputs: { "desired-count": "2" },
    expected: "green with 2 tasks",
    holds: ({ green, after }) => green && after.desiredCount === 2,
  },
  {
    ...good,
    name: "crash at start",
    defect: 4,
    version: "crash",
    timesFaster: 3,
    expected: "red, with exit code or log line",
    holds: tellsWhy,
  },
  {
    ...good,
    name: "image missing",
    defect: 4,
    tag: "absent",
    expected: "red, naming the image, and no deployment left",
    holds: ({ green, annotation, after }) => !green && /absent/.test(annotation) && after.ongoing === 0,
  },
  {
    ...good,
    name: "service scaled to 0",
    defect: 6,
    prepare: ({ simulator }) =>
      simulator.aws.ecs.updateService({ cluster: "outside", service: "web", desiredCount: 0 }),
    expected: "red: no task tried the release",
    holds: ({ green }) => !green,
  },
  {
    ...good,
    name: "ECS rolls a crash back",
    defect: 7,
    service: "rolling",
    version: "crash",
    prepare: (account) => account.createRollingService(),
    expected: "red, with exit code or log line",
    holds: tellsWhy,
  },
  {
    ...good,
    name: "nothing changed",
    defect: 8,
    version: "1",
    expected: "green without a new revision",
    holds: ({ green, before, after }) => green && after.revisions === before.revisions,
  },
  {
    ...good,
    name: "canary of 15 minutes, wait-for-minutes 10",
    defect: 9,
    prepare: (account) =>
      account.changeGroup({ deploymentConfigName: "CodeDeployDefault.ECSCanary10Percent15Minutes" }),
    officialInputs: { "wait-for-minutes": "10" },
    expected: "green",
    holds: isGreen,
  },
  {
    ...good,
    name: "job cancelled",
    defect: 10,
    cancelAfter: "CreateDeployment",
    expected: "no deployment left",
    holds: ({ green, after }) => !green && after.ongoing === 0,
  },
  {
    ...good,
    name: "good release of a rolling service",
    service: "rolling",
    prepare: (account) => account.createRollingService(),
    expected: "green",
    holds: isGreen,
  },
];
