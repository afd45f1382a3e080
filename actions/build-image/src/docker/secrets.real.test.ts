import { chmod, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { inspect, pushNodeBase, run, useWorkshop } from "./docker.support.ts";

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

it("passes a secret to a step, and shows it nowhere in processes, image, log or folders", async () => {
  const recorded = await recordDocker();
  const file = join(workshop.folder, 'a, "quoted" file');
  await writeFile(file, "s3cr3t of a file");
  const built = await workshop.build(
    {
      Dockerfile: [
        `FROM ${base}`,
        "COPY check.js /",
        'RUN --mount=type=secret,id=file ["node", "/check.js"]',
      ].join("\n"),
      "check.js": `if (require("node:fs").readFileSync("/run/secrets/file", "utf8") !== "s3cr" + "3t of a file")
        process.exit(1);`,
    },
    { docker: { secretFiles: new Map([["file", file]]) } },
  );
  const record = await recorded();
  const image = JSON.stringify(await inspect(workshop, built));
  const seen = [record, workshop.lines().join("\n"), image].join("\n");
  const secrets = workshop.secrets();
  expect(secrets.length).toBeGreaterThan(0);
  for (const secret of ["s3cr3t", ...secrets]) expect(seen).not.toContain(secret);

  expect(record).toMatch(/^700 \/\S+\/docker\n600 \/\S+\/docker\/config\.json$/m);
  const [, folder = ""] = /^700 (\S+)$/m.exec(record) ?? [];
  await expect(stat(folder)).rejects.toThrow("ENOENT");
});

it("does not build again when a secret has another value", async () => {
  const files = { Dockerfile: "FROM scratch\nCOPY Dockerfile /" };
  const withToken = (path: string) => ({ docker: { secretFiles: new Map([["token", path]]) } });
  const before = await workshop.readSource(files, withToken("one"));
  expect(await workshop.readSource(files, withToken("two"))).toBe(before);
});
