import * as core from "@actions/core";
import { systemClock } from "../../shared/clock.ts";
import { runAction } from "../../shared/run.ts";
import { createClients } from "./clients.ts";
import { deployAndReport } from "./deploy.ts";
import { readDeployInputs } from "./inputs.ts";

await runAction(async (signal) => {
  const inputs = readDeployInputs();
  await deployAndReport({ clients: createClients(), clock: systemClock, log: core, signal }, inputs);
});
