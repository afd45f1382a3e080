import * as core from "@actions/core";
import { systemClock } from "../../shared/clock.ts";
import { createEcsClients } from "../../shared/ecs/world.ts";
import { runAction } from "../../shared/run.ts";
import { readMeasureInputs } from "./inputs.ts";
import { measureScaling } from "./measure-scaling.ts";

await runAction(async (signal) => {
  const inputs = readMeasureInputs();
  await measureScaling({ clients: createEcsClients(), clock: systemClock, log: core, signal }, inputs);
});
