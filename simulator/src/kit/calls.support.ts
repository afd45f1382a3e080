import type { Environment } from "../environment.ts";
import { createTestEnvironment } from "../test-environment.support.ts";

/** Calls an operation of the service under test by its method's name. */
// biome-ignore lint/suspicious/noExplicitAny: the assertions of each case use only the members they need
export type Call = (name: string, input: object) => any;

/** Calls operations of a service as the gateway does. */
function callerOf({ operations }: { readonly operations: object }): Call {
  const byName = operations as Record<string, (...args: object[]) => unknown>;
  return (name, input) => byName[name]?.(input, { accessKeyId: "test", sourceIp: "127.0.0.1" });
}

/** The same; an error of the operation rejects the promise. */
export function asyncCallerOf(service: { readonly operations: object }) {
  const call = callerOf(service);
  // biome-ignore lint/suspicious/noExplicitAny: the assertions of each case use only the members they need
  return async (name: string, input: object = {}): Promise<any> => call(name, input);
}

/** Creates a separate service, for tests of one that needs no other. */
export async function callsOf(
  create: (environment: Environment) => { readonly operations: object },
): Promise<Call> {
  const environment = await createTestEnvironment();
  await environment.remove();
  return callerOf(create(environment));
}

/** The status, name and message of the error that a client's call rejects with, or "nothing". */
export const refusal = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "nothing",
    ({ $metadata, name, message }) => `${$metadata?.httpStatusCode} ${name}: ${message}`,
  );

/** The name and status of the error that a client's call rejects with, or "performed". */
export const outcome = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "performed",
    ({ $metadata, name }) => `${name} ${$metadata?.httpStatusCode}`,
  );

/** The code of the AwsError that `action` throws, or "no error". */
export function codeOf(action: () => unknown): string {
  try {
    action();
    return "no error";
  } catch (error) {
    return (error as { code: string }).code;
  }
}
