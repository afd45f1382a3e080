import { createHash } from "node:crypto";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundleAction } from "../../scripts/bundle-action.ts";
import type { Sides } from "../measurement.ts";

/** Paths of the entry files of one chain: the two actions that deploy a release to ECS. */
export interface Chain {
  readonly deploy: string;
  readonly render: string;
}

export interface Bundles extends Sides<Chain> {
  /** The official action that logs in to ECR; in our chain build-image does this. */
  readonly login: string;
}

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
  login: {
    repository: "aws-actions/amazon-ecr-login",
    version: "v2.1.7",
    sha256: "a45cdcf0600694444ebbc3ae8f602b2e7529a64da667b4f3693c5f09a9d38278",
  },
};
type Name = keyof typeof official;
const names = ["deploy", "render", "login"] as const satisfies Name[];

/** Copies the official bundles from `given` into `folder`, and bundles our actions from their sources next to them. */
export async function prepareBundles(
  given: string,
  folder: string,
  say: (line: string) => void,
): Promise<Bundles> {
  for (const name of names) say(await checkOfficial(given, name));
  const peer = join(folder, "official");
  const ours = join(folder, "ours");
  // A bundle without its own package.json is CommonJS, whatever package.json is above the given folder.
  for (const name of names) await cp(join(given, name), join(peer, name), { recursive: true });
  await writeFile(join(peer, "package.json"), '{ "type": "commonjs" }\n');
  for (const [name, action] of Object.entries(ourNames)) {
    await mkdir(join(ours, name), { recursive: true });
    await bundleAction(action, join(ours, name));
  }
  return { ours: chainIn(ours), peer: chainIn(peer), login: join(peer, "login", "index.js") };
}

/** Folder of each of our actions. */
export const ourNames = { deploy: "deploy-service", render: "render-task-definition" } as const;

const chainIn = (folder: string): Chain => ({
  deploy: join(folder, "deploy", "index.js"),
  render: join(folder, "render", "index.js"),
});

/** Describes the version in a sentence; throws with instructions for getting it when it is missing. */
export async function checkOfficial(given: string, name: Name): Promise<string> {
  const { repository, version, sha256 } = official[name];
  const file = join(given, name, "index.js");
  const content = await readFile(file).catch((cause) => {
    throw new Error(
      `${file} is not there: put the files of dist/ of https://github.com/${repository} there (this bench was tried with ${version}: git clone --branch ${version} https://github.com/${repository}, then copy the files of dist/)`,
      { cause },
    );
  });
  const same = createHash("sha256").update(content).digest("hex") === sha256;
  return `${repository}: ${same ? `${version}, unmodified` : `not the dist/index.js of ${version}, with which this bench was tried`}`;
}
