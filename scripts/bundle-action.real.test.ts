import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { actionsFolder, bundleAction } from "./bundle-action.ts";

// The committed bundles: `npm run check` shows that they were built from these sources.
const bundleOf = (action: string) => join(actionsFolder, action, "dist");
const actions = readdirSync(actionsFolder).filter((name) => existsSync(bundleOf(name)));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bundle-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const index = join(bundleOf("deploy-service"), "index.js");

const environmentOf = (variables: Readonly<Record<string, string>>) => ({
  cwd: folder,
  env: { PATH: process.env.PATH, GITHUB_WORKSPACE: folder, ...variables },
});

/** Returns the output of deploy-service and the number of bytes of JavaScript that it opens. */
function start(variables: Readonly<Record<string, string>>) {
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
    ...environmentOf(variables),
    encoding: "utf8",
  });
  return { text: stdout, bytes: Number(stdout.trim().split("\n").at(-1)) };
}

test("another build of tag-image gives the same files, byte for byte", { timeout: 300_000 }, async () => {
  const built = join(folder, "built");
  await bundleAction("tag-image", built);
  const committed = bundleOf("tag-image");
  const names = await readdir(committed);
  expect(await readdir(built)).toEqual(names);
  for (const name of names)
    expect((await readFile(join(built, name))).equals(await readFile(join(committed, name))), name).toBe(
      true,
    );
});

test("a start of deploy-service reads less than a megabyte", () => {
  const { text, bytes } = start({ INPUT_CLUSTER: "main" });
  expect(text).toContain("Input task-definition (a file) or revision is required");
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(1_000_000);
});

test("code loaded on demand is in the bundle, such as credentials by web identity", async () => {
  const token = join(folder, "token");
  const taskDefinition = join(folder, "good.json");
  await writeFile(token, "token");
  await writeFile(
    taskDefinition,
    JSON.stringify({ family: "web", containerDefinitions: [{ name: "web", image: "web" }] }),
  );
  const variables = {
    INPUT_CLUSTER: "main",
    INPUT_SERVICE: "web",
    "INPUT_TASK-DEFINITION": taskDefinition,
    AWS_REGION: "us-east-1",
    AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/deploy",
    AWS_WEB_IDENTITY_TOKEN_FILE: token,
    AWS_MAX_ATTEMPTS: "1",
    // No server listens there. The bundle logs this error once it has the STS client, and tries again for minutes.
    AWS_ENDPOINT_URL: "http://127.0.0.1:1",
  };
  const child = spawn(process.execPath, [index], environmentOf(variables));
  let text = "";
  for await (const output of child.stdout) {
    text += output;
    if (text.includes("ECONNREFUSED")) child.kill("SIGKILL");
  }
  expect(text).toContain("AWS does not respond (connect ECONNREFUSED 127.0.0.1:1)");
});

test.each(actions)(
  "the bundle of %s is small, in few files, without the path of the build",
  async (action) => {
    const files = await readdir(bundleOf(action));
    expect(files.length).toBeLessThanOrEqual(12);
    const scripts = files.filter((file) => file.endsWith(".js"));
    const texts = await Promise.all(scripts.map((file) => readFile(join(bundleOf(action), file), "utf8")));
    expect(texts.join("").length).toBeLessThan(2_200_000);
    expect(texts.join("")).not.toContain("node_modules/@");
  },
);
