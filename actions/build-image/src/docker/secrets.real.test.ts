import { createHash } from "node:crypto";
import { chmod, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { inspect, pushNodeBase, run, useWorkshop } from "./docker.support.ts";
import type { BuildSecret } from "./inputs.ts";

const workshop = await useWorkshop();
let base: string;
beforeAll(async () => {
  base = await pushNodeBase(workshop);
});
afterEach(() => vi.unstubAllEnvs());

/** Puts a docker on the PATH that records its calls and runs the real one. */
async function recordDocker(): Promise<() => Promise<string>> {
  const { stdout: real } = await run("sh", ["-c", "command -v docker"]);
  const folder = join(workshop.folder, "recording");
  const record = join(folder, "record");
  const script = `#!/bin/sh
    tr '\\0' '\\n' </proc/$$/cmdline >>${record}
    stat --format='%a %n' "$DOCKER_CONFIG" "$DOCKER_CONFIG/config.json" >>${record}
    exec ${real.trim()} "$@"`;
  await mkdir(folder);
  await writeFile(join(folder, "docker"), script);
  await chmod(join(folder, "docker"), 0o755);
  vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
  return () => readFile(record, "utf8");
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

it("passes secrets to a step, and shows them nowhere in processes, image, log or folders", async () => {
  const recorded = await recordDocker();
  const value = "s3cr3t=of\nseveral, lines";
  const file = join(workshop.folder, 'a, "quoted" file');
  await writeFile(file, "s3cr3t of a file");
  const built = await workshop.build(
    {
      Dockerfile: [
        `FROM ${base}`,
        "COPY check.js /",
        'RUN --mount=type=secret,id=token --mount=type=secret,id=file ["node", "/check.js"]',
      ].join("\n"),
      "check.js": `for (const [id, digest] of [["token", "${sha256(value)}"], ["file", "${sha256("s3cr3t of a file")}"]])
        if (require("node:crypto").hash("sha256", require("node:fs").readFileSync("/run/secrets/" + id)) !== digest)
          process.exit(1);`,
    },
    {
      docker: {
        secrets: new Map<string, BuildSecret>([
          ["token", { value }],
          ["file", { file }],
        ]),
      },
    },
  );
  expect(workshop.secrets()).toContain(value);
  const record = await recorded();
  expect(record).toContain("\nid=token,env=");
  const password = workshop.secrets().filter((secret) => secret !== value);
  expect(password.length).toBeGreaterThan(0);
  const seen = [record, workshop.lines().join("\n"), JSON.stringify(await inspect(workshop, built))].join(
    "\n",
  );
  for (const secret of ["s3cr3t", ...password]) expect(seen).not.toContain(secret);

  expect(record).toMatch(/^700 \/\S+\/docker\n600 \/\S+\/docker\/config\.json$/m);
  const [, folder = ""] = /^700 (\S+)$/m.exec(record) ?? [];
  await expect(stat(folder)).rejects.toThrow("ENOENT");
});

it("does not build again when a secret has another value", async () => {
  const files = { Dockerfile: "FROM scratch\nCOPY Dockerfile /" };
  const withToken = (value: string) => ({ docker: { secrets: new Map([["token", { value }]]) } });
  const before = await workshop.readSource(files, withToken("one"));
  expect(await workshop.readSource(files, withToken("two"))).toBe(before);
});
