import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundleAction } from "./bundle-action.ts";

const minute = 60_000;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bundle-"));
  await bundleAction("deploy-service", join(folder, "deploy"));
}, 4 * minute);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Returns the bundle's output and the number of bytes of JavaScript that it opens. */
function start(bundle: string, variables: Readonly<Record<string, string>>) {
  const index = join(folder, bundle, "index.js");
  const noting = `import { registerHooks } from "node:module";
    import { statSync } from "node:fs";
    import { fileURLToPath } from "node:url";
    let bytes = 0;
    registerHooks({ load(url, context, next) {
      if (url.startsWith("file:")) bytes += statSync(fileURLToPath(url)).size;
      return next(url, context);
    } });
    process.on("exit", () => console.log("\\n" + bytes));`;
  const preload = `data:text/javascript,${encodeURIComponent(noting)}`;
  const { stdout } = spawnSync(process.execPath, ["--import", preload, index], {
    cwd: folder,
    env: { PATH: process.env.PATH, GITHUB_WORKSPACE: folder, ...variables },
    encoding: "utf8",
  });
  return { text: stdout, bytes: Number(stdout.trim().split("\n").at(-1)) };
}

test("a start of deploy-service reads part of its bundle, less than a megabyte", async () => {
  const { text, bytes } = start("deploy", { INPUT_CLUSTER: "main" });
  expect(text).toContain("Input task-definition (a file) or revision is required");
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(1_000_000);
  expect(await sizeOf("deploy")).toBeLessThan(2_200_000);
});

test("a bundle has a file for what is loaded on demand, not one for each part", async () => {
  expect(await readdir(join(folder, "deploy"))).toEqual([
    "index.js",
    "licenses.txt",
    "on-demand.js",
    "package.json",
  ]);
});

test("code loaded on demand is in the bundle, such as credentials by web identity", async () => {
  const token = join(folder, "token");
  const taskDefinition = join(folder, "good.json");
  await writeFile(token, "token");
  await writeFile(
    taskDefinition,
    JSON.stringify({ family: "web", containerDefinitions: [{ name: "web", image: "web" }] }),
  );
  const { text } = start("deploy", {
    INPUT_CLUSTER: "main",
    INPUT_SERVICE: "web",
    "INPUT_TASK-DEFINITION": taskDefinition,
    AWS_REGION: "us-east-1",
    AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/deploy",
    AWS_WEB_IDENTITY_TOKEN_FILE: token,
    AWS_MAX_ATTEMPTS: "1",
    // No server listens there. The bundle logs this error once it has the STS client.
    AWS_ENDPOINT_URL: "http://127.0.0.1:1",
  });
  expect(text).toContain("ECONNREFUSED");
});

test("no file contains the path of the build", async () => {
  const scripts = await scriptsOf("deploy");
  for (const script of scripts) expect(await readFile(script, "utf8")).not.toContain(import.meta.dirname);
});

async function scriptsOf(bundle: string): Promise<string[]> {
  const files = await readdir(join(folder, bundle), { recursive: true });
  return files.filter((file) => file.endsWith(".js")).map((file) => join(folder, bundle, file));
}

async function sizeOf(bundle: string): Promise<number> {
  const texts = await Promise.all((await scriptsOf(bundle)).map((script) => readFile(script)));
  return texts.reduce((sum, { length }) => sum + length, 0);
}
