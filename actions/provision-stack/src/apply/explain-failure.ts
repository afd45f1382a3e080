import { DescribeStackResourcesCommand, type StackEvent } from "@aws-sdk/client-cloudformation";
import type { PlannedStack } from "../../../cloudformation/template.ts";
import { findDataPositions } from "../../../core/data-file.ts";
import { Failure } from "../../../core/failure.ts";
import type { ProvisionContext } from "../context.ts";
import { firstFailure, reasonOfStack, stripHandler } from "../stack/events.ts";
import type { Followed } from "../stack/follow-stack.ts";
import { quotaOf, raise } from "./quotas.ts";

export interface Explained {
  /** The fault, as the end of a sentence about the resource. */
  readonly text: string;
  /** An instruction. */
  readonly nextStep: string;
}

interface FailedResource {
  readonly reason: string;
  readonly type: string;
  /** Evaluated properties of the template. */
  readonly properties: { readonly [name: string]: unknown };
}

interface Circumstances {
  readonly planned: PlannedStack;
  readonly region: string;
}

type Explain = (
  context: Pick<ProvisionContext, "cloudformation">,
  failed: FailedResource,
  circumstances: Circumstances,
) => Explained | undefined | Promise<Explained | undefined>;

/** Explains why a resource failed, and what to do about it. */
export async function explainFailure(
  context: Pick<ProvisionContext, "cloudformation">,
  failed: FailedResource,
  circumstances: Circumstances,
): Promise<Explained> {
  for (const explain of explanations) {
    const found = await explain(context, failed, circumstances);
    if (found) return found;
  }
  return {
    text: stripHandler(failed.reason),
    nextStep: `correct ${circumstances.planned.template.file} or its parameters and run the job again.`,
  };
}

function toFailedResource(event: StackEvent): FailedResource {
  const { ResourceStatusReason = "no reason given", ResourceType = "", ResourceProperties = "" } = event;
  return {
    reason: ResourceStatusReason,
    type: ResourceType,
    properties: parseProperties(ResourceProperties),
  };
}

function parseProperties(text: string): FailedResource["properties"] {
  try {
    return JSON.parse(text);
  } catch {
    // AWS leaves them out of some events, and cuts long ones.
    return {};
  }
}

const explanations: readonly Explain[] = [
  denied,
  roleNotThereYet,
  exhausted,
  missingExport,
  exportInUse,
  exportTaken,
  customNamed,
  taken,
  notValid,
  unstable,
];

function denied(_: unknown, { reason }: FailedResource): Explained | undefined {
  if (!/not authorized to perform|AccessDenied|UnauthorizedOperation|is not authorized/i.test(reason)) return;
  const action = /perform:? \[?([\w-]+:\w+)/.exec(reason)?.[1];
  const text = action
    ? `the role of this job may not ${action} (${stripHandler(reason)})`
    : stripHandler(reason);
  const fix = `allow ${action ?? "it"} in the policy of this job's role`;
  return {
    text,
    nextStep: `${fix}; a course account never allows creating roles, identity providers and bucket versions: use profile academy there.`,
  };
}

/** The first use of a service creates its service-linked role, and the service does not wait for it. */
function roleNotThereYet(_: unknown, { reason }: FailedResource): Explained | undefined {
  if (!/service[- ]linked role/i.test(reason)) return;
  return {
    text: stripHandler(reason),
    nextStep: "run the job again: the role exists by now.",
  };
}

function exhausted(
  _: unknown,
  { reason, type }: FailedResource,
  { region }: Circumstances,
): Explained | undefined {
  const quota = quotaOf(reason, type);
  return (
    quota && {
      text: `the account's quota "${quota.name}" is reached (${stripHandler(reason)})`,
      nextStep: `${raise(quota, region)}; then run the job again.`,
    }
  );
}

function missingExport(_: unknown, { reason }: FailedResource): Explained | undefined {
  const name = /No export named (\S+) found/.exec(reason)?.[1];
  return name === undefined
    ? undefined
    : {
        text: `it imports ${name}, which no stack of this account and region exports`,
        nextStep: "apply the stack that exports it first, or correct the name.",
      };
}

function exportInUse(_: unknown, { reason }: FailedResource): Explained | undefined {
  const found = /Export (\S+) cannot be (updated|deleted) as it is in use by ([^"]+)/.exec(reason);
  if (!found) return;
  const [, name, verb, users = ""] = found;
  return {
    text: `export ${name} cannot be ${verb}, because ${users.trimEnd().replace(/\.$/, "")} imports it`,
    nextStep:
      "change the importing stacks to import something else first; a resource that they use cannot be replaced.",
  };
}

function exportTaken(_: unknown, { reason }: FailedResource): Explained | undefined {
  const found = /Export with name (\S+) is already exported by stack ([\w-]+)/.exec(reason);
  if (!found) return;
  return {
    text: `stack ${found[2]} already exports ${found[1]}`,
    nextStep:
      "give the export another name (the templates use the stack's name for that), or delete that stack.",
  };
}

function customNamed(_: unknown, { reason }: FailedResource): Explained | undefined {
  if (!/custom-named resource requires replacing/.test(reason)) return;
  const name = /Rename (.+?) and update/.exec(reason)?.[1];
  return {
    text: `it has to be replaced, and the new one cannot have the name ${name ?? "of the old one"} while the old one exists`,
    nextStep:
      "give it another name in the template, or remove it, apply, and add it again (its content is lost).",
  };
}

async function taken(
  { cloudformation }: Pick<ProvisionContext, "cloudformation">,
  { reason, properties }: FailedResource,
  { planned }: Circumstances,
): Promise<Explained | undefined> {
  if (!/already exists?|AlreadyExists|Duplicate\w+Name|already in use|AlreadyOwnedByYou/i.test(reason))
    return;
  const names = Object.values(properties).filter(
    (value): value is string => typeof value === "string" && value !== "" && reason.includes(value),
  );
  const name = names.sort((one, two) => two.length - one.length)[0];
  const said = /already exists in stack \S*?stack\/([\w-]+)/.exec(reason)?.[1];
  const owner = said ?? (name && (await ownerOf(cloudformation, name)));
  const text = name ? `the name ${name} is already used` : stripHandler(reason);
  if (owner && owner !== planned.stackName)
    return {
      text: `${text} by stack ${owner}`,
      nextStep: `delete stack ${owner}, or use its stack-prefix, or give this one another name.`,
    };
  return {
    text: `${text} by a resource outside any stack`,
    nextStep:
      "delete the resource with that name (created manually, or kept when its stack was deleted), or give this one another name.",
  };
}

/** Returns the stack that has a resource of this name. */
export async function ownerOf(
  cloudformation: ProvisionContext["cloudformation"],
  name: string,
): Promise<string | undefined> {
  try {
    const command = new DescribeStackResourcesCommand({ PhysicalResourceId: name });
    const { StackResources = [] } = await cloudformation.send(command);
    return StackResources.find(({ ResourceStatus }) => !ResourceStatus?.startsWith("DELETE_"))?.StackName;
  } catch {
    // No stack has that name, or the role may not read it: the name is used either way.
    return undefined;
  }
}

function notValid(_: unknown, { reason }: FailedResource, { planned }: Circumstances): Explained | undefined {
  const found = /Properties validation failed for resource \S+ with message:\s*(?:#: )?([\s\S]+)/.exec(
    reason,
  );
  if (!found) return;
  return {
    text: `its properties are not valid: ${stripHandler(found[1] ?? "")}`,
    nextStep: `correct the properties in ${planned.template.file}.`,
  };
}

function unstable(_: unknown, { reason, type }: FailedResource): Explained | undefined {
  if (!/did not stabilize|NotStabilized|Exceeded attempts to wait|timed? ?out/i.test(reason)) return;
  const where =
    type === "AWS::ECS::Service" ? " (the service's events in the ECS console show why its tasks fail)" : "";
  return {
    text: `it did not become ready within CloudFormation's time limit: ${stripHandler(reason)}`,
    nextStep: `check the resource itself${where}, and run the job again.`,
  };
}

/**
 * Reports the first resource that failed on its own, why, and its line in the template; `state` describes the stack.
 */
export async function toFailure(
  context: ProvisionContext,
  planned: PlannedStack,
  { events, statusReason }: Followed,
  state: string,
): Promise<Failure> {
  const { stackName, template } = planned;
  const circumstances = { planned, region: await context.cloudformation.config.region() };
  const event = firstFailure(events);
  if (!event) {
    const reason = reasonOfStack(events) ?? statusReason ?? "no reason given";
    const stack = { reason, type: "", properties: {} };
    const { text, nextStep } = await explainFailure(context, stack, circumstances);
    return new Failure(`Stack ${stackName}: ${text} (${state})`, {
      nextStep,
      place: { file: template.file, line: undefined },
    });
  }
  const { LogicalResourceId: id = "", ResourceType } = event;
  const { text, nextStep } = await explainFailure(context, toFailedResource(event), circumstances);
  const line = findDataPositions(template.body).lineOf(["Resources", id]);
  return new Failure(
    `Stack ${stackName}: ${id} (${ResourceType}) failed: ${text} (${template.file}:${line}; ${state})`,
    { nextStep, place: { file: template.file, line } },
  );
}
