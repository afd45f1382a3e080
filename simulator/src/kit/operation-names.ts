/** `CreateDBInstance` is `createDBInstance` on the SDK's client. */
export function methodName(operation: string): string {
  return operation.charAt(0).toLowerCase() + operation.slice(1);
}

/** The reverse of `methodName`. */
export function apiName(method: string): string {
  return method.charAt(0).toUpperCase() + method.slice(1);
}
