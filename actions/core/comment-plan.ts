import { existsSync, readFileSync } from "node:fs";
import { setSecret } from "@actions/core";
import { fitted } from "./card.ts";
import { annotationText, Failure } from "./failure.ts";
import type { InputReader } from "./inputs.ts";
import { isObject } from "./is-object.ts";
import type { Log } from "./log.ts";

/**
 * Comments the plan on the pull request of this run. A failed comment does not make the plan wrong, so it only warns.
 */
export async function commentPlan(
  { log, signal }: { readonly log: Pick<Log, "info" | "warning">; readonly signal: AbortSignal },
  token: string,
  comment: ToPut,
): Promise<void> {
  const pullRequest = readPullRequest(process.env);
  if (!pullRequest) {
    log.info("This run is not for a pull request: no comment is written.");
    return;
  }
  try {
    const done = await putComment(pullRequest, token, comment, signal);
    log.info(`The comment on pull request #${pullRequest.number} was ${done}.`);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    log.warning(`The plan is not on the pull request. ${annotationText(error)}`);
  }
}

/** Reads the inputs comment-on-pull-request and github-token; undefined when no comment is wanted. */
export function readCommentToken(read: InputReader): string | undefined {
  const wanted = read.boolean("comment-on-pull-request", false);
  const token = read.optional("github-token");
  if (token) setSecret(token);
  if (wanted && !token) read.problem("Input github-token is required with comment-on-pull-request");
  return wanted ? token : undefined;
}

/** The longest comment that GitHub accepts, in characters; bytes are at least as many. */
const longestComment = 65_536;
/** The maximum on one page of a GitHub list. */
const pageSize = 100;
const cut = "\n\n… The rest is in the summary of this run.";

interface Comment {
  readonly id: number;
  readonly body?: string;
}

interface ToPut {
  /** Identifies the comment among others of the same pull request; it is not shown. */
  readonly key: string;
  readonly markdown: string;
}

/** Creates the one comment of this key, or updates it. Throws a Failure. */
async function putComment(
  pullRequest: PullRequest,
  token: string,
  { key, markdown }: ToPut,
  signal: AbortSignal,
): Promise<"created" | "updated" | "unchanged"> {
  const marker = `<!-- ${key.replaceAll("--", "- -")} -->`;
  const room = longestComment - marker.length - 1;
  const body = `${marker}\n${fitted(markdown, room, cut)}`;
  const call = <Answer>(method: string, path: string, content?: object) =>
    request<Answer>(`${pullRequest.apiUrl}/repos/${pullRequest.repository}${path}`, {
      method,
      token,
      content,
      signal,
    });
  const comments = `/issues/${pullRequest.number}/comments`;
  for (let page = 1; ; page++) {
    const found = await call<Comment[]>("GET", `${comments}?per_page=${pageSize}&page=${page}`);
    const mine = found.find((comment) => comment.body?.startsWith(marker));
    if (mine?.body === body) return "unchanged";
    if (mine) {
      await call("PATCH", `/issues/comments/${mine.id}`, { body });
      return "updated";
    }
    if (found.length < pageSize) break;
  }
  await call("POST", comments, { body });
  return "created";
}

async function request<Answer>(
  url: string,
  {
    method,
    token,
    content,
    signal,
  }: { method: string; token: string; content?: object | undefined; signal: AbortSignal },
): Promise<Answer> {
  const headers = {
    accept: "application/vnd.github+json",
    authorization: `Bearer ${token}`,
    "user-agent": "ecs-delivery",
    "x-github-api-version": "2022-11-28",
  };
  const response = await fetch(url, {
    method,
    headers,
    signal,
    ...(content && { body: JSON.stringify(content) }),
  }).catch((cause) => {
    throw new Failure(`GitHub cannot be reached: ${(cause as Error).message}`, { cause });
  });
  if (response.ok) return (await response.json()) as Answer;
  throw await refusal(response);
}

async function refusal(response: Response): Promise<Failure> {
  const answer = (await response.json().catch(() => undefined)) as { message?: string } | undefined;
  const why = `${response.status}${answer?.message ? ` ${answer.message}` : ""}`;
  const mayNot = response.status === 403 || response.status === 404;
  return new Failure(`GitHub rejected the comment: ${why}`, {
    nextStep: mayNot
      ? "give the job `permissions: pull-requests: write`; runs for pull requests from forks never have it."
      : "run the job again.",
  });
}

interface PullRequest {
  /** URL of GitHub's REST API. */
  readonly apiUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly number: number;
}

/** Reads the pull request that started this run from the runner's variables; undefined when none did. */
function readPullRequest(environment: NodeJS.ProcessEnv): PullRequest | undefined {
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
