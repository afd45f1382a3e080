import { defineAction } from "../../core/define-action.ts";
import { checkLab } from "./check.ts";
import { readCheckInputs } from "./inputs.ts";
import { openLabOf } from "./lab.ts";
import { publish } from "./publish.ts";

await defineAction({
  inputs: readCheckInputs,
  context: (job) => job,
  run: ({ clock, signal }, inputs) => checkLab(openLabOf(inputs), { ...inputs, now: clock.now, signal }),
  publish: (report, inputs, { log }) => publish(report, inputs, log),
});
