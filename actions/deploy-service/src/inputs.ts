import { readInputs } from "../../shared/inputs.ts";
import { type Stage, stages } from "./record.ts";

export interface DeployInputs {
  readonly cluster: string;
  readonly service: string;
  readonly taskDefinitionFile: string;
  readonly appSpecFile: string | undefined;
  readonly codeDeployApplication: string;
  readonly codeDeployDeploymentGroup: string;
  readonly waitUntil: Stage;
  /** Undefined: computed from the deployment's own waits. */
  readonly deadlineMs: number | undefined;
  readonly maxFailedTasks: number;
  readonly onCancel: "leave" | "stop" | "rollback";
}

export function readDeployInputs(getInput?: (name: string) => string): DeployInputs {
  return readInputs((read) => {
    const cluster = read.required("cluster");
    const service = read.required("service");
    return {
      cluster,
      service,
      taskDefinitionFile: read.file("task-definition"),
      appSpecFile: read.optionalFile("appspec"),
      codeDeployApplication: read.optional("codedeploy-application") ?? `AppECS-${cluster}-${service}`,
      codeDeployDeploymentGroup:
        read.optional("codedeploy-deployment-group") ?? `DgpECS-${cluster}-${service}`,
      waitUntil: read.choice("wait-until", stages, "complete"),
      deadlineMs: read.duration("deadline"),
      maxFailedTasks: read.integer("max-failed-tasks", { min: 1, max: 100, fallback: 3 }),
      onCancel: read.choice("on-cancel", ["leave", "stop", "rollback"], "rollback"),
    };
  }, getInput);
}
