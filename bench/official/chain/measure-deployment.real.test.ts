import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { testListenerPortOffset } from "@ecs-delivery/simulator/test-simulator.support";
import { expect, it, test } from "vitest";
import { deployWith, figuresOf } from "./measure-deployment.ts";

const folder = useFolder();
const red = join(folder, "red.mjs");
writeFileSync(red, 'console.log("::error::no such file"); process.exitCode = 1;');
const nothing = join(folder, "nothing.mjs");
writeFileSync(nothing, "");

const ours = (action: string) => resolve("actions", action, "dist/index.js");
const chain = { render: ours("render-task-definition"), deploy: ours("deploy-service") };
const deploy = (changed: Partial<typeof chain>) =>
  deployWith({ ...chain, ...changed }, testListenerPortOffset(), { "wait-until": "traffic-shifted" }, 150);

it("times a chain that brings the new version to production", async () => {
  expect(await deploy({})).toBeGreaterThan(0);
});

it.each([
  ["a red step", { render: red }, "::error::no such file"],
  [
    "a chain that deploys nothing",
    { deploy: nothing },
    'production serves "1" after the deployment, not "2"',
  ],
])("rejects %s", async (_, changed, message) => {
  await expect(deploy(changed)).rejects.toThrow(message);
});

test("the whole chain is the build and the deployment; without Docker the deployment alone is compared", () => {
  const rows = figuresOf({ ours: 1, peer: 2 }, { ours: 99, peer: 298 });
  expect(rows.map(({ ours, peer, ratio, held }) => [ours, peer.value, ratio, held])).toEqual([
    [1, 2, 2, true],
    [99, 298, 3.01, true],
    [100, 300, 3, true],
  ]);
  expect(figuresOf(undefined, { ours: 99, peer: 296 })).toMatchObject([{ ours: 99, held: false }]);
});
