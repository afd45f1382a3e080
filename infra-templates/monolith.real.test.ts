import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { programOf, script } from "./monolith.support.ts";

test.each([
  ["the server's script", script],
  ["/opt/monolith/start", programOf("/opt/monolith/start")],
])("shellcheck reports nothing in %s", (_, input) => {
  const { status, stdout, error } = spawnSync("shellcheck", ["--shell=bash", "-"], {
    input,
    encoding: "utf8",
  });
  expect({ status, stdout, error }).toEqual({ status: 0, stdout: "", error: undefined });
});
