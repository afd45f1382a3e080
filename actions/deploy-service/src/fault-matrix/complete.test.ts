import { expect, test } from "vitest";
import { eachEngine } from "./back-ends.ts";
import { notShown } from "./not-shown.ts";
import { faults } from "./row.ts";
import { rows } from "./rows.ts";

const cells = faults.flatMap((fault) => eachEngine.map((backEnd) => [fault, backEnd] as const));

test.each(cells)("%s has a row for %s, or a reason why not", (fault, backEnd) => {
  const played = rows.some((row) => row.fault === fault && row.backEnds.includes(backEnd));
  const excused = notShown.some((each) => each.fault === fault && each.backEnds.includes(backEnd));
  expect({ played, excused }).toEqual({ played: !excused, excused });
});

test.each(rows.map((row) => [[row.fault, row.when].filter(Boolean).join(", "), row] as const))(
  "%s: a red end has a cause and a next step",
  (_, { expect: { status, cause, nextStep } }) => {
    const red = status !== undefined && status !== "succeeded";
    expect({ cause: cause !== undefined, nextStep: nextStep !== undefined }).toEqual({
      cause: red,
      nextStep: red,
    });
  },
);
