import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { runQuietly } from "./quiet-task.mjs";

let written: string;
const { isTTY } = process.stderr;
beforeEach(() => {
  written = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    written += text;
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  process.stderr.isTTY = isTTY;
});

const node = (program: string) => [process.execPath, "--eval", program];
const noisy = "console.log('out'); console.error('warning')";

it("a program that succeeds is two lines without a terminal", async () => {
  process.stderr.isTTY = false;
  expect(await runQuietly("brewing", node(noisy))).toMatchObject({ succeeded: true });
  expect(written).toMatch(/^brewing …\nbrewing: done in \d+ s\n$/);
});

it("a program that succeeds is one line of a terminal, which shows the time", async () => {
  process.stderr.isTTY = true;
  await runQuietly("brewing", node(noisy));
  expect(written.split("\r\u001b[2K").at(1)).toBe("brewing … 0 s");
  expect(written).toMatch(/brewing: done in \d+ s\n$/);
  expect(written.split("\n")).toHaveLength(2);
});

it("the output of a program is returned when it fails", async () => {
  const { succeeded, output } = await runQuietly("brewing", node(`${noisy}; process.exit(3)`));
  expect(succeeded).toBe(false);
  expect(output.split("\n").sort()).toEqual(["out", "warning"]);
  expect(written).toMatch(/brewing: failed in \d+ s\n$/);
});

it("a program that cannot be started fails with the reason", async () => {
  expect(await runQuietly("brewing", ["no-such-program"])).toEqual({
    succeeded: false,
    output: "spawn no-such-program ENOENT",
  });
});
