import type { TestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { createAccount } from "./create-account.ts";
import type { ExportDocument } from "./export-document.ts";
import type { Needs } from "./needs.ts";

/** Creates what a commit needs in a simulated account. */
export function createIn(simulator: TestSimulator, needs: Partial<Needs>, document?: ExportDocument) {
  const { AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "" } = simulator.environmentVariables;
  const keys = { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN: "" };
  const { endpoint } = simulator;
  const none = { services: [], tasks: [], repositories: [], roles: [], logGroups: [], secrets: [] };
  const place = { checkout: "", region: "us-east-1", account: "123456789012" };
  const others = { otherImages: [], values: [], templates: [] };
  const aws = { endpoint, region: place.region, keys };
  const whole = { ...place, ...none, ...others, ...needs };
  return simulator.clock.during(createAccount(aws, whole, document ? { export: document } : {}));
}
