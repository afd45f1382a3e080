import { dirname } from "node:path";
import { expect, test } from "vitest";
import { ownTemplate, useStage } from "./stage.support.ts";

const stage = await useStage();
await stage.templates({
  network: await ownTemplate("network"),
  "load-balancer": await ownTemplate("load-balancer"),
});

test("creates stacks in the order of their imports, and logs events live", async () => {
  const { error, lines, outputs, values, summary } = await stage.run({});
  expect(error).toBeUndefined();
  expect(lines).toMatch(/shop-network: CREATE_COMPLETE Vpc \(AWS::EC2::VPC, \d+ m?s\) \[\d+ of \d+\]/);
  expect(lines.indexOf("shop-network: CREATE_COMPLETE shop-network")).toBeLessThan(
    lines.indexOf("shop-load-balancer: CREATE_IN_PROGRESS"),
  );
  expect(outputs.network.VpcId).toMatch(/^vpc-/);
  expect(values).toMatchObject({ VpcId: outputs.network.VpcId, Address: outputs["load-balancer"].Address });
  expect(summary).toMatch(
    /^### ✅ Stacks, apply: 2 created\n\n\[site\]\(http:\/\/[\w.-]+\.elb\.amazonaws\.com\/\)[\s\S]*\| \[?shop-network\S* \| created \| /,
  );
});

test("changes nothing for the same input again", async () => {
  const { error, lines, summary } = await stage.run({});
  expect(error).toBeUndefined();
  expect(lines).toContain("shop-network: no change.");
  expect(summary).toMatch(/\| shop-load-balancer \| unchanged \| /);
});

test("updates only the stack whose parameter changed", async () => {
  const parametersFile = await stage.write("standard.json", {
    network: {},
    "load-balancer": { DeregistrationDelaySeconds: 30 },
  });
  const { error, lines, summary } = await stage.run({ parametersFile });
  expect(error).toBeUndefined();
  expect(lines).toMatch(/Modify CustomerTargetGroupOne \(AWS::ElasticLoadBalancingV2::TargetGroup\)/);
  expect(summary).toMatch(
    /^### ✅ Stacks, apply: 1 updated, 1 unchanged\n[\s\S]*\| shop-network \| unchanged \| [\s\S]*\| \[?shop-load-balancer\S* \| updated \| /,
  );
});

test("ignores a template that the profile does not list, and says so", async () => {
  const parametersFile = await stage.write("small.json", { network: {} });
  const { error, lines, summary } = await stage.run({ parametersFile });
  expect(error).toBeUndefined();
  expect(lines).toContain("so not changed: load-balancer");
  expect(summary).not.toContain("shop-load-balancer");
});

test("reads outputs without a change, and names a missing stack", async () => {
  const { values, summary } = await stage.run({ mode: "outputs", stacks: ["network"] });
  expect(summary).toBe("");
  expect(values.VpcId).toMatch(/^vpc-/);
  const { error } = await stage.run({ mode: "outputs", stackPrefix: "none", stacks: ["network"] });
  expect(error?.message).toBe("Stack none-network does not exist in this account and region");
});

test("leaves outputs that differ between stacks out of the values, and says so", async () => {
  const log = (host: string) =>
    `Resources: { Log: { Type: AWS::Logs::LogGroup } }\nOutputs: { Host: { Value: ${host} }, Port: { Value: 1 } }\n`;
  const templatesFolder = dirname(await stage.write("others/one.yaml", log("a")));
  const repository = "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/code";
  await stage.write(
    "others/two.yaml",
    log("b").replace("Host: ", `Code: { Value: "${repository}" }, Host: `),
  );
  const { values, warnings, summary } = await stage.run({ templatesFolder });
  expect(values).toEqual({ Port: "1", Code: repository });
  // Only outputs that are pages become links.
  expect(summary).not.toContain("[Code]");
  expect(warnings).toBe(
    "Output Host has different values in several stacks; it is not in the output values.",
  );
  await stage.run({ templatesFolder, mode: "delete" });
});

test("deletes everything in reverse order, and succeeds with nothing to delete", async () => {
  const { error, lines, summary } = await stage.run({ mode: "delete" });
  expect(error).toBeUndefined();
  expect(lines.indexOf("DELETE_COMPLETE shop-load-balancer")).toBeLessThan(
    lines.indexOf("shop-network: DELETE_IN_PROGRESS"),
  );
  expect(summary).toMatch(/\| \[?shop-network\S* \| deleted \| /);
  expect((await stage.run({ mode: "delete" })).summary).toMatch(/\| shop-network \| absent \| /);
});
