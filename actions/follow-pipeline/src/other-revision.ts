import { Failure } from "../../shared/failure.ts";
import type { Following } from "./following.ts";
import { sayWanted } from "./pipeline.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * Explains that the branch or tag had moved before the source was read, so this execution deploys somebody else's
 * change.
 */
export function otherRevisionTaken({ record, wanted }: Following, { revisions }: Snapshot): Failure {
  record.status = "superseded";
  const taken = revisions.map(({ id }) => id).join(" and ");
  return new Failure(
    `Execution ${record.executionId} took ${taken} from its sources, not ${sayWanted(wanted)}; it continues`,
    {
      nextStep:
        "nothing, if a newer version should be deployed; otherwise run this job again to set the branch or tag to this version again.",
    },
  );
}
