import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { expect, onTestFinished, test } from "vitest";
import { actionsFolder, bundleAction } from "./bundle-action.ts";

// The committed bundles: `npm run check` shows that they were built from these sources.
const bundleOf = (action: string) => join(actionsFolder, action, "dist");
const actions = readdirSync(actionsFolder).filter((name) => existsSync(bundleOf(name)));

const folder = useFolder();

/** Environment of a step with deploy-service. */
const step = {
  PATH: process.env.PATH,
  GITHUB_WORKSPACE: folder,
  INPUT_CLUSTER: "main",
  INPUT_SERVICE: "web",
  AWS_REGION: "us-east-1",
};

test("another build of tag-image gives the same files, byte for byte", { timeout: 300_000 }, async () => {
  const built = join(folder, "built");
  await bundleAction("tag-image", built);
  const committed = bundleOf("tag-image");
  expect(await readdir(built)).toEqual(await readdir(committed));
  for (const name of await readdir(built))
    expect((await readFile(join(built, name))).equals(await readFile(join(committed, name))), name).toBe(
      true,
    );
});

test("code loaded on demand is in the bundle, such as credentials by web identity", async () => {
  const token = join(folder, "token");
  await writeFile(token, "token");
  const env = {
    ...step,
    INPUT_REVISION: "web:1",
    AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/deploy",
    AWS_WEB_IDENTITY_TOKEN_FILE: token,
    AWS_MAX_ATTEMPTS: "1",
    // No server listens there. The bundle logs this error once it has the STS client, and tries again for minutes.
    AWS_ENDPOINT_URL: "http://127.0.0.1:1",
  };
  const child = spawn(process.execPath, [join(bundleOf("deploy-service"), "index.js")], { cwd: folder, env });
  let text = "";
  for await (const output of child.stdout) {
    text += output;
    if (text.includes("ECONNREFUSED")) child.kill("SIGKILL");
  }
  expect(text).toContain("AWS does not respond (connect ECONNREFUSED 127.0.0.1:1)");
});

test("deploy-service makes its first call to AWS with its entry file alone", async () => {
  const entry = join(bundleOf("deploy-service"), "index.js");
  await mkdir(join(folder, "alone"));
  for (const file of [entry, join(bundleOf("deploy-service"), "package.json")])
    await copyFile(file, join(folder, "alone", basename(file)));
  const taskDefinition = join(folder, "task-definition.json");
  await writeFile(
    taskDefinition,
    JSON.stringify({ family: "web", containerDefinitions: [{ name: "web", image: "web" }] }),
  );
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const env = {
    ...step,
    "INPUT_TASK-DEFINITION": taskDefinition,
    AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  };
  const child = spawn(process.execPath, [join(folder, "alone", "index.js")], { cwd: folder, env });
  const [request] = await Promise.race([once(server, "request"), once(child, "exit")]);
  child.kill("SIGKILL");
  expect(request.headers?.["x-amz-target"]).toMatch(/\.DescribeServices$/);
  expect((await stat(entry)).size).toBeLessThan(300_000);
});

test.each(actions)("the bundle of %s is small, in few files, without the path of the build", (action) => {
  const files = readdirSync(bundleOf(action));
  expect(files.length).toBeLessThanOrEqual(12);
  const textOf = (file: string) =>
    files.includes(file) ? readFileSync(join(bundleOf(action), file), "utf8") : "";
  const scripts = files.filter((file) => file.endsWith(".js")).map(textOf);
  expect(scripts.join("")).not.toContain("node_modules/@");
  // The other files are shapes of a large AWS service, each for few runs.
  expect(`${textOf("index.js")}${textOf("on-demand.js")}`.length).toBeLessThan(1_000_000);
});
