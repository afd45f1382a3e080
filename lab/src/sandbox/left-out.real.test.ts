import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { writePrograms } from "./left-out.ts";

const cases = parse(readFileSync(new URL("left-out-cases.yaml", import.meta.url), "utf8")) as {
  run: string;
  leftOut?: string;
  prints?: string;
}[];

it.each(cases)("$run", async ({ run, leftOut, prints = "" }) => {
  const cwd = await mkdtemp(join(tmpdir(), "left-out-"));
  await using ends = new AsyncDisposableStack();
  ends.defer(() => rm(cwd, { recursive: true }));
  await mkdir(join(cwd, "real"));
  for (const name of ["npm", "terraform", "mvn", "rsync", "docker"])
    await writeFile(join(cwd, "real", name), `#!/bin/sh\necho real ${name} "$@"\n`, { mode: 0o755 });
  await writePrograms(join(cwd, "programs"), { gh: "#!/bin/sh\necho given\n" });
  const env = {
    PATH: `${cwd}/programs:${cwd}/real:${process.env.PATH}`,
    ECS_DELIVERY_LEFT_OUT: join(cwd, "left-out"),
    GIT_CONFIG_GLOBAL: join(cwd, "programs/gitconfig"),
  };
  await writeFile(env.ECS_DELIVERY_LEFT_OUT, "");
  const { stdout } = await promisify(execFile)("sh", ["-ec", run], { cwd, env });
  const lines = (await readFile(env.ECS_DELIVERY_LEFT_OUT, "utf8")).split("\n").filter(Boolean);
  expect(lines.map((line) => JSON.parse(line).what)).toEqual(leftOut ? [leftOut] : []);
  expect(stdout.trim()).toBe(prints);
});
