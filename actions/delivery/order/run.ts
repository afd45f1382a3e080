/** The workflow run that deploys, or rolls back on request. */
export interface Run {
  readonly kind: "deployment" | "rollback";
  /** owner/name */
  readonly repository: string;
  /** Path of the workflow file that was started; a called workflow has its caller's. */
  readonly workflow: string;
  /** Grows with each new run of a workflow; a rerun keeps it. */
  readonly number: number;
  readonly attempt: number;
  /** URL of this attempt of the run. */
  readonly url: string;
  /** The commit that the run has checked out; empty if it is unknown. */
  readonly commit: string;
}

/** Reads the default environment variables of GitHub Actions; undefined outside. */
export function readRun(env: NodeJS.ProcessEnv, kind: Run["kind"] = "deployment"): Run | undefined {
  const { GITHUB_REPOSITORY: repository, GITHUB_WORKFLOW_REF, GITHUB_WORKFLOW, GITHUB_SHA } = env;
  const number = Number(env.GITHUB_RUN_NUMBER);
  if (!repository || !Number.isInteger(number)) return undefined;
  // Such as octocat/hello/.github/workflows/deploy.yml@refs/heads/main
  const path = GITHUB_WORKFLOW_REF?.split("@")[0]?.slice(repository.length + 1);
  const server = env.GITHUB_SERVER_URL ?? "https://github.com";
  const attempt = Number(env.GITHUB_RUN_ATTEMPT ?? 1);
  return {
    kind,
    repository,
    workflow: path || GITHUB_WORKFLOW || "",
    number,
    attempt,
    url: `${server}/${repository}/actions/runs/${env.GITHUB_RUN_ID}/attempts/${attempt}`,
    commit: GITHUB_SHA ?? "",
  };
}

/** Describes who deploys what, for readers of the deployment in AWS. */
export function describeRun(run: Run | undefined): string {
  if (!run) return "deploy-service";
  // The commit of a rollback's run is not the one whose image comes back.
  if (run.kind === "rollback") return `Rollback by ${run.repository}, run ${run.number}: ${run.url}`;
  return `${run.repository}@${run.commit.slice(0, 12) || "?"}, run ${run.number}: ${run.url}`;
}
