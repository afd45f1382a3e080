import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { AwsError } from "../../kit/errors.ts";
import { crc32c, crc64nvme } from "./crc.ts";

/** Algorithms that the simulator computes, by their names in the API. */
const algorithms = {
  CRC32: (bytes: Uint8Array) => {
    const result = Buffer.alloc(4);
    result.writeUInt32BE(crc32(bytes));
    return result;
  },
  CRC32C: crc32c,
  CRC64NVME: crc64nvme,
  SHA1: (bytes: Uint8Array) => createHash("sha1").update(bytes).digest(),
  SHA256: (bytes: Uint8Array) => createHash("sha256").update(bytes).digest(),
  SHA512: (bytes: Uint8Array) => createHash("sha512").update(bytes).digest(),
} as const;

export type ChecksumAlgorithm = keyof typeof algorithms;
export const checksumAlgorithms = Object.keys(algorithms) as ChecksumAlgorithm[];
/** Checksum that S3 adds when a client gives none. Source: S3 user guide, "Checking object integrity". */
export const defaultAlgorithm: ChecksumAlgorithm = "CRC64NVME";

export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64; for an object in parts with a checksum of their checksums, with `-` and their number. */
  readonly value: string;
  readonly type: "FULL_OBJECT" | "COMPOSITE";
}

export type ChecksumMembers = { [Name in ChecksumAlgorithm as `Checksum${Name}`]?: string | undefined };

export interface ChecksumInput extends ChecksumMembers {
  readonly ChecksumAlgorithm?: string | undefined;
  readonly ContentMD5?: string | undefined;
}

export function sum(algorithm: ChecksumAlgorithm, bytes: Uint8Array): string {
  return algorithms[algorithm](bytes).toString("base64");
}

/** Returns the checksum of a request's bytes, after comparing it with the request's own. Throws BadDigest. */
export function checkedSum(bytes: Uint8Array, input: ChecksumInput): Checksum {
  if (input.ContentMD5 !== undefined && input.ContentMD5 !== md5(bytes).toString("base64"))
    throw new AwsError("BadDigest", "The Content-MD5 you specified did not match what we received.");
  const given = checksumAlgorithms.find((name) => input[`Checksum${name}`] !== undefined);
  const algorithm = given ?? algorithmOf(input.ChecksumAlgorithm) ?? defaultAlgorithm;
  const value = sum(algorithm, bytes);
  if (given && input[`Checksum${given}`] !== value)
    throw new AwsError("BadDigest", `The ${given} you specified did not match the calculated checksum.`);
  return { algorithm, value, type: "FULL_OBJECT" };
}

/** Throws InvalidRequest for an unsupported algorithm. */
export function algorithmOf(name: string | undefined): ChecksumAlgorithm | undefined {
  if (name === undefined) return undefined;
  const algorithm = checksumAlgorithms.find((each) => each === name);
  if (algorithm) return algorithm;
  throw new AwsError(
    "InvalidRequest",
    `The simulator computes no checksums by ${name}; it does by ${checksumAlgorithms.join(", ")}.`,
  );
}

export function md5(bytes: Uint8Array): Buffer {
  return createHash("md5").update(bytes).digest();
}

/** Returns the members for responses. */
export function checksumMembers({ algorithm, value, type }: Checksum) {
  return { [`Checksum${algorithm}`]: value, ChecksumType: type };
}
