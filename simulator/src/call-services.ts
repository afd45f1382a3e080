import { type FaultStrikes, strikeWithin } from "./gateway/faults.ts";
import { deniedBy } from "./gateway/perform.ts";
import { AwsError } from "./kit/errors.ts";
import { apiName } from "./kit/operation-names.ts";
import { findAction } from "./permissions/action-table.ts";
import type { Permissions } from "./permissions/permissions.ts";
import type { Aws, Caller, Handler, ServiceName } from "./services/api.ts";
import { definitions, type Services } from "./services/index.ts";

/** Returns the API for calls of one service to another. */
export function callInProcess(services: Services, faults: FaultStrikes): Aws {
  return new Proxy({} as Aws, {
    get: (_, name: ServiceName) =>
      new Proxy(
        {},
        {
          get: (__, operation: string) => async (input: object) => {
            const perform = (services[name].operations as Record<string, Handler | undefined>)[operation];
            if (!perform) throw unknownOperation(name, operation);
            strikeWithin(faults.strikeWithin({ service: name, operation: apiName(operation) }));
            return perform(input, { accessKeyId: "in-process", sourceIp: "127.0.0.1" });
          },
        },
      ),
  });
}

/** Data that a service reads for its caller. Source: "Use dynamic references" and "Parameters", CloudFormation user guide. */
const readForCaller = [
  "s3:GetObject",
  "secretsmanager:GetSecretValue",
  "ssm:GetParameter",
  "ssm:GetParameters",
];

/**
 * Returns the API with the rights of a caller. What a service reads to follow a resource is not checked: AWS's own
 * handlers read in other ways.
 */
export function callFor(caller: Caller, aws: Aws, permissions: Permissions): Aws {
  return new Proxy(aws, {
    get: (_, name: ServiceName) =>
      new Proxy(aws[name], {
        get: (api, method: string) => async (input: object) => {
          const service = definitions[name].actionPrefix ?? name;
          const call = { service, operation: apiName(method), input };
          const action = `${service}:${call.operation}`;
          const reads = /^(List|Read)$/.test(findAction(action)?.level ?? "Read");
          const refusal =
            reads && !readForCaller.includes(action) ? undefined : await permissions.refusal(caller, call);
          if (refusal !== undefined) throw deniedBy(name, refusal);
          return (api as unknown as Record<string, (input: object) => Promise<object>>)[method]?.(input);
        },
      }),
  });
}

function unknownOperation(service: string, operation: string): AwsError {
  return new AwsError("UnknownOperationException", `the simulator does not perform ${service}:${operation}`);
}
