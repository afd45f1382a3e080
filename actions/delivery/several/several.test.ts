import { afterAll, expect, test } from "vitest";
import { createFleet } from "./several.support.ts";

const fleet = await createFleet(["worker", "mailer"]);
afterAll(() => fleet.close());

const services = "web\nworker\nmailer";

test("deploys one new revision to services of CodeDeploy and ECS, with one card", async () => {
  const { exitCode, errors, lines, outputs, summary } = await fleet.deployEntry("one", { services });
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: [] });
  expect(await fleet.production("web", "worker", "mailer")).toEqual(["web:3", "web:3", "web:3"]);
  expect(lines.filter((line) => line === "Registered web:3.")).toHaveLength(1);
  expect(lines).toContain("mailer: mailer runs web:3.");
  expect(outputs).toMatchObject({ status: "traffic-shifted", changed: "true", "has-changes": "true" });
  expect(JSON.parse(outputs.services ?? "")).toMatchObject([
    { service: "web", status: "traffic-shifted", deploymentId: expect.stringMatching(/^d-/) },
    { service: "worker", deploymentId: expect.stringMatching(/service-deployment/), cause: "" },
    { service: "mailer", revisionBefore: expect.stringMatching(/web:1$/) },
  ]);
  expect(summary).toMatch(/^### ✅ web:3 \(one\) for 3 services: all traffic-shifted after /);
  expect(summary).toMatch(/\| \[worker\]\(\S+\) \| ✅ traffic-shifted \| web:1 \| web:3 \| \d/);
});
