import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  CreateStackCommand,
  DescribeStackEventsCommand,
  waitUntilStackCreateComplete,
} from "@aws-sdk/client-cloudformation";
import type { Account } from "./account.ts";
import type { AccountClients } from "./clients.ts";
import { partsOf } from "./parts.ts";
import { createResources } from "./resources.ts";
import { readTemplate, stackPrefix } from "./templates.ts";

/** Services of the templates may run the latest image of a repository. */
const portOfLatest = 80;

/** Creates a stack for each template, up to the first that fails. What is missing then is made by default. */
export async function deployTemplates(account: Account): Promise<void> {
  const { clients, needs, made, notChecked, standIns } = account;
  const bodies = new Map<string, string>();
  for (const file of needs.templates) bodies.set(file, await readFile(join(needs.checkout, file), "utf8"));
  const haveRepositories = [...bodies.values()].some((body) => body.includes("AWS::ECR::Repository"));
  if (bodies.size > 0 && !haveRepositories) {
    const repositories = partsOf(needs).filter(({ kind }) => kind === "repository");
    await createResources(account, repositories);
    for (const name of needs.repositories) await standIns.push(portOfLatest, name, "latest");
  }
  for (const [file, body] of bodies) {
    const { name = "", parameters = {} } = readTemplate(file, body) ?? {};
    const open = Object.keys(parameters).filter((parameter) => parameters[parameter]?.default === undefined);
    const problem =
      open.length > 0
        ? `its parameters ${open.join(", ")} have no default`
        : await createStack(clients, `${stackPrefix}-${name}`, body);
    if (problem) {
      notChecked.push(`${file} was not deployed: ${problem}. The lab made a default instead`);
      return;
    }
    made.push(`stack ${stackPrefix}-${name} from ${file}`);
  }
}

/** Resolves to the reason of a failure. */
async function createStack(
  { cloudformation: client }: AccountClients,
  StackName: string,
  TemplateBody: string,
): Promise<string | undefined> {
  const Capabilities = ["CAPABILITY_NAMED_IAM" as const, "CAPABILITY_AUTO_EXPAND" as const];
  try {
    const { StackId = "" } = await client.send(
      new CreateStackCommand({ StackName, TemplateBody, Capabilities }),
    );
    const settings = { client, minDelay: 1, maxDelay: 1, maxWaitTime: 600 };
    const ended = await waitUntilStackCreateComplete(settings, { StackName: StackId }).catch(() => undefined);
    if (ended) return undefined;
    const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: StackId }));
    const failed = StackEvents.findLast(({ ResourceStatus }) => ResourceStatus === "CREATE_FAILED");
    return `${failed?.LogicalResourceId}: ${failed?.ResourceStatusReason}`;
  } catch (error) {
    return (error as Error).message;
  }
}
