import { expect, it } from "vitest";
import { chooseTaskRuntime } from "./task-runtime.ts";

const noProblem = async () => undefined;
const noEngine = async () => "no engine answers";

it.each([
  { asked: undefined, find: noProblem, runtime: "docker", why: "Docker is available on this machine" },
  { asked: undefined, find: noEngine, runtime: "process", why: "no engine answers" },
  { asked: "process", find: noProblem, runtime: "process", why: "as --runtime says" },
  { asked: "docker", find: noProblem, runtime: "docker", why: "as --runtime says" },
] as const)("tasks run by $runtime when $asked is requested: $why", async ({ asked, find, ...chosen }) => {
  expect(await chooseTaskRuntime(asked, find)).toEqual(chosen);
});

it("requested containers are not replaced by another runtime", async () => {
  await expect(chooseTaskRuntime("docker", noEngine)).rejects.toThrow("--runtime docker: no engine answers");
});
