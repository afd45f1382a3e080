import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

it.each(["customer", "employee"])(
  "the check of %s before a deployment passes with Node alone",
  async (name) => {
    const cwd = join(import.meta.dirname, name);
    const { stdout } = await promisify(execFile)(process.execPath, ["--run", "test"], { cwd });
    expect(stdout).toMatch(/pass [1-9]/);
  },
);
