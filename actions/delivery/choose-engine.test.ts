import { expect, test } from "vitest";
import type { RunningService } from "../shared/ecs/service.ts";
import type { DeliveryContext } from "./context.ts";
import { chooseEngine } from "./deploy.ts";
import type { DeployInputs } from "./inputs.ts";

const inputs = { service: "web" } as DeployInputs;
const serviceWith = (controller: string) => ({ controller, service: {} }) as RunningService;

test.each(["CODE_DEPLOY", "ECS"])("chooses an engine for a service with the controller %s", (controller) => {
  expect(chooseEngine(serviceWith(controller), {} as DeliveryContext, inputs)).toHaveProperty("begin");
});

test("refuses a service with the controller EXTERNAL with an error that names it", () => {
  expect(() => chooseEngine(serviceWith("EXTERNAL"), {} as DeliveryContext, inputs)).toThrow(
    "Service web has the deployment controller EXTERNAL; this action deploys services with ECS or CODE_DEPLOY",
  );
});
