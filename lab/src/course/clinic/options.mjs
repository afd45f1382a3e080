// @ts-check
// Read by the machine's own Node before anything is installed, as the lab's options are.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { defineOptions, Refusal } from "../../../../program/src/command-line.mjs";

export const clinicOptions = defineOptions({
  clinic: {
    value: "[NAME]",
    otherwise: "",
    help: "break the finished lab in one way, and repair it: with time, hints and points",
  },
  seed: {
    value: "TEXT",
    help: "with --clinic: chooses the faults; the same text, the same faults in the same order",
  },
});

/** Options that do not go with the clinic. */
const others = ["course", "once", "account", "chapters", "visitors"];

/**
 * @param {Record<string, any>} values
 * @param {string} project folder of this project or of its package
 */
export function checkClinicOptions({ clinic, seed, ...values }, project) {
  if (clinic === undefined && seed !== undefined)
    throw new Refusal("--seed goes with --clinic only. Fix: add --clinic");
  const given = clinic === undefined ? undefined : others.find((name) => values[name] !== undefined);
  if (given) throw new Refusal(`--${given} does not go with --clinic. Fix: leave one of them out`);
  if (clinic && seed !== undefined)
    throw new Refusal("--clinic with a name leaves nothing to choose by --seed. Fix: leave one of them out");
  if (clinic !== undefined && !existsSync(join(project, "services")))
    throw new Refusal(
      "--clinic delivers this project's own services, which its npm package does not have. Fix: npm run lab -- --clinic, in a clone of the project",
    );
}
