import {
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  type ObjectIdentifier,
  S3Client,
} from "@aws-sdk/client-s3";
import { Failure } from "../../../../core/failure.ts";
import { counted } from "../../../../core/summary.ts";
import { type Inspect, inspectEach, lookUpHeld } from "./inspected.ts";

/** Counting a large bucket further takes long and adds nothing. */
const countedAtMost = 10_000;

/** Finds buckets with objects, or versions of objects: CloudFormation does not delete them. */
export const inspectBuckets: Inspect = async ({ clientConfig, signal }, stacks) => {
  const s3 = new S3Client({ ...clientConfig, followRegionRedirects: true });
  return inspectEach(stacks, "buckets", async ({ physicalId: name, stackName }) => {
    const where = `bucket ${name} (stack ${stackName})`;
    const { value: count = 0, findings } = await lookUpHeld(where, "NoSuchBucket", () =>
      countVersions(s3, name, signal),
    );
    if (count === 0) return { findings, emptyings: [] };
    const many = count >= countedAtMost ? `at least ${counted(count, "object")}` : counted(count, "object");
    const text = `${where} contains ${many}, including old versions`;
    return { findings, emptyings: [{ stackName, text, run: () => empty(s3, name, signal) }] };
  });
};

async function countVersions(client: S3Client, Bucket: string, abortSignal: AbortSignal): Promise<number> {
  let count = 0;
  for await (const versions of listVersions(client, Bucket, abortSignal)) {
    count += versions.length;
    if (count >= countedAtMost) break;
  }
  return count;
}

/** Deletes one page at a time: both a list and a deletion take 1,000. */
async function empty(client: S3Client, Bucket: string, abortSignal: AbortSignal): Promise<void> {
  for await (const Objects of listVersions(client, Bucket, abortSignal)) {
    if (Objects.length === 0) continue;
    const command = new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } });
    const { Errors: [error] = [] } = await client.send(command, { abortSignal });
    if (error)
      throw new Failure(`${error.Key} of bucket ${Bucket} cannot be deleted: ${error.Message}`, {
        nextStep: "check the bucket's policy and object locks.",
      });
  }
}

async function* listVersions(
  client: S3Client,
  Bucket: string,
  abortSignal: AbortSignal,
): AsyncGenerator<ObjectIdentifier[]> {
  let from: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {};
  for (;;) {
    const page = await client.send(new ListObjectVersionsCommand({ Bucket, ...from }), { abortSignal });
    const { Versions = [], DeleteMarkers = [], NextKeyMarker, NextVersionIdMarker } = page;
    yield [...Versions, ...DeleteMarkers].map(({ Key = "", VersionId }) => ({ Key, VersionId }));
    if (!page.IsTruncated) return;
    from = { KeyMarker: NextKeyMarker, VersionIdMarker: NextVersionIdMarker };
  }
}
