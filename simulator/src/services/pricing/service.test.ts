import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Pricing } from "@aws-sdk/client-pricing";
import { afterAll, expect, test } from "vitest";
import { startTestSimulator } from "../../test-simulator.support.ts";
import { readProducts } from "./products.ts";

const folder = mkdtempSync(join(tmpdir(), "pricing-test-"));
const simulator = await startTestSimulator();
const pricing = new Pricing({ ...simulator.clientConfig, maxAttempts: 1 });
afterAll(async () => {
  pricing.destroy();
  await simulator.close();
  rmSync(folder, { recursive: true });
});

const match = (fields: Record<string, string>) =>
  Object.entries(fields).map(([Field, Value]) => ({ Type: "TERM_MATCH" as const, Field, Value }));

test("a product is found by its service and attributes, each result a JSON text of AWS's shape", async () => {
  const { PriceList = [], FormatVersion } = await pricing.getProducts({
    ServiceCode: "AWSELB",
    Filters: match({ usagetype: "LoadBalancerUsage", operation: "LoadBalancing:Application" }),
  });
  expect(FormatVersion).toBe("aws_v1");
  expect(PriceList).toHaveLength(1);
  const { product, terms } = JSON.parse(String(PriceList[0]));
  expect(product).toMatchObject({ productFamily: "Load Balancer-Application", sku: expect.any(String) });
  const [offer] = Object.values<{ priceDimensions: object }>(terms.OnDemand);
  expect(Object.values(offer?.priceDimensions ?? {})).toMatchObject([
    { unit: "Hrs", beginRange: "0", endRange: "Inf", pricePerUnit: { USD: "0.0225000000" } },
  ]);
});

test("a filter without matches returns an empty list", async () => {
  const call = { ServiceCode: "AWSELB", Filters: match({ usagetype: "EU-LoadBalancerUsage" }) };
  expect((await pricing.getProducts(call)).PriceList).toEqual([]);
});

test.each<[object, string, string]>([
  [{ ServiceCode: "AmazonLex" }, "InvalidParameterException", "no prices of the service AmazonLex"],
  [{ ServiceCode: "AWSELB", FormatVersion: "v2" }, "InvalidParameterException", "at 'formatVersion' failed"],
  [{ ServiceCode: "AWSELB", MaxResults: 101 }, "InvalidParameterException", "less than or equal to 100"],
  [{ ServiceCode: "AWSELB", NextToken: "x" }, "InvalidNextTokenException", "not from a previous response"],
  [
    { ServiceCode: "AWSELB", Filters: [{ Type: "CONTAINS", Field: "usagetype", Value: "LCU" }] },
    "InvalidParameterException",
    "does not support filters of type CONTAINS",
  ],
])("GetProducts of %j is refused", async (input, name, message) => {
  const call = pricing.getProducts(input as { ServiceCode: string });
  await expect(call).rejects.toMatchObject({ name, message: expect.stringContaining(message) });
});

test.each<[string, string]>([
  ["[]", "a JSON object with the list PriceList is expected"],
  ['{ "PriceList": [{}] }', "product 1 has no serviceCode"],
  [
    '{ "PriceList": ["{\\"serviceCode\\":\\"A\\",\\"publicationDate\\":\\"2026\\"}"] }',
    "no product with a sku",
  ],
])("a file of prices %s is refused with an error that names it", (text, message) => {
  const file = join(folder, "wrong.json");
  writeFileSync(file, text);
  expect(() => readProducts(file)).toThrow(message);
  expect(() => readProducts(file)).toThrow(file);
});
