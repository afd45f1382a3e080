import { ECR } from "@aws-sdk/client-ecr";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { startTestSimulator } from "../../test-simulator.support.ts";
import { connectTo, type Findings, finding } from "./scanned-images.support.ts";

const openssl = finding("CVE-2024-5535", "CRITICAL");
const many = Array.from({ length: 120 }, (_, index) => finding(`CVE-2023-${index}`, "LOW"));
const customer = { repositoryName: "customer" };

const found = new Map<string, Findings>();
const simulator = await startTestSimulator({ scanFindings: (digest) => found.get(digest) });
const ecr = new ECR(simulator.clientConfig);
const registry = await connectTo(simulator, found);
afterAll(async () => {
  ecr.destroy();
  await simulator.close();
});
beforeEach(async () => {
  const imageScanningConfiguration = { scanOnPush: true };
  await ecr.createRepository({ ...customer, imageScanningConfiguration });
});
afterEach(async () => {
  await ecr.deleteRepository({ ...customer, force: true });
});

const findings = (imageDigest: string, more = {}) =>
  ecr.describeImageScanFindings({ ...customer, imageId: { imageDigest }, ...more });

/** Returns the findings once the scan has ended. */
async function ended(imageDigest: string) {
  const status = async () => (await findings(imageDigest)).imageScanStatus?.status;
  await simulator.clock.eventually(async () => expect(await status()).not.toBe("IN_PROGRESS"));
  return findings(imageDigest);
}

describe("a push", () => {
  it("starts a scan, which returns the findings", async () => {
    const { digest } = await registry.pushImage("customer", [openssl], "v1");
    const answer = await ended(digest);
    expect(answer).toMatchObject({
      registryId: "123456789012",
      repositoryName: "customer",
      imageId: { imageDigest: digest },
      imageScanStatus: { status: "COMPLETE", description: "The scan was completed successfully." },
      imageScanFindings: {
        imageScanCompletedAt: expect.any(Date),
        vulnerabilitySourceUpdatedAt: expect.any(Date),
        findingSeverityCounts: { CRITICAL: 1 },
      },
    });
    expect(answer.imageScanFindings?.findings).toEqual([openssl]);
  });

  it("starts one without a tag, too", async () => {
    const { digest } = await registry.pushImage("customer", []);
    const { imageScanStatus, imageScanFindings } = await ended(digest);
    expect(imageScanStatus?.status).toBe("COMPLETE");
    expect(imageScanFindings).toMatchObject({ findings: [], findingSeverityCounts: {} });
  });

  it("fails the scan of an image without a system", async () => {
    const { digest } = await registry.pushImage("customer", undefined);
    expect((await ended(digest)).imageScanStatus).toEqual({
      status: "FAILED",
      description: "UnsupportedImageError: The operating system and/or package manager are not supported.",
    });
  });

  it("of an index scans the images in it, not itself", async () => {
    const amd64 = await registry.pushImage("customer", [openssl]);
    const arm64 = await registry.pushImage("customer", []);
    const index = await registry.pushIndex("customer", { "linux/amd64": amd64, "linux/arm64": arm64 }, "v1");
    await expect(findings(index.digest)).rejects.toMatchObject({
      name: "ScanNotFoundException",
      message: `Image scan does not exist for the image with '{imageDigest:'${index.digest}', imageTag:'null'}' in the repository with name 'customer' in the registry with id '123456789012'`,
    });
    expect((await ended(amd64.digest)).imageScanFindings?.findings).toHaveLength(1);
    expect((await ended(arm64.digest)).imageScanFindings?.findings).toHaveLength(0);
    const start = ecr.startImageScan({ ...customer, imageId: { imageTag: "v1" } });
    await expect(start).rejects.toMatchObject({
      name: "UnsupportedImageTypeException",
      message: expect.stringContaining("'application/vnd.oci.image.index.v1+json' cannot be scanned"),
    });
  });
});

describe("a manual scan", () => {
  it("is refused for an image that was scanned today", async () => {
    const { digest } = await registry.pushImage("customer", [], "v1");
    const start = ecr.startImageScan({ ...customer, imageId: { imageTag: "v1" } });
    await expect(start).rejects.toMatchObject({
      name: "LimitExceededException",
      message: "The scan quota per image has been exceeded. Wait and try again.",
    });
    await ended(digest);
  });

  it("returns at once and continues", async () => {
    await ecr.putImageScanningConfiguration({
      ...customer,
      imageScanningConfiguration: { scanOnPush: false },
    });
    const { digest } = await registry.pushImage("customer", [openssl], "v1");
    const { imageId, imageScanStatus } = await ecr.startImageScan({
      ...customer,
      imageId: { imageTag: "v1" },
    });
    expect(imageId).toEqual({ imageDigest: digest, imageTag: "v1" });
    expect(imageScanStatus).toEqual({ status: "IN_PROGRESS" });
    expect((await ended(digest)).imageScanFindings?.findings).toHaveLength(1);
  });

  it("needs an image", async () => {
    const imageId = { imageDigest: `sha256:${"0".repeat(64)}` };
    const name = "ImageNotFoundException";
    await expect(ecr.startImageScan({ ...customer, imageId })).rejects.toMatchObject({ name });
    await expect(findings(imageId.imageDigest)).rejects.toMatchObject({ name });
  });
});

it("findings come in pages of a hundred, or of the requested size", async () => {
  const { digest } = await registry.pushImage("customer", many);
  const first = await ended(digest);
  expect(first.imageScanFindings?.findings).toHaveLength(100);
  expect(first.imageScanFindings?.findingSeverityCounts).toEqual({ LOW: 120 });
  const second = await findings(digest, { nextToken: first.nextToken });
  expect([second.imageScanFindings?.findings?.length, second.nextToken]).toEqual([20, undefined]);
  expect((await findings(digest, { maxResults: 7 })).imageScanFindings?.findings).toHaveLength(7);
});

it("DescribeImages shows no scan, as in AWS since its own scanning technology", async () => {
  const { digest } = await registry.pushImage("customer", [openssl]);
  await ended(digest);
  const { imageDetails } = await ecr.describeImages(customer);
  expect(imageDetails?.[0]).not.toHaveProperty("imageScanStatus");
  expect(imageDetails?.[0]).not.toHaveProperty("imageScanFindingsSummary");
});

it("reports which repositories scan pushes, and which it does not know", async () => {
  const answer = await ecr.batchGetRepositoryScanningConfiguration({ repositoryNames: ["customer", "gone"] });
  expect(answer.scanningConfigurations).toMatchObject([{ scanOnPush: true, scanFrequency: "SCAN_ON_PUSH" }]);
  expect(answer.failures).toMatchObject([{ repositoryName: "gone", failureCode: "REPOSITORY_NOT_FOUND" }]);
});
