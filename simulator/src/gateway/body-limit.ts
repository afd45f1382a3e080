import { type Message, signingName } from "./message.ts";

const mebibyte = 1024 * 1024;

/** Larger than the services' own quotas, so that a service refuses larger content with its own message. */
const limits: Readonly<Record<string, number>> = {
  // Limit for a commit of 20 MB of files, in base64.
  codecommit: 32 * mebibyte,
  // Limit for a manifest of 4 MiB, quoted.
  ecr: 8 * mebibyte,
  // Lambda's documented limit for CreateFunction.
  lambda: 70_167_211,
  // AWS accepts 5 GiB at once; here an object passes through memory. Clients send large ones in parts.
  s3: 128 * mebibyte,
};

/** Returns the maximum bytes of the body of an API request. */
export function bodyLimit(message: Pick<Message, "headers">): number {
  return limits[signingName(message) ?? ""] ?? 2 * mebibyte;
}
