import { Failure } from "../../../shared/failure.ts";
import type { Git } from "./git.ts";

/** The first version that reads configuration from GIT_CONFIG_COUNT. Source: Git's release notes. */
const [neededMajor, neededMinor] = [2, 31];

export async function checkGitVersion(git: Git): Promise<void> {
  const version = await git.text(["version"]);
  const [, major, minor] = /(?<!\d)(\d+)\.(\d+)/.exec(version) ?? [];
  if (Number(major) > neededMajor || (Number(major) === neededMajor && Number(minor) >= neededMinor)) return;
  throw new Failure(`This runner's git is too old (${version})`, {
    nextStep: `install git ${neededMajor}.${neededMinor} or later before this step; nothing was changed.`,
  });
}
