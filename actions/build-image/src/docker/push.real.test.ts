import { afterEach, expect, it } from "vitest";
import { fastClock } from "../../../core/fast-clock.support.ts";
import { always, answering, type FaultRule, first } from "../../../registry/faulty-registry.support.ts";
import { docker, useWorkshop, type Workshop } from "./docker.support.ts";

const workshop = await useWorkshop();
let registry: Awaited<ReturnType<Workshop["openFaulty"]>> | undefined;
afterEach(() => registry?.close());

let number = 0;
/** Builds and pushes to a registry that has these faults. */
async function pushThrough(rules: readonly FaultRule[]) {
  registry = await workshop.openFaulty(rules);
  const { destination } = registry;
  number += 1;
  const files = { Dockerfile: "FROM scratch\nCOPY number.txt /", "number.txt": `${number}` };
  return workshop.build(files, { inputs: { destination }, environment: { clock: fastClock } });
}

const manifest = { method: "PUT", path: /\/manifests\/source-/ };

it("pushes again when the registry has a fault", async () => {
  const built = await pushThrough([{ ...manifest, at: first, fault: answering(500) }]);
  expect(built.built).toBe(true);
  expect(workshop.lines()).toContainEqual(expect.stringMatching(/^The registry failed .*; pushing again/));
});

it("gives up when the registry keeps having faults, and leaves no image", async () => {
  await expect(pushThrough([{ ...manifest, at: always, fault: answering(503) }])).rejects.toMatchObject({
    message: expect.stringMatching(
      /^Could not push to 127\.0\.0\.1:\d+\/customer: .*503 Service Unavailable$/,
    ),
    nextStep: expect.stringContaining("run the job again"),
  });
  expect(await docker("images", "--quiet", registry?.uri ?? "")).toBe("");
});

it.each([
  [
    403,
    "DENIED",
    "User: arn:aws:iam::1:user/a is not authorized to perform: ecr:PutImage",
    "allow the job to push there",
  ],
  [404, "NAME_UNKNOWN", "The repository with name 'customer' does not exist", "create-repository"],
  [
    400,
    "TAG_INVALID",
    "The image tag already exists and cannot be overwritten because the repository is immutable",
    "run the job again",
  ],
])("says what to do when the registry refuses with %s %s", async (status, code, message, nextStep) => {
  const body = JSON.stringify({ errors: [{ code, message }] });
  const fault = answering(status, { "content-type": "application/json" }, body);
  await expect(pushThrough([{ ...manifest, at: always, fault }])).rejects.toMatchObject({
    message: expect.stringContaining("Could not push to "),
    nextStep: expect.stringContaining(nextStep),
  });
});
