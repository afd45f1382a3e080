import { randomBytes, randomUUID } from "node:crypto";
import { permissionLevel } from "../load/workflow.ts";
import { openIdentityServer } from "./identity-server.ts";
import type { JobState } from "./job-state.ts";
import { githubIssuer, identityVariables } from "./token-issuer.ts";

/**
 * Serves the identity tokens of a job until its end, as GitHub's own service: `GET URL&audience=…` with the bearer token
 * of the job. A job without `id-token: write` gets none.
 * @param environment name of the job's environment; empty for none
 */
export async function serveIdentity(job: JobState, environment: string): Promise<{ close(): Promise<void> }> {
  if (permissionLevel(job.permissions, "id-token") !== "write") return { close: async () => {} };
  const secret = randomBytes(48).toString("base64url");
  job.run.masker.add(secret);
  const ends = new AsyncDisposableStack();
  const { port, endpoints } = job.run.options.identity ?? (await openIdentityServer(ends));
  const path = `/idtoken/${randomUUID()}`;
  endpoints.set(path, async (request, response) => {
    const [scheme = "", given] = (request.headers.authorization ?? "").split(" ");
    const isPermitted = scheme.toLowerCase() === "bearer" && given === secret;
    if (!isPermitted || request.method !== "GET") return response.writeHead(isPermitted ? 405 : 401).end();
    const audience = new URLSearchParams(request.url?.replace(/^[^?]*/, "")).get("audience");
    const value = (await job.run.issuer()).sign(claimsOf(job, environment, audience));
    response.setHeader("Content-Type", "application/json").end(JSON.stringify({ value }));
  });
  const url = `http://127.0.0.1:${port}${path}?api-version=2.0`;
  const [urlName, tokenName] = identityVariables;
  job.identity = { [urlName]: url, [tokenName]: secret };
  return {
    async close() {
      endpoints.delete(path);
      await ends.disposeAsync();
    },
  };
}

// As in GitHub's tokens.
const lifetimeSeconds = 300;
const toleranceSeconds = 600;

/** Source: https://docs.github.com/actions/reference/security/oidc */
function claimsOf(job: JobState, environment: string, audience: string | null): object {
  const github = job.contexts.github as Record<string, string>;
  const { repository = "", repository_owner: owner = "", event_name: event, ref = "" } = github;
  // A colon of a name could otherwise imitate another subject.
  const quote = (text: string) => text.replaceAll(":", "%3A");
  const branch = event === "pull_request" ? "pull_request" : `ref:${quote(ref)}`;
  const now = Math.floor(Date.now() / 1000);
  return {
    jti: randomUUID(),
    iss: githubIssuer,
    aud: audience || `https://github.com/${owner}`,
    sub: `repo:${quote(repository)}:${environment === "" ? branch : `environment:${quote(environment)}`}`,
    ...Object.fromEntries(sharedClaims.map((name) => [name, String(github[name])])),
    ...(environment !== "" && { environment }),
    repository_visibility: "private",
    runner_environment: (job.contexts.runner as Record<string, string>).environment,
    ...jobWorkflowOf(job, github),
    nbf: now - toleranceSeconds,
    iat: now,
    exp: now + lifetimeSeconds,
  };
}

/** Claims with the name and value of the `github` context. */
const sharedClaims = [
  ...["actor", "actor_id", "repository", "repository_id", "repository_owner", "repository_owner_id"],
  ...["ref", "ref_type", "ref_protected", "base_ref", "head_ref", "sha", "event_name"],
  ...["run_id", "run_number", "run_attempt", "workflow", "workflow_ref", "workflow_sha"],
];

/** The file that has the job: the called workflow, if one is called. */
function jobWorkflowOf({ scope }: JobState, github: Record<string, string>) {
  const { path, source } = scope.workflow;
  if (source.ref === undefined)
    return { job_workflow_ref: `${github.repository}/${path}@${github.ref}`, job_workflow_sha: github.sha };
  const file = path.slice(0, -source.ref.length);
  return { job_workflow_ref: `${file}${source.fullRef}`, job_workflow_sha: source.commit };
}
