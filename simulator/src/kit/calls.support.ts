import type { Environment } from "../environment.ts";
import { createTestEnvironment } from "../test-environment.support.ts";

/** Calls an operation of the service under test by its method's name. */
// biome-ignore lint/suspicious/noExplicitAny: the assertions of each case use only the members they need
export type Call = (name: string, input: object) => any;

/** Creates a separate service, for tests of one that needs no other. */
export async function callsOf(
  create: (environment: Environment) => { readonly operations: object },
): Promise<Call> {
  const environment = await createTestEnvironment();
  await environment.remove();
  const operations = create(environment).operations as Record<string, (...args: object[]) => unknown>;
  return (name, input) => operations[name]?.(input, { accessKeyId: "test", sourceIp: "127.0.0.1" });
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
