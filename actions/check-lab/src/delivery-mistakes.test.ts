import { readFileSync } from "node:fs";
import { startTestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, expect, it } from "vitest";
import { parse } from "yaml";
import { check, itemsOf } from "./check.support.ts";
import { readAccount } from "./lab.ts";
import { buildByHand, commit } from "./lab-account.support.ts";
import { appSpec, courseNames, definitionFiles, executionRole } from "./lab-parts.support.ts";
import { allOf, createChanges, expectCaught, type Mistake, type Seed } from "./mistakes.support.ts";
import { Unreadable } from "./outcome.ts";
import { deliveryActionsOf, otherThan, type ServiceName } from "./parts.ts";

const simulator = await startTestSimulator({ account: "academy" });
afterAll(() => simulator.close());
const lab = await buildByHand(simulator);
const { change, set, edited } = createChanges();
/** Read once at first, so that no page of a row waits for it: one that takes 3 s is a fault. */
const finished = readAccount(simulator.clientConfig);
await check(simulator, { account: finished });

const [taskdef, appspec] = ["taskdef-customer.json", "appspec-customer.yaml"] as const;
const foreignHost = "db.abc.us-east-1.rds.amazonaws.com";
const edit = (from: string | RegExp, to: string, file: string = taskdef) =>
  change("gitFile", (text, _repository, _branch, path) =>
    path === file ? String(text).replace(from, to) : text,
  );
const configure = (
  part: keyof ReturnType<typeof deliveryActionsOf>,
  configuration: Readonly<Record<string, string>>,
) =>
  change("pipeline", (found, name) => {
    const { pipeline = {} as never } = found;
    if (name === courseNames.pipeline.customer)
      Object.assign(deliveryActionsOf(pipeline)[part]?.configuration ?? {}, configuration);
    return found;
  });
const deploysWith = (members: object) => set("deploymentGroups", members, courseNames.group.customer);
const endAfter = (terminationWaitTimeInMinutes: number) =>
  deploysWith({
    blueGreenDeploymentConfiguration: {
      deploymentReadyOption: { actionOnTimeout: "CONTINUE_DEPLOYMENT" },
      terminateBlueInstancesOnDeploymentSuccess: { action: "TERMINATE", terminationWaitTimeInMinutes },
    },
  });
/** The pattern of the rules, with other members; undefined leaves one out. */
const startsFor = ({ detail, ...pattern }: { [name: string]: unknown; detail?: object }) =>
  change("rulesWithTarget", (rules) =>
    rules.map((rule) => {
      const before = JSON.parse(rule.EventPattern ?? "{}");
      const after = { ...before, ...pattern, detail: { ...before.detail, ...detail } };
      return { ...rule, EventPattern: JSON.stringify(after) };
    }),
  );
const distrust = (role: string, service: string) =>
  change("role", (found, name) => {
    const AssumeRolePolicyDocument = found?.AssumeRolePolicyDocument?.replace(service, "ec2");
    return name === role ? { ...found, AssumeRolePolicyDocument } : found;
  });
const openTo = (port: number, sources: object) =>
  change("securityGroups", (groups) =>
    groups.map(({ IpPermissions = [], ...group }) => ({
      ...group,
      IpPermissions: IpPermissions.map((rule) =>
        group.GroupId === lab.securityGroup && rule.FromPort === port
          ? { IpProtocol: "tcp", FromPort: port, ToPort: port, ...sources }
          : rule,
      ),
    })),
  );
const admitToDatabase = (...sources: object[]) => {
  const rule = { IpProtocol: "tcp", FromPort: 3306, ToPort: 3306 };
  const IpPermissions = sources.map((source) => ({ ...rule, ...source }));
  return set("securityGroups", { IpPermissions }, "DatabaseSG");
};
const cidr = (...ranges: string[]) => ({ IpRanges: ranges.map((CidrIp) => ({ CidrIp })) });
const mayStart = (Resource: string) => {
  const document = { Statement: { Effect: "Allow", Action: "codepipeline:*", Resource } };
  return allOf(
    change("attachedPolicies", () => []),
    change("inlinePolicies", () => [JSON.stringify(document)]),
  );
};
/** A pipeline whose source of this provider is another one. */
const replaceSource = (provider: string) =>
  change("pipeline", (found) => JSON.parse(JSON.stringify(found).replaceAll(`"${provider}"`, '"S3"')));
const { customer: ofCustomer, employee: ofEmployee } = courseNames.group;
const reading = { Field: "http-request-method", HttpRequestMethodConfig: { Values: ["GET"] } };
const allBut = (...tags: string[]) => [{ "anything-but": tags }];
const regroup = (from: string | RegExp, to: string | ((...found: string[]) => string), only = "") =>
  change("deploymentGroups", (groups) =>
    groups.map((group) => {
      const isMeant = group.deploymentGroupName?.includes(only);
      return isMeant ? JSON.parse(JSON.stringify(group).replace(from, to as string)) : group;
    }),
  );

interface ChangeOfText {
  readonly item: string;
  readonly evidence: string;
  readonly file?: string;
  readonly from?: string;
  readonly to?: string;
  readonly action?: keyof ReturnType<typeof deliveryActionsOf>;
  readonly set?: Readonly<Record<string, string>>;
}
const changesOfText: readonly ChangeOfText[] = parse(
  readFileSync(new URL("delivery-mistakes.yaml", import.meta.url), "utf8"),
);

const mistakes: readonly Mistake[] = [
  ...changesOfText.map(
    ({ item, evidence, file, from = "", to = "", action = "deploy", set }): Mistake => [
      item,
      new RegExp(evidence),
      set ? configure(action, set) : edit(new RegExp(from), to, file),
    ],
  ),
  ["5.taskdef-files", /APP_DB_HOST\]\.value has <RDS-ENDPOINT>/, edit(lab.host, "<RDS-ENDPOINT>")],
  ["5.taskdef-files", /has the database db\.abc.* of another account/, edit(lab.host, foreignHost)],
  ["8.pipelines", /has no CodeCommit source/, replaceSource("CodeCommit")],
  ["8.pipelines", /has no ECR source: an image push cannot start it/, replaceSource("ECR")],
  [
    "8.image-trigger",
    /pattern of pushed-.* not match it: .*Scan/,
    startsFor({ "detail-type": ["ECR Image Scan"] }),
  ],
  ["8.image-trigger", /not match it: .*FAILURE/, startsFor({ detail: { result: ["FAILURE"] } })],
  ["8.image-trigger", /not match it: .*prefix/, startsFor({ detail: { "image-tag": [{ prefix: "v" }] } })],
  [
    "8.image-trigger",
    /not match it: .*anything-but/,
    startsFor({ detail: { "image-tag": allBut("latest") } }),
  ],
  ["8.image-trigger", /no EventBridge rule starts update-/, change("rulesWithTarget", () => [])],
  ["8.image-trigger", /has no role to start/, set("ruleTargets", { RoleArn: undefined })],
  [
    "8.image-trigger",
    /role EventRole does not exist/,
    set("ruleTargets", { RoleArn: executionRole.replace("Pipeline", "Event") }),
  ],
  ["8.image-trigger", /PipelineRole may not start update-/, mayStart("*:other")],
  ["8.pipelines", /PipelineRole does not trust codepipeline/, distrust("PipelineRole", "codepipeline")],
  ["8.deployment-groups", /deploys .*cluster\/x, not/, regroup('"customer-microservice"', '"x"', ofCustomer)],
  [
    "8.deployment-groups",
    /employee has customer-tg-two, .*r's$/,
    regroup("employee-tg-two", "customer-tg-two", ofEmployee),
  ],
  [
    "8.deployment-groups",
    /customer has employee-tg-two, which is the employee's; .*employee has customer-tg-two/,
    regroup(/"(customer|employee)-tg-two"/, (_, name) => `"${otherThan(name as ServiceName)}-tg-two"`),
  ],
  [
    "8.deployment-groups",
    /customer deploys .*employee-microservice, not .*customer-microservice; .*employee deploys/,
    regroup(
      /"(customer|employee)-microservice"/,
      (_, name) => `"${otherThan(name as ServiceName)}-microservice"`,
    ),
  ],
  ["6.health-paths", /e-tg-two is .* checks \//, set("targetGroups", { HealthCheckPath: "/" }, "e-tg-two")],
  ["8.deployment-groups", /x and x, not two/, regroup(/customer-tg-\w+/g, "x", ofCustomer)],
  [
    "8.deployment-groups",
    /have listener 80 of .* production/,
    regroup("prodTrafficRoute", "none", ofCustomer),
  ],
  ["8.deployment-groups", /have listener 8080 of .* test/, regroup("testTrafficRoute", "none", ofCustomer)],
  ["8.deployment-groups", /ends the old tasks after 60 minutes/, endAfter(60)],
  ["8.deployment-groups", /after 0 minutes, the course after 5: no way back is left/, endAfter(0)],
  [
    "6.security-group",
    /opens port 80 to sg-\w+ only/,
    openTo(80, { UserIdGroupPairs: [{ GroupId: lab.securityGroup }] }),
  ],
  ["6.security-group", /opens port 80 to 203\.0\.113\.7\/32 only/, openTo(80, cidr("203.0.113.7/32"))],
  ["6.security-group", /to 128\.0\.0\.0\/1 only/, openTo(80, cidr("128.0.0.0/1"))],
  ["6.security-group", /opens port 80/, openTo(80, { Ipv6Ranges: [{ CidrIpv6: "::/0" }] })],
  [
    "6.admin-rules",
    /sends POST \/admin\/supplier-add 100 % to customer-tg-one/,
    change("listenerRules", (rules) =>
      rules.map((rule) =>
        rule.IsDefault ? rule : { ...rule, Conditions: [...(rule.Conditions ?? []), reading] },
      ),
    ),
  ],
  ["7.network", /not admit the load balancer microservicesLB/, openTo(8080, cidr("203.0.113.7/32"))],
  [
    "7.network",
    /cannot reach Amazon ECR.* which serves public addresses only/,
    change("services", (found) => JSON.parse(JSON.stringify(found).replaceAll("ENABLED", "DISABLED"))),
  ],
];

it.each(mistakes)("catches by %s: %s", (...mistake) =>
  expectCaught(mistake, () => check(simulator, { account: edited(finished), numbers: [5, 6, 7, 8] })),
);

const others = { TaskDefinitionTemplatePath: "task.json", AppSpecTemplatePath: "deploy/app.yml" };
/** Answers that differ from the course's, and are right. */
it.each<[name: string, ...Seed[]]>([
  [
    "files with other names",
    async () => {
      const right = definitionFiles(courseNames, lab.host);
      const moved = { "task.json": right[taskdef] ?? "", "deploy/app.yml": appSpec("customer") };
      await commit(simulator, courseNames.deployment, moved, [taskdef, appspec]);
      return () => commit(simulator, courseNames.deployment, right, Object.keys(moved));
    },
    configure("deploy", others),
  ],
  [
    "another branch, in a repository without dev",
    async () => {
      const { codecommit } = simulator.aws;
      const repositoryName = "definitions-of-customer";
      await codecommit.createRepository({ repositoryName });
      const files = Object.entries(definitionFiles(courseNames, lab.host));
      const putFiles = files.map(([filePath, text]) => ({ filePath, fileContent: Buffer.from(text) }));
      await codecommit.createCommit({ repositoryName, branchName: "main", putFiles });
      return () => codecommit.deleteRepository({ repositoryName });
    },
    configure("files", { RepositoryName: "definitions-of-customer", BranchName: "main" }),
  ],
  [
    "another placeholder, in file and pipeline",
    edit("<IMAGE1_NAME>", "<IMAGE>"),
    configure("deploy", { Image1ContainerName: "IMAGE" }),
  ],
  ["a rule without result and tag", startsFor({ detail: { result: undefined, "image-tag": undefined } })],
  [
    "a rule for prefixes",
    startsFor({ detail: { "repository-name": [{ prefix: "" }], "image-tag": allBut("dev") } }),
  ],
  ["a rule whose role may start every pipeline", mayStart("arn:aws:codepipeline:*")],
  ["ten minutes for the way back", endAfter(10)],
  ["a database for the tasks alone", admitToDatabase({ UserIdGroupPairs: [{ GroupId: lab.securityGroup }] })],
  [
    "routes that may not be read",
    change("routeTables", () => Promise.reject(new Unreadable("the credentials may not call it"))),
  ],
  ["all ports open to both halves", openTo(8080, cidr("0.0.0.0/1", "128.0.0.0/1"))],
])("finds nothing wrong in: %s", async (_, ...seeds) => {
  const undo = await allOf(...seeds)();
  const account = edited(readAccount(simulator.clientConfig));
  const report = await check(simulator, { account, numbers: [5, 6, 7, 8] }).finally(undo);
  expect([...itemsOf(report, "fail"), ...itemsOf(report, "unchecked")]).toEqual([]);
});
