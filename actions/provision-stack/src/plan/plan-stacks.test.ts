import { beforeEach, expect, onTestFinished, test } from "vitest";
import { createStage, ownTemplate, useStage } from "../stage.support.ts";

const stage = await useStage();
beforeEach(async () => {
  await stage.run({ mode: "delete", unprotect: ["supplierdb"] });
});

const group = (days: number, name = "shop") => `Parameters:
  Days: { Type: Number, Default: ${days} }
Resources:
  Log: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: ${name}, RetentionInDays: !Ref Days } }
Outputs:
  Name: { Value: !Ref Log, Export: { Name: !Sub "\${AWS::StackName}-Name" } }
`;
const user = `Parameters: { LogStack: { Type: String, Default: microservices-log } }
Resources:
  Copy:
    Type: AWS::Logs::LogGroup
    Properties:
      Tags: [{ Key: of, Value: { "Fn::ImportValue": !Sub "\${LogStack}-Name" } }]
`;

const changeSets = async (StackName: string) =>
  (await stage.simulator.aws.cloudformation.listChangeSets({ StackName })).Summaries?.filter(
    ({ ExecutionStatus }) => ExecutionStatus !== "EXECUTE_COMPLETE",
  );

test("plans new stacks, importing ones after the others, and leaves nothing behind", async () => {
  await stage.templates({
    network: await ownTemplate("network"),
    "load-balancer": await ownTemplate("load-balancer"),
  });
  const { error, summary, output, lines } = await stage.run({ mode: "plan" });
  expect(error).toBeUndefined();
  expect(output("has-changes")).toBe("true");
  expect(summary).toMatch(/^### Plan: \d+ to create\n/);
  expect(summary).toContain("<summary>shop-network is created: ");
  expect(summary).toContain("| create | Vpc | AWS::EC2::VPC |  |  |");
  expect(summary).toMatch(
    /<summary>shop-load-balancer is created: \d+ to create<\/summary>\n\nCreated after shop-network-\w+ exists/,
  );
  expect(summary).toContain("| create | ProductionListener | AWS::ElasticLoadBalancingV2::Listener |  |  |");
  expect(lines).toContain("Add Vpc (AWS::EC2::VPC)");
  expect(await stage.stacks()).toEqual({});
});

test("plans no changes after an apply, and shows a changed parameter with its values and its cause", async () => {
  await stage.templates({ log: group(1) });
  await stage.run({});
  const same = await stage.run({ mode: "plan" });
  expect(same.output("has-changes")).toBe("false");
  expect(same.summary).toContain("### Plan: no change\n\nNo change: shop-log.");
  const parametersFile = await stage.write("profile.json", { log: { Days: 3 } });
  const { summary, output } = await stage.run({ mode: "plan", parametersFile });
  expect(output("has-changes")).toBe("true");
  expect(summary).toContain("### Plan: 1 to change");
  expect(summary).toContain(
    "| change | Log | AWS::Logs::LogGroup |  | RetentionInDays: 1 → 3 (parameter Days) |",
  );
  expect(await changeSets("shop-log")).toEqual([]);
});

test("warns of a replacement with what is lost, and who imports what changes", async () => {
  await stage.templates({ log: group(1), user });
  await stage.run({});
  await stage.templates({ log: group(1, "renamed"), user });
  const { summary, warnings } = await stage.run({ mode: "plan" });
  expect(summary).toContain(
    "> [!CAUTION]\n> shop-log: Log (AWS::Logs::LogGroup) is replaced, which loses its log events.",
  );
  expect(summary).toContain("| change | Log | AWS::Logs::LogGroup | ⚠️ yes: loses its log events |");
  expect(warnings).toContain(
    "Export shop-log-Name changes with Log, but shop-user imports it: CloudFormation will reject this update.",
  );
});

test("reports a removed resource, and no loss for one that its policy retains", async () => {
  const kept =
    "  Kept: { Type: AWS::Logs::LogGroup, DeletionPolicy: Retain }\n  Gone: { Type: AWS::Logs::LogGroup }\n";
  await stage.templates({ log: group(1).replace("Outputs:", `${kept}Outputs:`) });
  await stage.run({});
  await stage.templates({ log: group(1) });
  const { summary, warnings } = await stage.run({ mode: "plan" });
  expect(summary).toContain("| remove | Gone | AWS::Logs::LogGroup | loses its log events |  |");
  expect(summary).toContain("| remove | Kept | AWS::Logs::LogGroup |  |  |");
  expect(warnings).toBe("Stack shop-log: Gone (AWS::Logs::LogGroup) is removed, which loses its log events.");
});

test("reports a stack of an earlier failure, and a refused template", async () => {
  await stage.templates({ bad: group(2), log: group(1) });
  await stage.run({ onFailure: "keep", stacks: ["bad"] });
  const { summary } = await stage.run({ mode: "plan", stacks: ["bad"] });
  expect(summary).toContain("<summary>shop-bad is deleted and created again: ");
  expect(await stage.stacks()).toEqual({ "shop-bad": "CREATE_FAILED" });

  await stage.templates({ log: group(1).replace("LogGroupName", "Nmae") });
  const refused = await stage.run({ mode: "plan" });
  expect(refused.error?.message).toMatch(/^CloudFormation rejects .*log\.yaml: .*extraneous key \[Nmae\]/);
  expect(await stage.stacks()).toEqual({ "shop-bad": "CREATE_FAILED" });
});

test("can plan a stack with a new import only once its export exists", async () => {
  await stage.templates({ user: group(1, "user") });
  await stage.run({});
  await stage.templates({ user, log: group(1) });
  const { summary, output } = await stage.run({ mode: "plan" });
  expect(summary).toContain(
    "<summary>shop-user cannot be planned yet</summary>\n\nCan only be planned after shop-log-Name exists.",
  );
  expect(output("has-changes")).toBe("true");
});

test("names a database's data, and the snapshot that is kept", async () => {
  const [network, database] = [await ownTemplate("network"), await ownTemplate("database")];
  await stage.templates({ network, database });
  await stage.run({});
  await stage.templates({ network, database: database.replace("DBName: COFFEE", "DBName: TEA") });
  const { summary } = await stage.run({ mode: "plan" });
  expect(summary).toContain(
    "Database (AWS::RDS::DBInstance) is replaced, which loses its data (a snapshot is kept; the new one starts empty).",
  );
  expect(summary).toContain("DBName: COFFEE → TEA");
});

test("shows what a change costs, and what it creates", async () => {
  await stage.templates({ network: await ownTemplate("network"), database: await ownTemplate("database") });
  const { summary: planned } = await stage.run({ mode: "plan" });
  expect(planned).toMatch(
    /### Cost of this change: \+\$[\d.,]+ a month, [\s\S]*\| added \| database\/Database \|/,
  );
  expect(planned).toMatch(/\| added \| network\/NatGateway \|.*\$\d/);
  expect(planned).toMatch(/<details><summary>Architecture<\/summary>[\s\S]*```mermaid\nflowchart[\s\S]*RDS/);
});

test("shows no more cost for a plan without changes, and less for a smaller one", async () => {
  await stage.templates({ network: await ownTemplate("network") });
  await stage.run({});
  expect((await stage.run({ mode: "plan" })).summary).toContain("Nothing that is billed changes");
  const parametersFile = await stage.write("profile.json", { network: { PrivateWayOut: "none" } });
  expect((await stage.run({ mode: "plan", parametersFile })).summary).toMatch(
    /### Cost of this change: −\$[\d.,]+ a month, [\s\S]*\| removed \| network\/NatGateway \|/,
  );
});

test("shows no cost where the price list is for another region, but the plan", async () => {
  const stage = await createStage({ region: "eu-west-3" });
  onTestFinished(() => stage.close());
  await stage.templates({ log: "Resources:\n  Log: { Type: AWS::Logs::LogGroup }\n" });
  const { error, summary } = await stage.run({ mode: "plan" });
  expect(error).toBeUndefined();
  expect(summary).toContain("### Plan: 1 to create");
  expect(summary).toContain("Not available: the price list is for us-east-1, not for eu-west-3.");
});
