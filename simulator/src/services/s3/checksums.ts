import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { AwsError } from "../../kit/errors.ts";

/** CRC-64/NVME, big-endian bytes; in halves, since JavaScript's bit operators use 32 bits. */
function crc64nvme(bytes: Uint8Array): Buffer {
  let high = 0xffffffff;
  let low = 0xffffffff;
  for (const byte of bytes) {
    const index = (low ^ byte) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ (nvme.low[index] as number);
    high = (high >>> 8) ^ (nvme.high[index] as number);
  }
  const result = Buffer.alloc(8);
  result.writeUInt32BE((high ^ 0xffffffff) >>> 0, 0);
  result.writeUInt32BE((low ^ 0xffffffff) >>> 0, 4);
  return result;
}

/** The polynomial in reversed order of bits: 0xAD93D23594C93659. */
const nvme = nvmeTable();

function nvmeTable() {
  const high = new Int32Array(256);
  const low = new Int32Array(256);
  for (let index = 0; index < 256; index++) {
    let value = BigInt(index);
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ 0x9a6c9329ac4bc9b5n : value >> 1n;
    high[index] = Number(value >> 32n);
    low[index] = Number(value & 0xffffffffn);
  }
  return { high, low };
}

/** Algorithms that the simulator computes, by their names in the API. */
const algorithms = {
  CRC32: (bytes: Uint8Array) => {
    const result = Buffer.alloc(4);
    result.writeUInt32BE(crc32(bytes));
    return result;
  },
  CRC64NVME: crc64nvme,
  SHA1: (bytes: Uint8Array) => createHash("sha1").update(bytes).digest(),
  SHA256: (bytes: Uint8Array) => createHash("sha256").update(bytes).digest(),
} as const;

type ChecksumAlgorithm = keyof typeof algorithms;
export const checksumAlgorithms = Object.keys(algorithms) as ChecksumAlgorithm[];
/** Checksum that S3 adds when a client gives none. Source: S3 user guide, "Checking object integrity". */
const defaultAlgorithm: ChecksumAlgorithm = "CRC64NVME";

export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64. */
  readonly value: string;
}

type ChecksumMembers = { [Name in ChecksumAlgorithm as `Checksum${Name}`]?: string | undefined };

interface ChecksumInput extends ChecksumMembers {
  readonly ChecksumAlgorithm?: string | undefined;
  readonly ContentMD5?: string | undefined;
}

function sum(algorithm: ChecksumAlgorithm, bytes: Uint8Array): string {
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
  return { algorithm, value };
}

/** Throws InvalidRequest for an unsupported algorithm. */
function algorithmOf(name: string | undefined): ChecksumAlgorithm | undefined {
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
export function checksumMembers({ algorithm, value }: Checksum) {
  return { [`Checksum${algorithm}`]: value, ChecksumType: "FULL_OBJECT" as const };
}
