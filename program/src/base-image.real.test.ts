import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasDocker } from "../../simulator/src/runtime/tasks/runtimes.support.ts";
import { makeNodeBase } from "./base-image.ts";
import { useFolder } from "./test-folder.support.ts";

const run = promisify(execFile);
const image = `node-base-${randomUUID()}`;
const folder = useFolder();
let base: string;

beforeAll(async () => {
  base = await makeNodeBase({ folder: join(folder, "base"), npm: true });
  await run("tar", ["--create", "--directory", base, "--file", join(folder, "base.tar"), "."]);
  await run("docker", ["import", join(folder, "base.tar"), image]);
});
afterAll(() => run("docker", ["image", "rm", "--force", image]));

async function runInside(...command: string[]): Promise<string> {
  const limits = ["--read-only", "--cap-drop", "ALL", "--user", "65532:65532", "--network", "none"];
  const { stdout } = await run("docker", ["run", "--rm", ...limits, image, ...command]);
  return stdout.trim();
}

describe.skipIf(!hasDocker)("a Node base, run by Docker", () => {
  it("runs this repository's Node as a user without rights, on a read-only root", async () => {
    expect(await runInside("node", "--print", "process.version")).toBe(process.version);
  });

  it("has users' names, resolves localhost and has a folder for temporary files", async () => {
    const program = `
      const { mode } = require("node:fs").statSync("/tmp");
      require("node:dns").lookup("localhost", (_, address) =>
        console.log([os.userInfo().username, address, (mode & 0o7777).toString(8)].join(" ")));`;
    expect(await runInside("node", "--eval", program)).toBe("node 127.0.0.1 1777");
  });

  it("runs npm without a shell", async () => {
    expect(await runInside("npm", "--version")).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it("has the same bytes when it is made again", async () => {
    const again = await makeNodeBase({ folder: join(folder, "again"), npm: true });
    await expect(run("diff", ["--recursive", base, again])).resolves.toMatchObject({ stdout: "" });
  });
});
