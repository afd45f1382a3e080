import { Cancelled, type Failure } from "../../core/failure.ts";
import type { DeployInputs } from "../../delivery/inputs.ts";
import { readRun } from "../../delivery/order/run.ts";
import { DeploymentRecord } from "../../delivery/record.ts";
import type { Stage } from "../../delivery/stage.support.ts";
import { type RollbackInputs, readRollbackInputs } from "./inputs.ts";
import { rollBack } from "./rollback.ts";

/** Inputs as a workflow sets them, for the service of a stage. */
function inputsFor(stage: Stage, given: Record<string, string>): RollbackInputs {
  const { cluster, service, codeDeployApplication, codeDeployDeploymentGroup } = stage.inputs("");
  const all: Record<string, string> = {
    cluster,
    service,
    "codedeploy-application": codeDeployApplication,
    "codedeploy-deployment-group": codeDeployDeploymentGroup,
    ...given,
  };
  return readRollbackInputs((name) => all[name] ?? "");
}

interface Trying {
  /** Run number of the deployment or rollback. */
  readonly number?: number;
  /** Line of the log at which the job is cancelled. */
  readonly cancelAt?: RegExp;
}

/** Rolls the stage's service back as run 3 of a separate workflow. */
export async function tryRollBack(stage: Stage, given: Record<string, string>, trying: Trying = {}) {
  const job = new AbortController();
  const run = runOf("rollback.yml", trying.number ?? 3, "rollback");
  const context = { ...stage.context(job.signal), run };
  const { info } = context.log;
  context.log.info = (line) => {
    info(line);
    if (trying.cancelAt?.test(line)) job.abort(new Cancelled("SIGTERM"));
  };
  const record = new DeploymentRecord("", "web");
  const error = await rollBack(context, inputsFor(stage, given), record).then(
    () => undefined,
    (reason: Failure) => reason,
  );
  return { record, error, lines: context.lines.join("\n") };
}

/** Deploys a version as a run of deploy.yml, completely or up to the given stage; returns its revision's ARN. */
export async function release(
  stage: Stage,
  version: string,
  number = 1,
  changes: Partial<DeployInputs> = {},
): Promise<string> {
  const { record, error } = await tryDeploy(stage, version, number, changes);
  if (error) throw error;
  return record.revisionAfter;
}

/** Deploys a version as a run of deploy.yml, and resolves however that ends. */
export const tryDeploy = (
  stage: Stage,
  version: string,
  number: number,
  changes: Partial<DeployInputs> = {},
  record = new DeploymentRecord("", "web"),
) => stage.deploy(version, changes, { run: runOf("deploy.yml", number), record });

function runOf(workflow: string, number: number, kind?: "rollback") {
  const env = {
    GITHUB_REPOSITORY: "octocat/shop",
    GITHUB_WORKFLOW_REF: `octocat/shop/.github/workflows/${workflow}@refs/heads/main`,
    GITHUB_RUN_NUMBER: String(number),
    GITHUB_SHA: commitOf(kind ? "rollback" : number),
  };
  return readRun(env, kind);
}

/** The commit that a run has: that of the number, or a later one for a rollback. */
export const commitOf = (number: number | "rollback") =>
  number === "rollback" ? "f".repeat(40) : String(number).padStart(40, "0");
