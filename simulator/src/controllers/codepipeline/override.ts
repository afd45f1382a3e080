import type { SourceRevisionType } from "@aws-sdk/client-codepipeline";
import type { ActionJob } from "./action.ts";

/** What the execution was told to take for this source action, if it was. */
export function overrideOf({ run }: ActionJob, type: SourceRevisionType): string | undefined {
  return run.execution.overrides.find(
    ({ actionName, revisionType }) => actionName === run.action.name && revisionType === type,
  )?.revisionValue;
}
