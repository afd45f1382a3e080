import { readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { parse } from "yaml";
import { createTestCloudFormation } from "./things.support.ts";

const cloudformation = await createTestCloudFormation();
afterAll(() => cloudformation.close());

const refused = new URL("refused-templates.yaml", import.meta.url);

test.each<[string, string]>(parse(readFileSync(refused, "utf8")))("%s", async (TemplateBody, message) => {
  const call = cloudformation.api.createStack({ StackName: "refused", TemplateBody });
  await expect(call).rejects.toThrow(message);
  await expect(cloudformation.describe("refused")).rejects.toThrow("Stack with id refused does not exist");
  expect(cloudformation.calls).toEqual([]);
});
