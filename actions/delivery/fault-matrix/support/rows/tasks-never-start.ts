import { type Row, refused, rolledBack } from "../row.ts";
import type { Draft, Scene } from "../scene.ts";

const image = (name: (scene: Scene) => string) => (draft: Draft, scene: Scene) => {
  draft.containerDefinitions[0].image = name(scene);
};
const noImage = image((scene) => scene.image.replace(/@.*/, ":none"));
const elsewhere = image(() => "registry.example/shop/web:1");
const armImage = image((scene) => scene.image.replace(/@.*/, ":arm"));

const noSecret = ({ containerDefinitions: [web] }: Draft) => {
  const valueFrom = "arn:aws:secretsmanager:us-east-1:123456789012:secret:none-AbCdEf";
  web.secrets = [{ name: "PASSWORD", valueFrom }];
};
const noLogGroup = ({ containerDefinitions: [web] }: Draft) => {
  Object.assign(web.logConfiguration?.options ?? {}, { "awslogs-group": "none" });
};

/** An index whose only image is for another processor. */
async function pushArmIndex({ aws, image }: Scene): Promise<undefined> {
  const repositoryName = "web";
  const imageIds = [{ imageDigest: image.split("@")[1] ?? "" }];
  const { images = [] } = await aws.ecr.batchGetImage({ repositoryName, imageIds });
  const { imageManifest = "", imageManifestMediaType: mediaType, imageId } = images[0] ?? {};
  const platform = { os: "linux", architecture: "arm64" };
  const child = { mediaType, digest: imageId?.imageDigest, size: Buffer.byteLength(imageManifest), platform };
  const imageManifestMediaType = "application/vnd.oci.image.index.v1+json";
  const index = { schemaVersion: 2, mediaType: imageManifestMediaType, manifests: [child] };
  await aws.ecr
    .putImage({
      repositoryName,
      imageManifest: JSON.stringify(index),
      imageManifestMediaType,
      imageTag: "arm",
    })
    // The previous row has pushed it.
    .catch((error: { code?: string }) => {
      if (error.code !== "ImageAlreadyExistsException") throw error;
    });
}

/**
 * Everything that a task needs before its first process. Each fault is found before anything changes or, where the role
 * may not read it, shown by the task.
 */
export const rowsOfPreparations: readonly Row[] = [
  {
    fault: "image missing",
    when: "and the role may not read it",
    draft: noImage,
    denied: ["ecr:*"],
    expect: rolledBack(
      /^The image of container web does not exist: CannotPullContainerError: .*web:none: not found/,
      /was pushed to this repository/,
    ),
  },
  {
    fault: "image not pullable",
    when: "its registry cannot be reached",
    draft: elsewhere,
    expect: rolledBack(
      /^The image of container web cannot be pulled: CannotPullContainerError: .*registry\.example/,
      /the subnets' route to/,
    ),
  },
  {
    fault: "wrong architecture",
    when: "and the role may not read it",
    draft: armImage,
    denied: ["ecr:*"],
    arrange: pushArmIndex,
    expect: rolledBack(
      /^The image of container web .*matching platform 'linux\/amd64'/,
      /^build it for the platform/,
    ),
  },
  {
    fault: "secret missing",
    when: "and the role may not read it",
    draft: noSecret,
    denied: ["secretsmanager:*"],
    expect: rolledBack(/^A secret of the task definition cannot be read: .*secret:none/, /secret's ARN/),
  },
  {
    fault: "log group missing",
    when: "and the role may not read it",
    draft: noLogGroup,
    denied: ["logs:*"],
    expect: rolledBack(
      /^The task's log group cannot be used: .*ResourceNotFoundException/,
      /^create the log group/,
    ),
  },
  {
    fault: "port mismatch",
    when: "the task definition maps another port",
    draft: ({ containerDefinitions: [web] }) => {
      web.portMappings = [{ containerPort: 9090 }];
    },
    expect: refused(/port 8080/),
  },
];
