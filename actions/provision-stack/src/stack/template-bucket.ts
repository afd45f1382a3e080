import { createHash } from "node:crypto";
import { basename } from "node:path";
import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  DeleteObjectCommand,
  HeadBucketCommand,
  PutBucketEncryptionCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import type { Template } from "../../../cloudformation/template.ts";
import { Failure } from "../../../core/failure.ts";
import type { ProvisionContext } from "../context.ts";
import { isTooLarge, type TemplateStore } from "./template-store.ts";

/** CloudFormation's quota "Template body size in an object". */
const largestObject = 1_048_576;

/**
 * Sends small templates in the request, others through a bucket, which is created when it is missing. Its objects are
 * removed at the end; the bucket stays, empty.
 */
export function throughBucket(
  Bucket: string,
  { clientConfig, log }: Pick<ProvisionContext, "clientConfig" | "log">,
): TemplateStore {
  const s3 = new S3Client(clientConfig);
  const put = new Map<string, Promise<string>>();
  let bucket: Promise<void> | undefined;
  const upload = async (template: Template): Promise<string> => {
    if (Buffer.byteLength(template.body) > largestObject)
      throw new Failure(
        `${template.file} is larger than the ${largestObject} bytes that CloudFormation accepts`,
        { nextStep: "split it into stacks by lifecycle; nothing was changed." },
      );
    bucket ??= findOrCreate(s3, Bucket, log);
    await bucket;
    const Key = keyOf(template);
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: template.body, ContentType: "text/plain" }));
    return `https://s3.${await s3.config.region()}.amazonaws.com/${Bucket}/${Key}`;
  };
  return {
    async sourceOf(template) {
      if (!isTooLarge(template)) return { TemplateBody: template.body };
      const url = put.get(keyOf(template)) ?? upload(template);
      put.set(keyOf(template), url);
      return { TemplateURL: await url };
    },
    async clear() {
      for (const Key of put.keys())
        try {
          await s3.send(new DeleteObjectCommand({ Bucket, Key }));
        } catch (error) {
          log.warning(`${Key} could not be deleted from bucket ${Bucket}: ${(error as Error).message}`);
        }
      put.clear();
    },
  };
}

/** Derives the key from the content, so that parallel jobs do not remove each other's templates while they differ. */
function keyOf({ body, file }: Template): string {
  return `provision-stack/${createHash("sha256").update(body).digest("hex").slice(0, 16)}/${basename(file)}`;
}

async function findOrCreate(s3: S3Client, Bucket: string, log: ProvisionContext["log"]): Promise<void> {
  try {
    await s3.send(new HeadBucketCommand({ Bucket }));
    return;
  } catch (error) {
    const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    if ($metadata?.httpStatusCode === 301 || $metadata?.httpStatusCode === 403)
      throw new Failure(`Bucket ${Bucket} is in another account or region, or this role may not use it`, {
        nextStep: "set input template-bucket to a bucket of this account and region.",
        cause: error,
      });
    if (name !== "NotFound" && name !== "NoSuchBucket") throw error;
  }
  const region = await s3.config.region();
  const LocationConstraint = region as BucketLocationConstraint;
  // S3 accepts no location for its first region.
  const location = region === "us-east-1" ? {} : { CreateBucketConfiguration: { LocationConstraint } };
  await s3.send(new CreateBucketCommand({ Bucket, ...location }));
  await s3.send(
    new PutPublicAccessBlockCommand({
      Bucket,
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    }),
  );
  const encryption = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" as const } };
  await s3.send(
    new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules: [encryption] } }),
  );
  log.info(`Created bucket ${Bucket} for large templates, encrypted and without public access.`);
}
