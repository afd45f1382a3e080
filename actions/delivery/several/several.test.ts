import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parse } from "yaml";
import { createFleet } from "./several.support.ts";

const fleet = await createFleet(["worker", "mailer"]);
afterAll(() => fleet.close());

/** The README's example. */
const readme = readFileSync(join(import.meta.dirname, "../../deploy-service/README.md"), "utf8");
const [, block = ""] = /^## Several services\n[\s\S]*?```yaml\n([\s\S]*?)```/m.exec(readme) ?? [];
const [{ with: example }] = parse(block) as [{ with: Record<string, string> }];
const services = example.services?.trim() ?? "";

test("deploys one new revision to services of CodeDeploy and ECS, with one card", async () => {
  const { exitCode, errors, lines, outputs, summary } = await fleet.deployEntry("one", {
    ...{ services, "on-failure": example["on-failure"] ?? "" },
  });
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

/** The load balancer of `web` finds the new tasks unhealthy; the others have none. */
const failing = { services: "worker\nweb\nmailer", "max-parallel": "1" };

test("starts no other service after a failure, and lists what became of each", async () => {
  const before = await fleet.production("web", "worker", "mailer");
  const { exitCode, errors, outputs, summary, state } = await fleet.deployEntry("unhealthy", failing);
  expect(exitCode).toBe(1);
  const [web, worker, mailer] = await fleet.production("web", "worker", "mailer");
  expect([web, mailer]).toEqual([before[0], before[2]]);
  expect(worker).not.toBe(before[1]);
  expect(errors).toEqual([
    expect.stringMatching(
      /^web: .*\(1 service deployed: worker; 1 service not started: mailer; on-failure: stop\)/,
    ),
  ]);
  expect(outputs.status).toBe("rolled-back");
  expect(summary).toContain("| ➖ not started |");
  expect(state.STATE_deployment).toBe("");
});

test("rolls the green services back after a failure", async () => {
  await fleet.deployEntry("two", { services });
  const before = await fleet.production("web", "worker", "mailer");
  const { errors, outputs } = await fleet.deployEntry("unhealthy", {
    ...failing,
    "on-failure": "rollback-all",
  });
  expect(await fleet.production("web", "worker", "mailer")).toEqual(before);
  expect(errors).toEqual([
    expect.stringContaining("1 service rolled back: worker; 1 service not started: mailer"),
  ]);
  expect(JSON.parse(outputs.services ?? "")).toMatchObject([
    { service: "worker", rollback: { status: "succeeded", cause: "" } },
    { service: "web", status: "rolled-back" },
    { service: "mailer", status: "not-started" },
  ]);
});

test("reports the problems of all services before one changes", async () => {
  await fleet.addWorker("other", await fleet.registerOther());
  const { errors, summary, outputs } = await fleet.deployEntry("three", { services: "web\nother\nnone" });
  expect(errors).toEqual([
    expect.stringMatching(
      /^2 things to correct: other: it runs the family shop, .*; none: Cluster outside has no service none /,
    ),
  ]);
  expect(summary).toMatch(/^### ❌ 3 services: nothing was changed\n/);
  expect(outputs).toMatchObject({ changed: "false", "revision-after": "" });
});

test("shows a plan of each service, and one total", async () => {
  const { exitCode, summary, outputs } = await fleet.deployEntry("four", { services, mode: "plan" });
  expect(exitCode).toBe(0);
  expect(outputs).toMatchObject({ status: "planned", "has-changes": "true", changed: "false" });
  expect(outputs.diff).toMatch(/^worker: ~ containerDefinitions\[web\]\.environment\[VERSION\]\.value: /m);
  expect(summary).toMatch(
    /^### ✅ 3 services: all planned, nothing was changed\n\nIn total \$\d+\.\d\d a month/,
  );
  expect(summary.match(/<summary>\w+: planned, nothing was changed/g)).toHaveLength(3);
});
