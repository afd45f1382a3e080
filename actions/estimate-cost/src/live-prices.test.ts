import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";
import { defaultProducts, type PricedProduct } from "../../../simulator/src/services/pricing/products.ts";
import { startTestSimulator } from "../../../simulator/src/test-simulator.support.ts";
import { createPricing, estimate } from "./estimate-cost.ts";
import { readEstimateInputs } from "./inputs.ts";
import { publish } from "./publish.ts";

const root = mkdtempSync(join(tmpdir(), "live-prices-test-"));
const simulator = await startTestSimulator({ products: changedProducts() });
afterAll(async () => {
  await simulator.close();
  rmSync(root, { recursive: true });
});
beforeEach(() => {
  // This region has no Price List API; the action calls one that has it.
  for (const [name, value] of Object.entries({ ...simulator.environmentVariables, AWS_REGION: "eu-north-1" }))
    vi.stubEnv(name, value);
  for (const name of ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"]) {
    vi.stubEnv(name, join(root, name));
    writeFileSync(join(root, name), "");
  }
});
afterEach(() => {
  simulator.faults.clear();
  vi.unstubAllEnvs();
});

/**
 * Prices a day later: load balancers cost more, S3 storage is gone, secrets exist twice, and secret calls are priced
 * per 10,000.
 */
function changedProducts(): PricedProduct[] {
  return defaultProducts.flatMap((product) => {
    const { usagetype = "" } = product.product.attributes;
    const text = JSON.stringify(product);
    if (usagetype === "LoadBalancerUsage") return JSON.parse(text.replace("0.0225000000", "0.0300000000"));
    if (usagetype === "USE1-AWSSecretsManagerAPIRequest")
      return JSON.parse(text.replace('"unit":"API Requests"', '"unit":"10K API Requests"'));
    if (usagetype === "USE1-AWSSecretsManager-Secrets")
      return [product, JSON.parse(text.replace('"usagetype"', '"group":"Second","usagetype"'))];
    return usagetype === "TimedStorage-ByteHrs" && product.serviceCode === "AmazonS3" ? [] : product;
  });
}

const template = `Resources:
  Entry: { Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: { Subnets: [a, b] } }
  Password: { Type: AWS::SecretsManager::Secret }
  Files: { Type: AWS::S3::Bucket }
  Source: { Type: AWS::CodeCommit::Repository, Properties: { RepositoryName: source } }
`;

async function run(given: Record<string, string>) {
  const templates = mkdtempSync(join(root, "templates-"));
  writeFileSync(join(templates, "one.yaml"), template);
  const lines = { info: [] as string[], warning: [] as string[] };
  const log = {
    info: (line: string) => void lines.info.push(line),
    warning: (line: string) => void lines.warning.push(line),
  };
  const values: Record<string, string> = { templates, "output-folder": join(root, "out"), ...given };
  const inputs = readEstimateInputs((name) => values[name] ?? "");
  const now = () => Date.parse("2026-10-09T23:00:00Z");
  const { signal } = new AbortController();
  await publish(await estimate(inputs, { log, createPricing, now, signal }), inputs);
  const json = JSON.parse(readFileSync(join(root, "out/cost.json"), "utf8"));
  return { lines, json, summary: readFileSync(join(root, "GITHUB_STEP_SUMMARY"), "utf8") };
}

test("updates the total by a price that has changed at AWS, and shows it next to the list's price", async () => {
  const [dated, live] = [await run({}), await run({ live: "true" })];
  expect(live.json.monthly - dated.json.monthly).toBeCloseTo(730 * (0.03 - 0.0225), 6);
  expect(live.json.live.date).toBe("2026-10-09");
  expect(live.json.live.refreshed).toContainEqual({
    price: "load-balancer",
    before: 0.0225,
    unitPrice: 0.03,
  });
  expect(live.lines.info).toContain("load-balancer: $0.03 / hour, in the list of 2026-10-08 $0.0225.");
  expect(live.summary).toContain(
    "| load-balancer | Application Load Balancer | $0.0225 / hour | $0.03 / hour |",
  );
  expect(readFileSync(join(root, "out/cost.csv"), "utf8")).toMatch(
    /Application Load Balancer,.*,0\.03,.*,2026-10-09,"AWS Price List API, AWSELB LoadBalancerUsage, published on 2026-10-08"/,
  );
});

const reasons: [price: string, reason: string][] = [
  ["secret", "AWS has 2 products with its usage type and filters, which differ in group"],
  ["secret-calls", "AWS charges by 10K API Requests, the list by call"],
  ["s3-storage", "AWS has no product with its usage type and filters"],
  ["codecommit-user", "the list has no usage type to ask for"],
];

test("keeps the list's price when AWS returns none, with its date and reason in summary, log and JSON", async () => {
  const { json, summary, lines } = await run({ live: "true" });
  expect(json.live.kept.map(({ price, reason }: Record<string, string>) => [price, reason]).sort()).toEqual(
    reasons.toSorted(),
  );
  expect(summary).toMatch(/ (\d+) of (\d+) are from AWS's Price List API on 2026-10-09\./);
  expect(summary).toContain("**Not refreshed**, so as in the list of 2026-10-08:");
  expect(lines.warning).toHaveLength(1);
  for (const [price, reason] of reasons) {
    expect(summary).toMatch(new RegExp(`\\| ${price} \\| \\$.* \\| 2026-.* \\| ${reason} \\|`));
    expect(lines.warning[0]).toMatch(new RegExp(`${price} of 2026-\\d\\d-\\d\\d \\(${reason}\\)`));
  }
});

test("limits a service that the Price List API does not know to a fault of its prices", async () => {
  const list = JSON.parse(
    readFileSync(join(import.meta.dirname, "../../cost/prices-us-east-1.json"), "utf8"),
  );
  for (const price of list.prices) if (price.id === "load-balancer") price.serviceCode = "AWSELBv3";
  const file = join(root, "prices.json");
  writeFileSync(file, JSON.stringify(list));
  const { json } = await run({ live: "true", "price-list": file });
  expect(json.live.kept).toContainEqual(
    expect.objectContaining({
      price: "load-balancer",
      unitPrice: 0.0225,
      reason: expect.stringMatching(/^AWS returned InvalidParameterException: .*AWSELBv3/),
    }),
  );
});

test("names the permission that a role without access needs, and makes no estimate from old prices", async () => {
  simulator.faults.add({ operation: "pricing:GetProducts", kind: "deny" });
  await expect(run({ live: "true" })).rejects.toMatchObject({
    message: expect.stringMatching(/^This role cannot read live prices: /),
    nextStep: expect.stringContaining("allow pricing:GetProducts on all resources"),
  });
  expect(readFileSync(join(root, "GITHUB_STEP_SUMMARY"), "utf8")).toBe("");
});

test("fails when the API fails for good", async () => {
  simulator.faults.add({ operation: "pricing:GetProducts", kind: "expire" });
  await expect(run({ live: "true" })).rejects.toMatchObject({
    name: expect.stringMatching(/ExpiredToken/),
  });
});
