import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startHubForTests } from "@ecs-delivery/simulator/runtime/registry/hub.support";
import {
  pushImage,
  startPlainRegistry,
} from "@ecs-delivery/simulator/runtime/registry/test-registry.support";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { build, testEnvironment, useSimulator } from "../../built-images.support.ts";
import { parseRepositoryName, type RepositoryName } from "../../registry/destination/repository-name.ts";
import { always, answering, startFaultyRegistry } from "../../registry/faulty-registry.support.ts";
import { tag } from "./tag-image.support.ts";

const digest = `sha256:${"0".repeat(64)}`;
const { simulator, folder } = await useSimulator();

const variables = () => ({ DOCKER_CONFIG: folder });
const context = () => testEnvironment(simulator, { variables: variables() });

/**
 * Builds an old image with a tag and a new one without; moves the tag to the new one, and finds it there the next time.
 */
async function moveTag(repository: string): Promise<void> {
  const destination = { repository: parseRepositoryName(repository) as RepositoryName, create: false };
  const environment = { variables: variables() };
  const old = await build(simulator, folder, { text: "old", tags: ["latest"], destination, environment });
  const { image } = await build(simulator, folder, { text: "new", destination, environment });
  const [first, second] = [await tag(image, "latest", context()), await tag(image, "latest", context())];
  expect(first).toMatchObject({ image, tags: [{ tag: "latest", before: old.digest }] });
  expect(second.tags).toEqual([{ tag: "latest", before: first.digest }]);
  expect((await tag(`${repository}:latest`, "v1", context())).image).toBe(image);
}

describe("a self-hosted registry", () => {
  let registry: Awaited<ReturnType<typeof startPlainRegistry>>;
  beforeEach(async () => {
    registry = await startPlainRegistry();
  });
  afterEach(() => registry.close());

  it("needs no login", () => moveTag(`${registry.host}/team/customer`));

  it("receives no push where the image has the tags already", async () => {
    const digest = await pushImage(registry, "customer", "v1");
    registry.asked.length = 0;
    await tag(`${registry.host}/customer@${digest}`, "v1", context());
    expect(registry.asked.map(({ method }) => method)).toEqual(["GET", "GET"]);
  });

  it("distinguishes a missing repository from a missing image", async () => {
    await pushImage(registry, "customer", "v1");
    await expect(tag(`${registry.host}/customer:v2`, "latest", context())).rejects.toMatchObject({
      message: `${registry.host}/customer has no image with the tag v2`,
      nextStep: expect.stringContaining("check the tag"),
    });
    await expect(tag(`${registry.host}/nobody@${digest}`, "latest", context())).rejects.toMatchObject({
      message: `The registry ${registry.host} does not have the repository nobody`,
      nextStep: expect.stringContaining("correct the input image"),
    });
  });

  it.each([
    [
      "read an image",
      "GET",
      /manifests/,
      "v1",
      "refused GET /v2/customer/manifests/v1 (DENIED: you may not)",
    ],
    [
      "push a tag",
      "PUT",
      /manifests/,
      "v1",
      "refused PUT /v2/customer/manifests/latest (DENIED: you may not)",
    ],
    ["list tags, for a missing image", "GET", /tags.list/, "v2", "has no image with the tag v2"],
  ])(
    "reports that the login may not %s, and has no other tag then",
    async (_, method, path, version, message) => {
      await pushImage(registry, "customer", "v1");
      const denied = JSON.stringify({ errors: [{ code: "DENIED", message: "you may not" }] });
      const fault = answering(403, { "content-type": "application/json" }, denied);
      const front = await startFaultyRegistry(registry.host, [{ method, path, at: always, fault }]);
      await expect(tag(`${front.host}/customer:${version}`, "latest\nv3", context())).rejects.toMatchObject({
        message: expect.stringContaining(message),
        nextStep: expect.any(String),
      });
      await front.close();
      expect(await (await registry.call("GET", "/v2/customer/tags/list")).json()).toMatchObject({
        tags: ["v1"],
      });
    },
  );
});

it.each([400, 409, 412])(
  "takes status %d for a tag that cannot be moved, if it is on another image",
  async (status) => {
    const registry = await startPlainRegistry();
    const digest = await pushImage(registry, "customer", "v1");
    const other = await pushImage(registry, "customer", "latest", "other");
    const rule = { method: "PUT", path: /manifests/, at: always, fault: answering(status) };
    const front = await startFaultyRegistry(registry.host, [rule]);
    const address = `${front.host}/customer`;
    await expect(tag(`${address}@${digest}`, "latest", context())).rejects.toThrow(
      `${address} does not allow moving tags from another image: latest (on ${other}); this image is ${digest}`,
    );
    await expect(tag(`${address}@${digest}`, "new", context())).rejects.toThrow(`(status ${status})`);
    await front.close();
    await registry.close();
  },
);

describe("a registry like Docker Hub", () => {
  it("accepts tags with the login that docker/login-action left, and without one says what to do", async () => {
    const hub = await startHubForTests();
    const { user, password } = hub.login;
    const auth = Buffer.from(`${user}:${password}`).toString("base64");
    const login = join(folder, "config.json");
    await writeFile(login, JSON.stringify({ auths: { [hub.host]: { auth } } }));
    await moveTag(`${hub.host}/${user}/customer`);
    await rm(login);
    await expect(tag(`${hub.host}/${user}/customer:v1`, "v2", context())).rejects.toMatchObject({
      message: expect.stringContaining(`The registry ${hub.host} refused`),
      nextStep: expect.stringContaining("to push, log in"),
    });
    await hub.close();
  });
});

/** A repository of another account than the tests' own. */
const theirs = { registryId: "210987654321", repositoryName: "customer" };
const theirAddress = `${theirs.registryId}.dkr.ecr.us-east-1.amazonaws.com/${theirs.repositoryName}`;

/** Grants the tests' account these rights to the repository. */
async function letOurs(Action: string): Promise<void> {
  const statement = { Effect: "Allow", Principal: { AWS: "123456789012" }, Action };
  const policyText = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  await simulator.aws.ecr.setRepositoryPolicy({ ...theirs, policyText });
}

describe("ECR of another account", () => {
  beforeEach(() => simulator.aws.ecr.createRepository(theirs));
  afterEach(() => simulator.aws.ecr.deleteRepository({ ...theirs, force: true }));

  it("accepts tags when the repository's policy allows this account to push", async () => {
    await letOurs("ecr:*");
    const repository = parseRepositoryName(theirAddress) as RepositoryName;
    const destination = { repository, create: false };
    const { digest } = await build(simulator, folder, { text: "new", destination });
    await tag(`${theirAddress}@${digest}`, "latest", context());
    const { imageDetails = [] } = await simulator.aws.ecr.describeImages(theirs);
    expect(imageDetails.map(({ imageTags }) => imageTags)).toEqual([expect.arrayContaining(["latest"])]);
  });

  it("says where a repository is missing", async () => {
    await expect(
      tag(theirAddress.replace("customer", `nobody@${digest}`), "latest", context()),
    ).rejects.toThrow(
      'ECR repository "nobody" does not exist in the account 210987654321 and the region us-east-1',
    );
  });
});
