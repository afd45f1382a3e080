import { Failure } from "../../shared/failure.ts";
import type { Following } from "./following.ts";
import { sayWanted } from "./pipeline.ts";
import type { Snapshot } from "./snapshot.ts";

/** The branch or tag had moved on before the source was read: what this execution deploys is somebody else's. */
export function tookOther({ record, wanted }: Following, { revisions }: Snapshot): Failure {
  record.status = "superseded";
  const taken = revisions.map(({ id }) => id).join(" and ");
  return new Failure(
    `Execution ${record.executionId} took ${taken} from its sources, not ${sayWanted(wanted)}; it goes on`,
    {
      nextStep:
        "nothing, if something newer was to be deployed; otherwise run this job again, so that the branch or tag has it once more.",
    },
  );
}
