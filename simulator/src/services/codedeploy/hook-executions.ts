import { AwsError } from "../../kit/errors.ts";
import type { Service } from "../api.ts";
import { type CodeDeployState, findDeployment } from "./state.ts";

export function hookExecutionOperations(state: CodeDeployState): Service<"codedeploy">["operations"] {
  return {
    putLifecycleEventHookExecutionStatus: (input) => {
      const { deploymentId, lifecycleEventHookExecutionId: id = "", status } = input;
      const deployment = findDeployment(state, deploymentId);
      const execution = deployment.hookExecutions.get(id);
      if (!execution)
        throw new AwsError(
          "InvalidLifecycleEventHookExecutionIdException",
          `The deployment ${deployment.id} has no lifecycle event hook execution ${id}.`,
        );
      if (status !== "Succeeded" && status !== "Failed")
        throw new AwsError(
          "InvalidLifecycleEventHookExecutionStatusException",
          `The status of a lifecycle event hook execution must be Succeeded or Failed, not ${status}.`,
        );
      if (!execution.report)
        throw new AwsError(
          "LifecycleEventAlreadyCompletedException",
          `The lifecycle event of the hook execution ${id} is already complete.`,
        );
      execution.report(status);
      return { lifecycleEventHookExecutionId: id };
    },
  };
}
