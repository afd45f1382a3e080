import * as core from "@actions/core";
import { systemClock } from "../../shared/clock.ts";
import { createEcsClients } from "../../shared/ecs/world.ts";
import { runAction } from "../../shared/run.ts";
import { readRunInputs } from "./inputs.ts";
import { runAndReport } from "./run-task.ts";

await runAction(async (signal) => {
  const inputs = readRunInputs();
  await runAndReport({ clients: createEcsClients(), clock: systemClock, log: core, signal }, inputs);
});
