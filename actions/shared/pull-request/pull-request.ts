import { existsSync, readFileSync } from "node:fs";
import { isObject } from "../task-definition.ts";

export interface PullRequest {
  /** URL of GitHub's REST API. */
  readonly apiUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly number: number;
}

/** Reads the pull request that started this run from the runner's variables; undefined when none did. */
export function readPullRequest(environment: NodeJS.ProcessEnv): PullRequest | undefined {
  const {
    GITHUB_EVENT_PATH: file,
    GITHUB_REPOSITORY: repository,
    GITHUB_API_URL: apiUrl = "https://api.github.com",
  } = environment;
  if (!file || !repository || !existsSync(file)) return undefined;
  const event: unknown = JSON.parse(readFileSync(file, "utf8"));
  const pullRequest = isObject(event) ? event.pull_request : undefined;
  const number = isObject(pullRequest) ? Number(pullRequest.number) : Number.NaN;
  return Number.isInteger(number) ? { apiUrl, repository, number } : undefined;
}
