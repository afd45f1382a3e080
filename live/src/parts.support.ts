import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { DeploymentPart, ServicePart, SidePart, TaskPart } from "./parts.ts";

/** Time of the examples. */
export const exampleNow = Date.UTC(2026, 10, 27, 12);

const before = { tag: "!before", resolve: (seconds: string) => exampleNow - Number(seconds) * 1000 };
const text = readFileSync(new URL("example-parts.yaml", import.meta.url), "utf8");
const examples = parse(text, { customTags: [before, "merge"] });

export function exampleTask(id: string, revision: string): TaskPart {
  return { id, revision, ...examples.task };
}

export function exampleSide(role: "blue" | "green", given: Partial<SidePart> = {}): SidePart {
  const { traffic, ...side } = examples.sides[role];
  const history = Array.from({ length: 40 }, (_, minute) => minute % 13);
  const failureHistory = Array.from({ length: 40 }, () => 0);
  return {
    ...side,
    tasks: [exampleTask(`${role}00000001`, side.revision.name)],
    traffic: { ...traffic, history, failureHistory },
    ...given,
  };
}

export function exampleService(name: string, given: Partial<ServicePart> = {}): ServicePart {
  return {
    ...examples.service,
    name,
    sides: [exampleSide("blue"), exampleSide("green")],
    events: [{ at: exampleNow - 5000, message: `(service ${name}) has reached a steady state.` }],
    ...given,
  };
}

export function exampleDeployment(service: string, given: Partial<DeploymentPart> = {}): DeploymentPart {
  return { ...examples.deployment, service, ...given };
}

/** Keys and values of a service and its deployment. */
export function exampleParts(): Record<string, unknown> {
  return {
    about: { region: "eu-west-3", timeScale: 1 },
    "service/production/web": exampleService("web"),
    "deployment/production/web/d-EXAMPLE01": exampleDeployment("web"),
    "stack/network": examples.stack,
    architecture: examples.architecture,
    cost: examples.cost,
  };
}
