import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { S3 } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { outcome } from "../../kit/calls.support.ts";
import { startTestSimulator } from "../../test-simulator.support.ts";

const Bucket = "objects";
const simulator = await startTestSimulator();
afterAll(() => simulator.close());
const s3 = new S3({ ...simulator.clientConfig, maxAttempts: 1 });
await s3.createBucket({ Bucket });

const textOf = async (Key: string, more = {}) =>
  (await s3.getObject({ Bucket, Key, ...more })).Body?.transformToString();

describe("an object", () => {
  it.each([
    ["plain.txt"],
    ["with space/and+plus.txt"],
    ["élan/ünï✓.json"],
    ["//double//slash/"],
    ["a&b=c?d#e%20f"],
    ["<xml>&amp;"],
  ])("under the key %s is returned unchanged", async (Key) => {
    const Metadata = { reason: "test" };
    await s3.putObject({ Bucket, Key, Body: "coffee", ContentType: "text/plain", Metadata });
    const { Body, ...rest } = await s3.getObject({ Bucket, Key, ChecksumMode: "ENABLED" });
    expect(await Body?.transformToString()).toBe("coffee");
    expect(rest).toMatchObject({ ContentType: "text/plain", ContentLength: 6, Metadata });
    expect(rest.ETag).toBe(`"${createHash("md5").update("coffee").digest("hex")}"`);
    expect(await s3.headObject({ Bucket, Key })).toMatchObject({ ContentLength: 6, ETag: rest.ETag });
    const { Contents = [] } = await s3.listObjectsV2({ Bucket, Prefix: Key });
    expect(Contents.map((each) => each.Key)).toContain(Key);
    await s3.deleteObject({ Bucket, Key });
    expect(await outcome(s3.headObject({ Bucket, Key }))).toBe("NotFound 404");
  });

  it.each(["CRC32", "CRC64NVME", "SHA1", "SHA256"] as const)(
    "has a checksum by %s on both sides",
    async (ChecksumAlgorithm) => {
      const Key = `sum-${ChecksumAlgorithm}`;
      const Body = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 251));
      const put = await s3.putObject({ Bucket, Key, Body, ChecksumAlgorithm });
      const name = `Checksum${ChecksumAlgorithm}` as const;
      expect(put[name]).toMatch(/=$/);
      // The client itself compares the content with the checksum of the response.
      const got = await s3.getObject({ Bucket, Key, ChecksumMode: "ENABLED" });
      expect(got[name]).toBe(put[name]);
      expect(Body.equals((await got.Body?.transformToByteArray()) ?? Buffer.alloc(0))).toBe(true);
      const wrong = Buffer.alloc(Buffer.from(put[name] ?? "", "base64").length).toString("base64");
      expect(await outcome(s3.putObject({ Bucket, Key, Body, [name]: wrong }))).toBe("BadDigest 400");
    },
  );

  it("is uploaded as a stream, in chunks with the checksum after them", async () => {
    const Body = Readable.from([Buffer.alloc(100_000, "a"), Buffer.alloc(1, "b")]);
    await s3.putObject({ Bucket, Key: "stream", Body, ContentLength: 100_001 });
    expect((await textOf("stream"))?.slice(-2)).toBe("ab");
    expect((await s3.headObject({ Bucket, Key: "stream" })).ContentEncoding).toBeUndefined();
  });

  it("is read in part", async () => {
    await s3.putObject({ Bucket, Key: "part", Body: "0123456789" });
    expect(await textOf("part", { Range: "bytes=2-4" })).toBe("234");
    expect(await textOf("part", { Range: "bytes=-3" })).toBe("789");
    const tail = await s3.getObject({ Bucket, Key: "part", Range: "bytes=8-" });
    expect([tail.ContentRange, tail.$metadata.httpStatusCode]).toEqual(["bytes 8-9/10", 206]);
    expect(await outcome(s3.getObject({ Bucket, Key: "part", Range: "bytes=10-" }))).toBe("InvalidRange 416");
    await s3.putObject({ Bucket, Key: "empty", Body: Buffer.alloc(0) });
    expect(await textOf("empty")).toBe("");
  });

  it("is read on the condition that it is the same", async () => {
    const { ETag } = await s3.putObject({ Bucket, Key: "if", Body: "1" });
    expect(await textOf("if", { IfMatch: ETag })).toBe("1");
    expect(await outcome(s3.getObject({ Bucket, Key: "if", IfMatch: '"x"' }))).toBe("PreconditionFailed 412");
  });
});

describe("a list", () => {
  const List = "lists";
  beforeAll(async () => {
    await s3.createBucket({ Bucket: List });
    for (const Key of ["a/1", "a/2", "b", "c/1/x", "c/2"])
      await s3.putObject({ Bucket: List, Key, Body: "x" });
  });

  it("is returned in pages, with folders rolled up", async () => {
    const seen: (string | undefined)[] = [];
    let ContinuationToken: string | undefined;
    do {
      const input = { Bucket: List, Delimiter: "/", MaxKeys: 1, ContinuationToken };
      const { Contents = [], CommonPrefixes = [], ...rest } = await s3.listObjectsV2(input);
      seen.push(...Contents.map(({ Key }) => Key), ...CommonPrefixes.map(({ Prefix }) => Prefix));
      ContinuationToken = rest.NextContinuationToken;
    } while (ContinuationToken);
    expect(seen).toEqual(["a/", "b", "c/"]);
    expect((await s3.listObjectsV2({ Bucket: List, StartAfter: "b" })).KeyCount).toBe(2);
  });

  it("of versions has overwritten and removed ones", async () => {
    await s3.putBucketVersioning({ Bucket: List, VersioningConfiguration: { Status: "Enabled" } });
    const Key = "versions";
    const { VersionId } = await s3.putObject({ Bucket: List, Key, Body: "1" });
    await s3.putObject({ Bucket: List, Key, Body: "22" });
    const removed = await s3.deleteObject({ Bucket: List, Key });
    expect(removed.DeleteMarker).toBe(true);
    expect(await outcome(s3.getObject({ Bucket: List, Key }))).toBe("NoSuchKey 404");
    const { Versions, DeleteMarkers } = await s3.listObjectVersions({ Bucket: List, Prefix: Key });
    expect(Versions?.map(({ Size, IsLatest }) => [Size, IsLatest])).toEqual([
      [2, false],
      [1, false],
    ]);
    expect(DeleteMarkers).toMatchObject([{ Key, IsLatest: true, VersionId: removed.VersionId }]);
    const first = await s3.getObject({ Bucket: List, Key, VersionId });
    expect(await first.Body?.transformToString()).toBe("1");
    const page = await s3.listObjectVersions({ Bucket: List, Prefix: Key, MaxKeys: 2 });
    const next = await s3.listObjectVersions({
      Bucket: List,
      Prefix: Key,
      KeyMarker: page.NextKeyMarker,
      VersionIdMarker: page.NextVersionIdMarker,
    });
    expect([page.IsTruncated, next.Versions?.map((each) => each.VersionId)]).toEqual([true, [VersionId]]);
    await s3.deleteObject({ Bucket: List, Key, VersionId: removed.VersionId });
    expect((await s3.headObject({ Bucket: List, Key })).ContentLength).toBe(2);
  });
});

it("services of the simulator read and write objects without the wire", async () => {
  await simulator.aws.s3.putObject({ Bucket, Key: "inside", Body: "template" });
  const { Body } = await simulator.aws.s3.getObject({ Bucket, Key: "inside" });
  expect(await Body?.transformToString()).toBe("template");
  expect(await textOf("inside")).toBe("template");
});
