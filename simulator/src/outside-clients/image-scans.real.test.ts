import { afterAll, expect, it } from "vitest";
import { connectTo, type Findings, finding } from "../services/ecr/scanned-images.support.ts";
import { startRealSimulator } from "../test-simulator.support.ts";
import { awsCli, run } from "./programs.support.ts";

const findings = Array.from({ length: 130 }, (_, index) =>
  finding(`CVE-2024-${1000 + index}`, index < 2 ? "CRITICAL" : "LOW"),
);

const found = new Map<string, Findings>();
const simulator = await startRealSimulator({ scanFindings: (digest) => found.get(digest) });
afterAll(() => simulator.close());
const registry = await connectTo(simulator, found);

it("the AWS command line starts a manual scan, waits for it and reads all pages of it", async () => {
  const aws = (...args: string[]) =>
    run(awsCli, ["ecr", ...args], { variables: simulator.environmentVariables });
  await aws("create-repository", "--repository-name", "web");
  await registry.pushImage("web", findings, "v1");
  const image = ["--repository-name", "web", "--image-id", "imageTag=v1"];
  await expect(aws("describe-image-scan-findings", ...image)).rejects.toThrow("ScanNotFoundException");
  expect(JSON.parse(await aws("start-image-scan", ...image))).toMatchObject({
    imageScanStatus: { status: "IN_PROGRESS" },
  });
  await aws("wait", "image-scan-complete", ...image);
  const { imageScanFindings } = JSON.parse(await aws("describe-image-scan-findings", ...image));
  expect(imageScanFindings.findings).toHaveLength(130);
  expect(imageScanFindings.findingSeverityCounts).toEqual({ CRITICAL: 2, LOW: 128 });
  expect(Date.parse(imageScanFindings.imageScanCompletedAt)).not.toBeNaN();
});
