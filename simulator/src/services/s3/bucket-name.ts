import { AwsError } from "../../kit/errors.ts";

/** Source: S3 user guide, "General purpose bucket naming rules". Throws InvalidBucketName. */
export function refuseBadBucketName(name: string): void {
  const wellFormed = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name);
  const isAddress = /^\d+\.\d+\.\d+\.\d+$/.test(name);
  const taken =
    /^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name) ||
    name.includes("..");
  if (!wellFormed || isAddress || taken)
    throw new AwsError(
      "InvalidBucketName",
      `The specified bucket is not valid: "${name}". A bucket's name has 3 to 63 lower-case letters, digits, dots and hyphens, begins and ends with a letter or digit, and is no address.`,
    );
}
