import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { getInput, info, notice, readState, saveState, setFailed, setOutput, warning } from "./runner.ts";

let folder: string;
let written: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runner-"));
  written = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    written += text;
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = undefined;
  rmSync(folder, { recursive: true });
});

test("inputs are found whatever their case, trimmed, and empty when not given", () => {
  vi.stubEnv("INPUT_WAIT-UNTIL", " complete\n");
  expect([getInput("wait-until"), getInput("none")]).toEqual(["complete", ""]);
});

test.each<[string, string, (name: string, value: string) => void]>([
  ["outputs", "GITHUB_OUTPUT", setOutput],
  ["states", "GITHUB_STATE", saveState],
])("%s are added to the runner's file, of several lines and with any text", (_, variable, write) => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  vi.stubEnv(variable, file);
  write("cause", "one\ntwo = EOF");
  write("cause", "");
  expect(readFileSync(file, "utf8")).toMatch(/^cause<<(\S+)\none\ntwo = EOF\n\1\ncause<<(\S+)\n\n\2\n$/);
});

test("outside of a runner outputs go nowhere", () => {
  vi.stubEnv("GITHUB_OUTPUT", "");
  setOutput("status", "succeeded");
  expect(written).toBe("");
});

test("what was kept is there in the post step", () => {
  vi.stubEnv("STATE_deployment", "d-1");
  expect([readState("deployment"), readState("none")]).toEqual(["d-1", ""]);
});

test("annotations keep their lines and per cent signs, and a failure is red", () => {
  info("5 % done");
  notice("50 %");
  warning("two\r\nlines");
  setFailed("no");
  expect(written).toBe("5 % done\n::notice::50 %25\n::warning::two%0D%0Alines\n::error::no\n");
  expect(process.exitCode).toBe(1);
});
