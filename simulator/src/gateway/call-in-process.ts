import { AwsError } from "../kit/errors.ts";
import { apiName } from "../kit/operation-names.ts";
import type { Aws, Handler, ServiceName } from "../services/api.ts";
import type { Services } from "../services/index.ts";
import type { FaultStrikes } from "./faults.ts";
import { strikeWithin } from "./faults.ts";

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

function unknownOperation(service: string, operation: string): AwsError {
  return new AwsError("UnknownOperationException", `the simulator does not perform ${service}:${operation}`);
}
