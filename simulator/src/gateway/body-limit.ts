import { type Message, signingName } from "./message.ts";

const mebibyte = 1024 * 1024;

/** Above what the services' own quotas let through, so that a service refuses in its own words what exceeds them. */
const limits: Readonly<Record<string, number>> = {
  // A commit of 20 MB of files, in base64.
  codecommit: 32 * mebibyte,
  // A manifest of 4 MiB, quoted.
  ecr: 8 * mebibyte,
  // As Lambda says it for CreateFunction.
  lambda: 70_167_211,
  // AWS takes 5 GiB at once; here an object passes through memory. Clients send large ones in parts.
  s3: 128 * mebibyte,
};

/** Bytes that the body of an API request may have. */
export function bodyLimit(message: Pick<Message, "headers">): number {
  return limits[signingName(message) ?? ""] ?? 2 * mebibyte;
}
