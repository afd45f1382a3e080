import { createHash } from "node:crypto";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundleAction } from "../../scripts/bundle-action.ts";
import type { Sides } from "../measurement.ts";

/** Paths of the entry files of one chain: the two actions that deploy a release to ECS. */
export type Chain = Readonly<Record<keyof typeof ourNames, string>>;

/** Folder of each of our actions. */
const ourNames = { deploy: "deploy-service", render: "render-task-definition" };

/** The versions that the bench was written for, with the digest of each `dist/index.js`. */
const official = {
  deploy: {
    repository: "aws-actions/amazon-ecs-deploy-task-definition",
    version: "v2.6.3",
    sha256: "a20128a1817ebcbbc8461042379d2337077b9640131dc9e69882c814cfec0137",
  },
  render: {
    repository: "aws-actions/amazon-ecs-render-task-definition",
    version: "v1.9.0",
    sha256: "bef77530bb0107f16b0fff217c9d527eeae4aed3bc226f1a4c84d7b045c14807",
  },
  // In our chain build-image logs in to ECR.
  login: {
    repository: "aws-actions/amazon-ecr-login",
    version: "v2.1.7",
    sha256: "a45cdcf0600694444ebbc3ae8f602b2e7529a64da667b4f3693c5f09a9d38278",
  },
};
type Name = keyof typeof official;

/** Copies the official bundles from `given` into `folder`, and bundles our actions from their sources next to them. */
export async function prepareBundles(given: string, folder: string, say: (line: string) => void) {
  const entryOf = (side: string, name: Name) => join(folder, side, name, "index.js");
  for (const name of Object.keys(official) as Name[]) {
    say(await checkOfficial(given, name));
    await cp(join(given, name), join(folder, "official", name), { recursive: true });
  }
  // A bundle without its own package.json is CommonJS, whatever package.json is above the given folder.
  await writeFile(join(folder, "official", "package.json"), '{ "type": "commonjs" }\n');
  for (const [name, action] of Object.entries(ourNames)) {
    await mkdir(join(folder, "ours", name), { recursive: true });
    await bundleAction(action, join(folder, "ours", name));
  }
  const chainOf = (side: string): Chain => ({
    deploy: entryOf(side, "deploy"),
    render: entryOf(side, "render"),
  });
  const chains: Sides<Chain> = { ours: chainOf("ours"), peer: chainOf("official") };
  return { ...chains, login: entryOf("official", "login") };
}

/** Describes the version in a sentence; throws with instructions for getting it when it is missing. */
export async function checkOfficial(given: string, name: Name): Promise<string> {
  const { repository, version, sha256 } = official[name];
  const file = join(given, name, "index.js");
  const content = await readFile(file).catch((cause) => {
    throw new Error(
      `${file} does not exist. Fix: git clone --branch ${version} https://github.com/${repository}, and copy the files of its dist/ there`,
      { cause },
    );
  });
  const same = createHash("sha256").update(content).digest("hex") === sha256;
  return `${repository}: ${same ? `${version}, unmodified` : `not the dist/index.js of ${version}, with which this bench was tried`}`;
}
