import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { beforeEach, expect, test, vi } from "vitest";
import { templatesFolder } from "../../cost/estimate.support.ts";
import { estimate } from "./estimate-cost.ts";
import { readEstimateInputs } from "./inputs.ts";
import { publish } from "./publish.ts";

const root = useFolder();
beforeEach(() => {
  for (const name of ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"]) {
    vi.stubEnv(name, join(root, name));
    writeFileSync(join(root, name), "");
  }
});

const own = {
  templates: templatesFolder,
  parameters: join(templatesFolder, "parameters/standard.json"),
  "task-definitions": join(templatesFolder, "ecs"),
  "output-folder": join(root, "out"),
};

async function run(given: Record<string, string>) {
  const lines: string[] = [];
  const inputs = readEstimateInputs((name) => given[name] ?? "");
  const add = (line: string) => void lines.push(line);
  await publish(estimate(inputs, { info: add }), inputs);
  const outputs = readFileSync(join(root, "GITHUB_OUTPUT"), "utf8");
  const output = (name: string) => new RegExp(`^${name}<<(.*)\\n([\\s\\S]*?)\\n\\1$`, "m").exec(outputs)?.[2];
  return { lines, output, summary: readFileSync(join(root, "GITHUB_STEP_SUMMARY"), "utf8") };
}

test("estimates the repository's own templates, with table, chart and CSV", async () => {
  const { lines, output, summary } = await run(own);
  const monthly = Number(output("monthly"));
  expect(monthly).toBeGreaterThan(0);
  expect(Number(output("yearly"))).toBeCloseTo(12 * monthly, 0);
  expect(output("change")).toBe("");
  expect(lines[0]).toMatch(/^\$[\d.,]+ a month, \$[\d.,]+ in 12 months\.$/);
  expect(summary).toMatch(/^### Cost: \$.* a month[\s\S]*```mermaid\npie[\s\S]*\| \*\*AWS Fargate\*\* \|/);
  const csv = readFileSync(output("csv") ?? "", "utf8");
  expect(csv).toMatch(/^AWS Fargate,"vCPU of a task, x86",services,CustomerService,/m);
  expect(csv).toMatch(/\r\ntotal,.*\r\n$/);
});

test("shows the change from a second checkout before the whole", async () => {
  const before = join(root, "before");
  cpSync(templatesFolder, before, { recursive: true });
  writeFileSync(join(before, "spare.yaml"), "Resources: { Address: { Type: AWS::EC2::EIP } }");
  const profile = join(before, "parameters/standard.json");
  writeFileSync(profile, JSON.stringify({ ...JSON.parse(readFileSync(profile, "utf8")), spare: {} }));
  const { output, summary, lines } = await run({
    ...own,
    "compare-templates": before,
    "compare-parameters": profile,
    "compare-task-definitions": join(before, "ecs"),
  });
  expect(output("change")).toBe((-730 * 0.005).toFixed(2));
  expect(lines[1]).toBe("The change: −$3.65 a month.");
  expect(summary).toMatch(
    /^### Cost of this change: −\$3\.65 [\s\S]*\| removed \| spare\/Address \|[\s\S]*### Cost: /,
  );
});

test("estimates only the profile's templates; a lookup in the account needs no account", async () => {
  const folder = join(root, "lookup");
  mkdirSync(folder);
  const body = `Parameters: { Subnets: { Type: "List<AWS::EC2::Subnet::Id>" } }
Resources:
  Entry: { Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: { Subnets: !Ref Subnets } }`;
  writeFileSync(join(folder, "entry.yaml"), body);
  writeFileSync(join(folder, "other.yaml"), "Resources: { Queue: { Type: AWS::SQS::Queue } }");
  const parameters = join(root, "academy.json");
  writeFileSync(
    parameters,
    '{ "entry": { "Subnets": [{ "subnet": "Public Subnet1" }, { "subnet": "Public Subnet2" }] } }',
  );
  const { output } = await run({ templates: folder, parameters, "output-folder": join(root, "out") });
  expect(output("monthly")).toBe((730 * (0.0225 + 2 * 0.005) + 0.016).toFixed(2));
  await expect(run({ templates: folder, "output-folder": join(root, "out") })).rejects.toThrow(
    "The prices of these are not known: other/Queue (AWS::SQS::Queue)",
  );
});

test.each<[Record<string, string>, string | RegExp]>([
  [{ templates: "none" }, "folder none does not exist"],
  [{ usage: "none.yaml" }, "file none.yaml does not exist"],
  [{ "compare-parameters": own.parameters }, "Input compare-parameters needs compare-templates"],
])("refuses the inputs %j", (given, message) => {
  expect(() => readEstimateInputs((name) => given[name] ?? "")).toThrow(message);
});
