import {
  DescribeTaskDefinitionCommand,
  type DescribeTaskDefinitionCommandInput,
  type DescribeTaskDefinitionCommandOutput,
  RegisterTaskDefinitionCommand,
  type Tag,
} from "@aws-sdk/client-ecs";
import { Failure } from "../core/failure.ts";
import { isObject } from "../core/is-object.ts";
import { comparable, type TaskDefinitionInput } from "../core/task-definition.ts";
import { diffTaskDefinitions } from "../core/task-definition-diff.ts";
import type { EcsClients, EcsContext } from "./context.ts";

export type RegisteredRevision = Pick<DescribeTaskDefinitionCommandOutput, "taskDefinition" | "tags">;

/** Returns the ARN of the family's latest active revision when it is equal, else of a newly registered one. */
export async function settleRevision(context: EcsContext, wanted: TaskDefinitionInput): Promise<string> {
  const latest = await describeRevision(context, wanted.family ?? "");
  const arn = latest?.taskDefinition?.taskDefinitionArn;
  if (arn) {
    const changes = diffRevision(latest, wanted);
    if (changes.length === 0) {
      context.log.info(`Reusing ${shortRevision(arn)}: it has the same content.`);
      return arn;
    }
    context.log.info(`Changes to ${shortRevision(arn)}:\n  ${changes.join("\n  ")}`);
  }
  return registerRevision(context, wanted);
}

/** Returns what `wanted` changes in a registered revision; tags count only when it has some. */
export function diffRevision(registered: RegisteredRevision, wanted: TaskDefinitionInput): string[] {
  const [before, after] = comparable(registered.taskDefinition ?? {}, wanted);
  const tags = registered.tags?.filter((tag) => !isReservedTag(tag));
  return diffTaskDefinitions(wanted.tags ? { ...before, tags } : before, after);
}

/** Returns whether AWS reserves the tag: no user can register it. */
export function isReservedTag({ key = "" }: Tag): boolean {
  return /^aws:/i.test(key);
}

/** Reads a revision by ARN or family:revision, the latest active one by family; undefined without one. */
export async function describeRevision(
  context: { readonly clients: Pick<EcsClients, "ecs">; readonly signal: AbortSignal },
  taskDefinition: string,
): Promise<RegisteredRevision | undefined> {
  const command = describeCommand({ taskDefinition, include: ["TAGS"] });
  try {
    return await context.clients.ecs.send(command, { abortSignal: context.signal });
  } catch (error) {
    // ECS's response for a missing task definition: "Unable to describe task definition."
    if ((error as Error).name === "ClientException") return undefined;
    throw error;
  }
}

/** Registers a revision and returns its ARN. */
export async function registerRevision(context: EcsContext, wanted: TaskDefinitionInput): Promise<string> {
  const command = registerCommand(wanted);
  try {
    const { taskDefinition } = await context.clients.ecs.send(command, { abortSignal: context.signal });
    const arn = taskDefinition?.taskDefinitionArn ?? "";
    context.log.info(`Registered ${shortRevision(arn)}.`);
    return arn;
  } catch (error) {
    if ((error as Error).name !== "ClientException") throw error;
    throw new Failure(`ECS refuses the task definition: ${(error as Error).message}`, {
      nextStep: "correct the task definition; nothing was deployed.",
      cause: error,
    });
  }
}

/** Returns `customer-microservice:7` from a task definition's ARN. */
export function shortRevision(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}

/*
 * The SDK leaves out members that its model does not have, both in requests and in responses. Members of task
 * definitions are texts, numbers, booleans, lists and maps: in ECS's protocol, awsJson 1.1, each is the same in JSON.
 */

type Call = { input: object; request: unknown };
// biome-ignore lint/suspicious/noExplicitAny: the SDK's own type of what the steps of one command share.
type Next = (args: any) => Promise<any>;

/** Creates a RegisterTaskDefinition with every member of `wanted`. */
function registerCommand(wanted: TaskDefinitionInput): RegisterTaskDefinitionCommand {
  const command = new RegisterTaskDefinitionCommand(wanted);
  command.middlewareStack.addRelativeTo(
    (next: Next) => (args: Call) => {
      const request = args.request as { body?: unknown };
      request.body = JSON.stringify(wanted);
      return next(args);
    },
    { name: "sendUnknownMembers", relation: "after", toMiddleware: "serializerMiddleware" },
  );
  return command;
}

/** Creates a DescribeTaskDefinition whose output has every member of the task definition. */
function describeCommand(input: DescribeTaskDefinitionCommandInput): DescribeTaskDefinitionCommand {
  const command = new DescribeTaskDefinitionCommand(input);
  let body: unknown;
  command.middlewareStack.addRelativeTo(
    (next: Next) => async (args: Call) => {
      const result = await next(args);
      const response = result.response as { body?: AsyncIterable<Uint8Array> };
      const chunks: Uint8Array[] = [];
      for await (const chunk of response.body ?? []) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      body = bytes.toString();
      Object.assign(response, { body: new Uint8Array(bytes) });
      return result;
    },
    { name: "keepUnknownMembers", relation: "after", toMiddleware: "deserializerMiddleware" },
  );
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { taskDefinition } = JSON.parse(String(body)) as { taskDefinition?: unknown };
      if (isObject(taskDefinition) && isObject(result.output.taskDefinition))
        Object.assign(result.output.taskDefinition, {
          ...taskDefinition,
          ...datesOf(result.output.taskDefinition),
        });
      return result;
    },
    { name: "addUnknownMembers", step: "initialize" },
  );
  return command;
}

function datesOf(taskDefinition: object): object {
  return Object.fromEntries(Object.entries(taskDefinition).filter(([, value]) => value instanceof Date));
}
