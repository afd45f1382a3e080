import { systemClock } from "../../shared/clock.ts";
import { createEcsClients } from "../../shared/ecs/world.ts";
import { runnerLog } from "../../shared/log.ts";
import { runAction } from "../../shared/run.ts";
import { readMeasureInputs } from "./inputs.ts";
import { measureScaling } from "./measure-scaling.ts";

await runAction(async (signal) => {
  const inputs = readMeasureInputs();
  await measureScaling({ clients: createEcsClients(), clock: systemClock, log: runnerLog, signal }, inputs);
});
