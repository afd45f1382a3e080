import { callerArn } from "../../access-keys.ts";
import type { Environment } from "../../environment.ts";
import type { Caller, Service } from "../api.ts";
import type { Definition } from "../definition.ts";
import * as changeSets from "./operations/change-sets.ts";
import {
  cancelUpdateStack,
  continueUpdateRollback,
  createStack,
  deleteStack,
  rollbackStack,
  updateStack,
  updateTerminationProtection,
} from "./operations/change-stacks.ts";
import {
  describeStackEvents,
  describeStackResources,
  describeStacks,
  listExports,
  listImports,
  listStackResources,
  listStacks,
} from "./operations/describe-stacks.ts";
import * as templates from "./operations/templates.ts";
import { resourceTypes } from "./resources/catalog.ts";
import type { ResourceTypes } from "./resources/resource-type.ts";
import { actingFor } from "./stack/operation.ts";
import type { CloudFormationState } from "./stack/records.ts";

export const cloudformation: Definition<"cloudformation"> = {
  create: createCloudFormation,
  client: "cloudformation",
  wires: [
    {
      protocol: "awsQuery",
      route: "2010-05-15",
      namespace: "http://cloudformation.amazonaws.com/doc/2010-05-15/",
    },
  ],
};

const operations = {
  createStack,
  updateStack,
  deleteStack,
  updateTerminationProtection,
  cancelUpdateStack,
  rollbackStack,
  continueUpdateRollback,
  describeStacks,
  listStacks,
  describeStackEvents,
  describeStackResources,
  listStackResources,
  ...templates,
  listExports,
  listImports,
  ...changeSets,
};

/**
 * `types` are the allowed types of resources; a test of the engine passes its own.
 *
 * @internal
 */
export function createCloudFormation(
  environment: Environment,
  types: ResourceTypes = resourceTypes,
): Service<"cloudformation"> {
  const closing = new AbortController();
  const running = new Set<Promise<void>>();
  const state: CloudFormationState = {
    environment,
    caller: { accessKeyId: "in-process", sourceIp: "127.0.0.1" },
    types,
    stacks: new Map(),
    signal: closing.signal,
    run: (operation) => {
      const tracked = operation
        .catch((error: unknown) => environment.warn(`a stack operation broke off: ${error}`))
        .finally(() => running.delete(tracked));
      running.add(tracked);
    },
  };
  return {
    operations: bind(state, operations),
    close: async () => {
      closing.abort(new Error("the simulator ends"));
      await Promise.all(running);
    },
  };
}

type Bound<Functions> = {
  [Name in keyof Functions]: Functions[Name] extends (
    state: CloudFormationState,
    input: infer Input,
  ) => infer Output
    ? (input: Input, caller: Caller) => Output
    : never;
};

// biome-ignore lint/suspicious/noExplicitAny: each operation keeps its own input and output in the result
function bind<Functions extends Record<string, (state: CloudFormationState, input: any) => unknown>>(
  state: CloudFormationState,
  functions: Functions,
): Bound<Functions> {
  const entries = Object.entries(functions).map(([name, perform]) => {
    const bound = (input: object, called: Caller) => {
      const arn = callerArn(state.environment, called?.accessKeyId ?? "");
      const caller = { ...called, arn, via: "cloudformation.amazonaws.com" };
      return perform({ ...state, ...actingFor(state, caller) }, input);
    };
    return [name, bound];
  });
  return Object.fromEntries(entries) as Bound<Functions>;
}
