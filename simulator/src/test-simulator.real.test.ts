import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { testListenerPortOffset } from "./test-simulator.support.ts";

it("gives no two processes the same listener ports, and one process always the same", async () => {
  const module = join(import.meta.dirname, "test-simulator.support.ts");
  const script = `console.log((await import(process.argv[1])).testListenerPortOffset())`;
  const mine = testListenerPortOffset();
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--input-type=module",
    "-e",
    script,
    module,
  ]);
  expect(Number(stdout)).toBeGreaterThan(11_000);
  expect(Number(stdout)).not.toBe(mine);
  expect(testListenerPortOffset()).toBe(mine);
});
