import { expect, it } from "vitest";
import { writeImageLayout } from "./image.support.ts";
import { awsCli, programsFor } from "./programs.support.ts";
import { startForClients } from "./start-for-clients.support.ts";

const { simulator, folder: layout } = await startForClients();
await writeImageLayout(layout);

const { aws, boto3, execute } = programsFor(simulator);

it("the AWS CLI creates a repository, logs skopeo in, tags, describes and deletes", async () => {
  const { repository } = await aws(
    "ecr",
    "create-repository",
    "--repository-name=cli",
    "--image-tag-mutability=IMMUTABLE",
    "--image-scanning-configuration=scanOnPush=true",
  );
  const password = (await execute(awsCli, ["ecr", "get-login-password"])).trim();
  const push = ["copy", "--dest-tls-verify=false", `--dest-creds=AWS:${password}`, `oci:${layout}`];
  await execute("skopeo", [...push, `docker://${repository.repositoryUri}:v1`]);
  const { images } = await aws("ecr", "batch-get-image", "--repository-name=cli", "--image-ids=imageTag=v1");
  await aws(
    "ecr",
    "put-image",
    "--repository-name=cli",
    "--image-tag=stable",
    `--image-manifest=${images[0].imageManifest}`,
  );
  const { imageDetails } = await aws("ecr", "describe-images", "--repository-name=cli");
  expect(imageDetails).toMatchObject([
    { imageDigest: images[0].imageId.imageDigest, imageTags: ["v1", "stable"] },
  ]);
  await aws("ecr", "delete-repository", "--repository-name=cli", "--force");
});

it("boto3 creates, describes and deletes a repository", async () => {
  await simulator.aws.ecr.createRepository({ registryId: "210987654321", repositoryName: "theirs" });
  const seen = await boto3("ecr_operations.py");
  const host = new URL(simulator.endpoint).host;
  expect(seen).toEqual({
    uri: `${host}/boto`,
    described: { encryptionType: "KMS", kmsKey: "alias/boto" },
    tags: [{ Key: "team", Value: "coffee" }],
    refused: expect.stringContaining("'boto' already exists"),
    denied: "AccessDeniedException",
    missing: expect.stringContaining("does not exist in the registry with id '210987654321'"),
  });
});
