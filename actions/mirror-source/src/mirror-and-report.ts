import { Failure } from "../../core/failure.ts";
import { toFailure } from "../../core/run.ts";
import type { MirrorContext } from "./context.ts";
import type { MirrorInputs } from "./inputs.ts";
import { mirror } from "./mirror.ts";
import { type MirrorRecord, publish } from "./publish.ts";
import { short } from "./source/fill-files.ts";

/** Mirrors and always writes outputs and job summary. Throws the Failure that makes the step red. */
export async function mirrorAndReport(context: MirrorContext, inputs: MirrorInputs): Promise<MirrorRecord> {
  const record = await newRecord(context, inputs);
  try {
    await mirror(context, inputs, record);
  } catch (error) {
    const { message, nextStep = "" } = toFailure(error, context.signal);
    record.cause = message;
    record.fix = nextStep;
    throw error;
  } finally {
    await publish(record);
  }
  context.log.info(`${inputs.branch} of ${inputs.repository} ${outcome(record)}.`);
  return record;
}

function outcome({ hasChanges, mode, commit, pushed }: MirrorRecord): string {
  if (!hasChanges) return `already has ${short(commit)}: nothing was pushed`;
  if (mode === "plan") return `would get ${short(commit)}; mode plan pushes nothing`;
  return pushed ? `now has ${commit}` : `already has ${short(commit)}, which another run pushed`;
}

export async function newRecord(context: MirrorContext, inputs: MirrorInputs): Promise<MirrorRecord> {
  const { repository, branch, mode, snapshot } = inputs;
  return {
    repository,
    branch,
    mode,
    path: snapshot?.path,
    origin: originOf(context.variables),
    region: await context.codecommit.config.region(),
    cause: "",
    fix: "",
    sourceCommit: "",
    url: "",
    previous: "",
    commit: "",
    hasChanges: false,
    pushed: false,
    commits: undefined,
    changes: [],
  };
}

/** Returns the address of the repository that this runs in, such as `https://github.com/owner/name`. */
function originOf({ GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository }: NodeJS.ProcessEnv): string {
  if (server && repository) return `${server}/${repository}`;
  throw new Failure("GITHUB_SERVER_URL and GITHUB_REPOSITORY, the address of the source, are not set", {
    nextStep: "run this in a GitHub workflow, or set both; nothing was changed.",
  });
}
