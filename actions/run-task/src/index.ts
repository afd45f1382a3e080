import { systemClock } from "../../shared/clock.ts";
import { createEcsClients } from "../../shared/ecs/world.ts";
import { runnerLog } from "../../shared/log.ts";
import { runAction } from "../../shared/run.ts";
import { readRunInputs } from "./inputs.ts";
import { runAndReport } from "./run-task.ts";

await runAction(async (signal) => {
  const inputs = readRunInputs();
  await runAndReport({ clients: createEcsClients(), clock: systemClock, log: runnerLog, signal }, inputs);
});
