import { WorkflowRefused } from "../errors.ts";
import { type Permissions, permissionLevel, readPermissions } from "./permissions.ts";
import type { CallJob, Workflow } from "./workflow.ts";

interface Call {
  called: Workflow;
  /** Permissions of the calling job. */
  granted: Permissions;
}

/** Throws WorkflowRefused for a call that GitHub refuses before anything runs. */
export function checkCall(caller: Workflow, job: CallJob, call: Call): void {
  if (!call.called.events.workflow_call)
    throw new WorkflowRefused(`${job.place}: '${job.workflow}' has no 'workflow_call' trigger`);
  checkInheritance(caller, job, call.called);
  checkPermissions(job, call);
}

/** https://docs.github.com/actions/how-tos/reuse-automations/reuse-workflows#passing-inputs-and-secrets-to-a-reusable-workflow */
function checkInheritance(caller: Workflow, job: CallJob, called: Workflow): void {
  const [from, to] = [caller, called].map(({ source }) => source.repository.split("/")[0]?.toLowerCase());
  if (job.secrets !== "inherit" || from === to) return;
  const problem = `'secrets: inherit' works between repositories of one owner only; '${called.path}' is of '${to}'`;
  throw new WorkflowRefused(`${job.place}: ${problem}. Fix: list the secrets by name`);
}

/** A called workflow cannot get more than the job that calls it. The message begins as GitHub's. */
function checkPermissions(job: CallJob, { called, granted }: Call): void {
  const own = readPermissions(called.permissions, granted);
  for (const nested of called.jobs) {
    const requested = readPermissions(nested.permissions, own);
    for (const name of Object.keys(requested)) {
      const [wanted, allowed] = [requested, granted].map((each) => permissionLevel(each, name));
      if (levels.indexOf(wanted as string) <= levels.indexOf(allowed as string)) continue;
      const problem = `The nested job '${nested.id}' is requesting '${name}: ${wanted}', but is only allowed '${name}: ${allowed}'`;
      throw new WorkflowRefused(
        `${job.place}: Error calling workflow '${called.path}'. ${problem}. Fix: add '${name}: ${wanted}' to the permissions of the job '${job.id}'`,
      );
    }
  }
}

const levels = ["none", "read", "write"];
