import { keepRecord } from "../../../core/define-action.ts";
import { type Ended, runHere, startEntry } from "../../../core/entry.support.ts";
import { runAction } from "../../../core/run.ts";
import type { DeliveryContext } from "../../context.ts";
import { deploy } from "../../deploy.ts";
import type { DeployInputs, OnCancel } from "../../inputs.ts";
import { deploymentReport } from "../../publish.ts";
import type { Stage } from "../../stage.support.ts";

/** Runs the whole step except the creation of its clients, whose pace would be that of the real AWS. */
export async function runStep(
  context: DeliveryContext & { readonly lines: string[] },
  inputs: DeployInputs,
): Promise<Ended> {
  const step = () =>
    runAction((signal) => keepRecord({ ...deploymentReport, run: deploy }, { ...context, signal }, inputs));
  return { ...(await runHere(step)), lines: context.lines };
}

/** Starts the action as the runner does, step and post step; the step gets a signal once its deployment is created. */
export async function runKilledStep(
  { simulator, inputs: inputsOf }: Stage,
  file: string,
  onCancel: OnCancel,
  signal: NodeJS.Signals,
): Promise<Ended> {
  const inputs = {
    cluster: inputsOf("").cluster,
    service: "web",
    "task-definition": file,
    "codedeploy-application": "outside",
    "codedeploy-deployment-group": "web",
    "on-cancel": onCancel,
  };
  const step = await startEntry("deploy-service", {
    simulator,
    inputs,
    onLine: (line, kill) => void (/ is created\.$/.test(line) && kill(signal)),
  });
  const post = await startEntry("deploy-service", { simulator, inputs, environment: step.state });
  return {
    ...step,
    lines: [...step.lines, ...post.lines],
    errors: [...step.errors, ...post.errors],
    summary: step.summary + post.summary,
  };
}
