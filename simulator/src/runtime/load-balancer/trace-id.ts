import { randomBytes } from "node:crypto";

const prefix = randomBytes(8).toString("hex");
let count = randomBytes(4).readUInt32BE();

/** `1-<seconds>-<96 bits>` in hex: unique by a random part per process and a counter, cheap on every request. */
function newId(): string {
  count = (count + 1) >>> 0;
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  return `1-${seconds}-${prefix}${count.toString(16).padStart(8, "0")}`;
}

/**
 * Returns X-Amzn-Trace-Id as the load balancer passes it on (guide, "Request tracing"): a header without Root gets one;
 * to one with an external Root, the load balancer adds its own id in front as Self.
 */
export function traceId(received: string | undefined): string {
  if (received === undefined || received === "") return `Root=${newId()}`;
  const fields = received.split(";").filter((field) => !field.startsWith("Self="));
  if (!fields.some((field) => field.startsWith("Root="))) return [`Root=${newId()}`, ...fields].join(";");
  return [`Self=${newId()}`, ...fields].join(";");
}
