import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startHubForTests } from "../../../../simulator/src/runtime/registry/hub.support.ts";
import { startPlainRegistry } from "../../../../simulator/src/runtime/registry/test-registry.support.ts";
import { parseRepositoryName, type RepositoryName } from "../../../registry/destination/repository-name.ts";
import { letOurs, theirAddress, theirs } from "../../../registry/other-account.support.ts";
import { testEnvironment, testInputs, useSimulator } from "../build-image.support.ts";
import { buildImage } from "../build-image.ts";

const { simulator, folder, context } = await useSimulator();

/** Writes the configuration that `docker login` leaves. */
async function logIn(host: string, { user, password }: { user: string; password: string }): Promise<void> {
  const auth = Buffer.from(`${user}:${password}`).toString("base64");
  await writeFile(join(folder, "config.json"), JSON.stringify({ auths: { [host]: { auth } } }));
}

function build(repository: string) {
  const destination = { repository: parseRepositoryName(repository) as RepositoryName, create: false };
  const environment = testEnvironment(simulator, { variables: { DOCKER_CONFIG: folder } });
  return buildImage(testInputs(context, { destination, tags: ["v1"] }), environment);
}

async function buildTwice(repository: string) {
  const first = await build(repository);
  expect(first).toMatchObject({ built: true, image: first.portableImage });
  expect(await build(repository)).toMatchObject({ built: false, digest: first.digest });
  return first;
}

describe("a self-hosted registry", () => {
  it("accepts an image without a login, and has it the next time", async () => {
    const registry = await startPlainRegistry();
    const { image, digest } = await buildTwice(`${registry.host}/team/customer`);
    expect(image).toBe(`${registry.host}/team/customer@${digest}`);
    await registry.close();
  });
});

describe("a registry like Docker Hub", () => {
  it("accepts an image with the login that docker/login-action left", async () => {
    const hub = await startHubForTests();
    await logIn(hub.host, hub.login);
    await buildTwice(`${hub.host}/${hub.login.user}/customer`);
    await hub.close();
  });

  it("refuses one without a login, and the step says what to do", async () => {
    const hub = await startHubForTests();
    await expect(build(`${hub.host}/${hub.login.user}/customer`)).rejects.toMatchObject({
      message: expect.stringContaining(`The registry ${hub.host} refused`),
      nextStep: expect.stringContaining("log in"),
    });
    await hub.close();
  });
});

describe("ECR of another account", () => {
  beforeEach(() => simulator.aws.ecr.createRepository(theirs));
  afterEach(() => simulator.aws.ecr.deleteRepository({ ...theirs, force: true }));

  it("accepts an image when the repository's policy allows this account to push", async () => {
    await letOurs(simulator, "ecr:*");
    const { digest } = await buildTwice(theirAddress);
    const { imageDetails } = await simulator.aws.ecr.describeImages(theirs);
    expect(imageDetails?.map(({ imageDigest }) => imageDigest)).toEqual([digest]);
  });
});
