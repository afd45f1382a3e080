import { type BackEnd, backEnds, eachEngine } from "../back-ends.ts";
import type { Row } from "../row.ts";

const cancelledBy = (signal: "SIGINT" | "SIGTERM"): Row => ({
  fault: `cancelled by ${signal}`,
  backEnds: eachEngine,
  signal,
  ...underWay,
  expect: {
    status: "cancelled",
    production: "old",
    cause: new RegExp(`^Cancelled by ${signal}; .*deployment \\S+ is being stopped and rolled back`),
  },
});

/** Still starting its tasks, whenever the signal or the deadline comes: an hour of grace keeps health checks from ending it. */
const underWay = { fate: "slow", settings: { graceSeconds: 3_600 } };

/** A deployment that is not let go on. */
export const rowsOfEnds: readonly Row[] = [
  cancelledBy("SIGINT"),
  cancelledBy("SIGTERM"),
  {
    fault: "cancelled by SIGKILL",
    when: "so that the post step decides",
    backEnds: eachEngine,
    signal: "SIGKILL",
    ...underWay,
    expect: {
      status: undefined,
      production: "old",
      told: /::warning::The step ended before its deployment did\. .* is being stopped and rolled back/,
    },
  },
  {
    fault: "deadline passed",
    backEnds: backEnds.filter((each: BackEnd) => each !== "ECS linear"),
    ...underWay,
    inputs: { deadlineMs: 60_000 },
    expect: {
      status: "timed-out",
      production: "old",
      cause: /\(not done after 1 min; .*deployment \S+ .*; production still runs web:\d+\)$/,
      nextStep: /./,
    },
  },
];
