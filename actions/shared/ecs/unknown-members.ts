import {
  DescribeTaskDefinitionCommand,
  type DescribeTaskDefinitionCommandInput,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import { isObject, type TaskDefinitionInput } from "../task-definition.ts";

/*
 * The SDK leaves out members that its model does not have, both in requests and in responses. Members of task
 * definitions are texts, numbers, booleans, lists and maps: in ECS's protocol, awsJson 1.1, each is the same in JSON.
 */

type Call = { input: object; request: unknown };
// biome-ignore lint/suspicious/noExplicitAny: the SDK's own type of what the steps of one command share.
type Next = (args: any) => Promise<any>;

/** Creates a RegisterTaskDefinition with every member of `wanted`. */
export function registerCommand(wanted: TaskDefinitionInput): RegisterTaskDefinitionCommand {
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
export function describeCommand(input: DescribeTaskDefinitionCommandInput): DescribeTaskDefinitionCommand {
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
