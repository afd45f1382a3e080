import type { SourceRevisionType } from "@aws-sdk/client-codepipeline";
import type { ActionJob } from "./action.ts";

/** Returns the revision that the execution was started with for this source action, if any. */
export function overrideOf({ run }: ActionJob, type: SourceRevisionType): string | undefined {
  return run.execution.overrides.find(
    ({ actionName, revisionType }) => actionName === run.action.name && revisionType === type,
  )?.revisionValue;
}
