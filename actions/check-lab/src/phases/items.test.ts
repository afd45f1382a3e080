import type { Rule } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Role } from "@aws-sdk/client-iam";
import { expect, it } from "vitest";
import { checkoutOf } from "../check.support.ts";
import { courseNames } from "../lab-parts.support.ts";
import type { Page } from "../read-page.ts";
import { type Change, denied, openFinishedLab } from "./items.support.ts";

const { securityGroup, resultOf, change, set } = await openFinishedLab();

const server = (members: object) => set("instances", members, "MonolithicAppServer");
/** The only rule of every security group. */
const allow = (rule: object) => set("securityGroups", { IpPermissions: [{ IpProtocol: "tcp", ...rule }] });
const service = (members: object) => set("services", members, courseNames.service.customer);
const reaches = (...loadBalancers: object[]) => service({ loadBalancers, taskSets: [] });
const definition = (members: object) => set("taskDefinition", members, courseNames.service.customer);
/** Changes the customer's container in its task definition. */
const container = (members: object) =>
  change("taskDefinition", (found) => ({
    ...found,
    containerDefinitions: found?.containerDefinitions?.map((each) =>
      each.name === "customer" ? { ...each, ...members } : each,
    ),
  }));
const image = (host: string) => container({ image: `${host}.amazonaws.com/customer` });
const host = (value: string) => container({ environment: [{ name: "APP_DB_HOST", value }] });
const employeeGroup = (members: object) => set("targetGroups", members, "employee-tg-one");
const last = (members: object | undefined) => change("lastDeployment", () => members);
const notByCodeDeploy = set("services", { taskSets: [] });
const deployments = (...all: object[]) => change("deployments", () => all);
const releases = (...revisions: number[]) =>
  deployments(
    ...revisions.map((revision) => ({ status: "Succeeded", revision: `task-definition/web:${revision}` })),
  );
const canary = { status: "Succeeded", deploymentConfigName: "ECSCanary10Percent5Minutes" };
const runs = (...all: object[]) => change("pipelineRuns", () => all);
const tasks = (...containers: object[]) =>
  change("runningTasks", (found, _, name) =>
    name === courseNames.service.customer ? [{ containers }] : found,
  );
const policy = {
  PolicyType: "TargetTrackingScaling",
  ResourceId: `service/lab/${courseNames.service.customer}`,
};
const scaling = (members: object) => change("scalingPolicies", () => [{ ...policy, ...members }]);
const costs = (...monthly: number[]) => {
  const sheets = monthly.map((usd, index) => [`${index}.csv`, `Service,Monthly\nAWS Fargate,${usd}\n`]);
  return { checkout: checkoutOf(Object.fromEntries(sheets)) };
};
const responds = (page: Partial<Page>, path = "") => ({
  browserAddress: undefined,
  readPage: async (address: string): Promise<Page> => ({
    ...{ address, status: 200, text: '<a href="/supplier-add">Add</a>' },
    ...(address.includes(path) && page),
  }),
});
/** Paths and source addresses of the rules for employees; a further rule may be before them. */
const adminRules = (paths: string[], sources: string[], before?: Rule) =>
  change("listenerRules", ([rule, ...others]) => {
    const Conditions = [{ Field: "path-pattern", PathPatternConfig: { Values: paths } }];
    const limits = { Field: "source-ip", SourceIpConfig: { Values: sources } };
    const changed = { ...rule, Conditions: [...Conditions, ...(sources.length > 0 ? [limits] : [])] };
    return [...(before ? [before] : []), changed, ...others];
  });
const usual = ["/admin", "/admin/*"];
const for203 = adminRules(usual, ["203.0.113.7/32"]);
const refuse = (path: string): Rule => ({
  ...{ Priority: "1", Actions: [{ Type: "fixed-response" }] },
  Conditions: [{ Field: "path-pattern", PathPatternConfig: { Values: [path] } }],
});
const distrusting = (role: Role | undefined) => ({ ...role, AssumeRolePolicyDocument: "{}" });
const unreadable = change("managedPolicy", denied);
const attached = change("attachedPolicies", () => ["x"]);
const noInline = change("inlinePolicies", () => []);

it.each<[id: string, result: RegExp, ...Change[]]>([
  ["2.server", /is pending Fix: Wait until the state of Mono/, server({ State: { Name: "pending" } })],
  ["2.server", /is stopped Fix: aws ec2 start-instances .* i-/, server({ State: { Name: "stopped" } })],
  ["2.server", /no public address Fix: .*associate-address .* i-/, server({ PublicIpAddress: undefined })],
  ["2.port", /does not open port 80 Fix: .*--group-id sg-\w+ .* 80 /, allow({ UserIdGroupPairs: [] })],
  ["2.port", /does not open port 80/, allow({ IpProtocol: "udp", IpRanges: [{ CidrIp: "0.0.0.0/0" }] })],
  ["2.port", /does not open port 80/, allow({ FromPort: 81, IpRanges: [{ CidrIp: "0.0.0.0/0" }] })],
  ["2.port", /open port 80/, allow({ FromPort: 0, ToPort: 79, IpRanges: [{ CidrIp: "0.0.0.0/0" }] })],
  ["2.site", /\/suppliers returns 503/, responds({ status: 503 }, "/suppliers")],
  ["2.database", /stopped Fix: .*identifier supplierdb/, set("databases", { DBInstanceStatus: "stopped" })],
  ["2.database", /is creating Fix: Wait/, set("databases", { DBInstanceStatus: "creating" })],
  ["2.database", /us-east-1 has no MySQL database/, set("databases", { Engine: "postgres" })],
  ["5.images", /no image with the tag latest Fix: .*push \S+customer:l/, change("image", () => undefined)],
  ["5.service-linked-role", /AWSServiceRoleForECS does not exist/, change("role", () => undefined)],
  ["5.task-definitions", /microservice:\d+: .* not for Fargate/, definition({ requiresCompatibilities: [] })],
  [
    "5.account",
    /trust ecs-tasks\S+ Fix: .*role-name PipelineRole .* add ecs-tasks/,
    change("role", distrusting),
  ],
  [
    "8.deploy-role",
    /trust codedeploy\S+ Fix: .*role-name DeployRole .* add codedeploy/,
    change("role", distrusting),
  ],
  [
    "8.deploy-role",
    /role r does not exist Fix: .*group-name microservices-customer .*:role\/DeployRole/,
    set("deploymentGroups", { serviceRoleArn: "r" }),
  ],
  ["5.account", /image belongs to account 210987654321/, image("210987654321.dkr.ecr.us-east-1")],
  ["5.account", /the image is in eu-west-3/, image("123456789012.dkr.ecr.eu-west-3")],
  ["5.database-host", /this account has no MySQL database/, change("databases", () => [])],
  ["5.database-host", /it has APP_DB_HOST 127\.0\.0\.1:3306/, host("127.0.0.1:3306")],
  ["6.load-balancer", /microservicesLB is internal/, set("loadBalancers", { Scheme: "internal" })],
  ["6.load-balancer", /LB is provisioning/, set("loadBalancers", { State: { Code: "provisioning" } })],
  ["6.security-group", /group of microservicesLB opens port 8080/, allow({ FromPort: 80, ToPort: 80 })],
  ["6.listeners", /listeners 80 and 8080 both forward to customer-tg-one/, last(undefined), notByCodeDeploy],
  [
    "6.admin-rules",
    /8080: rule 1 .* to employee-tg-one, which is used elsewhere/,
    ...[last(undefined), notByCodeDeploy],
  ],
  ["6.admin-rules", /default rule sends \/admin\/suppliers 100 % to customer/, adminRules(["/admin"], [])],
  ["6.admin-path", /\(\/admin\) sends \/admin fixed-r/, adminRules(usual, [], refuse("/admin"))],
  ["6.target-groups", /is of type instance, not ip/, employeeGroup({ TargetType: "instance" })],
  ["6.target-groups", /uses HTTPS, not HTTP/, employeeGroup({ Protocol: "HTTPS" })],
  ["6.target-groups", /is on port 80, not 8080/, employeeGroup({ Port: 80 })],
  ["6.target-groups", /forwards the employee's paths to no target/, change("targetGroups", () => [])],
  ["6.health-paths", /the employee's paths and checks \//, employeeGroup({ HealthCheckPath: "/" })],
  ["7.services", /customer-microservice is DRAINING/, service({ status: "DRAINING" })],
  ["7.services", /runs on EC2, not FARGATE/, service({ launchType: "EC2", taskSets: [] })],
  ["7.controller", /ECS, not CODE_DEPLOY/, service({ deploymentController: undefined })],
  ["7.container", /uses port 80, not 8080/, reaches({ containerName: "customer", containerPort: 80 })],
  ["7.container", /uses the container x, which/, reaches({ containerName: "x", containerPort: 8080 })],
  ["7.container", /has no load balancer/, reaches()],
  ["7.network", /has no subnets/, service({ networkConfiguration: {}, taskSets: [] })],
  ["7.network", /not admit the load balancer/, allow({ UserIdGroupPairs: [{ GroupId: "sg-1" }] })],
  ["8.pipeline-runs", /last run of update-.* is Failed/, runs({ status: "Failed" }, { status: "Succeeded" })],
  ["8.pipeline-runs", /update-customer-microservice has not run/, runs()],
  [
    "8.deployments",
    /of microservices-customer is Stopped \(x\)/,
    last({ status: "Stopped", errorInformation: { message: "x" } }),
  ],
  ["8.deployments", /microservices-customer has not deployed/, last(undefined)],
  ["8.running", /customer-microservice runs 2 of 3 tasks/, service({ runningCount: 2 })],
  ["8.running", /4 tasks; 3 of 4 targets of/, service({ desiredCount: 4 })],
  ["8.site", /\/suppliers returns 500; .*\/admin\/suppliers returns 500/, responds({ status: 500 })],
  ["8.site", /\/suppliers returns 404/, responds({ status: 404 }), for203],
  ["8.site", /\/admin\/suppliers returns 404/, responds({ status: 404 }, "/admin"), adminRules(usual, [])],
  ["8.image", /customer has no image with the tag latest/, change("image", () => undefined)],
  ["8.image", /customer-microservice runs no task/, change("runningTasks", () => [])],
  ["8.image", /runs x\/other:1, which is not of the repository customer/, tasks({ image: "x/other:1" })],
  ["8.image", /sha256:0 \(pushed at an unknown/, tasks({ image: "customer", imageDigest: "sha256:0" })],
  ["9.source-ip", /listener 8080: the rule has no source-ip condition/, adminRules(usual, [])],
  ["9.source-ip", /listener 8080: ::\/0 is everybody/, adminRules(usual, ["10.0.0.0/8", "::/0"])],
  ["9.own-address", /contain your browser's 198.51.100.8/, { browserAddress: "198.51.100.8" }],
  ["9.own-address", /10.0.0.0\/8 is private/, responds({}), adminRules(usual, ["10.0.0.0/8"])],
  ["9.scaled", /runs 2 of 3 tasks/, service({ runningCount: 2 })],
  ["9.scaled", /desired 2, running 3/, service({ desiredCount: 2 })],
  ["10.canary", /none is a canary or linear/, deployments({ ...canary, status: "Failed" })],
  ["10.canary", /none is a canary/, deployments({ ...canary, deploymentConfigName: "AllAtOnce" })],
  ["10.alarm", /none is a deployment that/, deployments({ errorInformation: { code: "TIMEOUT" } })],
  ["10.rollback", /no deployment brought back a former revision/, releases(3, 2, 1)],
  ["10.rollback", /no deployment brought back a former revision/, releases(2, 2, 1)],
  ["10.scaling", /no service of the lab has a target/, scaling({ PolicyType: "StepScaling" })],
  ["10.scaling", /no service of the lab has a target/, scaling({ ResourceId: "service/lab/x" })],
  ["10.cost", /1 cost sheets, from \$10.00 to \$10.00 a month/, costs(10)],
  ["10.cost", /2 cost sheets, from \$6.00 to \$10.00/, costs(10, 6)],
])("fails %s: %s", async (id, result, ...changes) => {
  const found = await resultOf(id, ...changes);
  expect(found).toMatch(/^fail: /);
  expect(found).toMatch(result);
});

it.each<[id: string, ...Change[]]>([
  ["2.database", set("databases", { Engine: "mariadb" })],
  ["2.port", allow({ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] })],
  ["2.port", allow({ FromPort: 79, ToPort: 80, Ipv6Ranges: [{ CidrIpv6: "::/0" }] })],
  ["2.port", allow({ FromPort: 80, ToPort: 81, PrefixListIds: [{ PrefixListId: "pl-1" }] })],
  [
    "5.repository-policy",
    change("repositoryPolicy", () => '{"Statement":{"Effect":"Allow","Principal":"*"}}'),
  ],
  ["5.account", container({ image: "customer" })],
  ["6.listeners", last(undefined)],
  ["6.admin-rules", last(undefined)],
  ["6.admin-rules", adminRules(["/admin*"], [])],
  [
    "6.admin-rules",
    adminRules(usual, [], { ...refuse("/x"), Conditions: [{ Field: "host-header", Values: ["x"] }] }),
  ],
  ["6.admin-path", adminRules(["/admin*"], [])],
  ["6.admin-path", adminRules(["/admin/*"], [])],
  [
    "7.services",
    service({
      launchType: "",
      taskSets: [],
      capacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT" }],
    }),
  ],
  ["7.network", allow({ UserIdGroupPairs: [{ GroupId: securityGroup }] })],
  [
    "8.image-trigger",
    unreadable,
    attached,
    noInline,
    runs(
      { trigger: { triggerDetail: "x:rule/pushed-update-customer-microservice" } },
      { trigger: { triggerDetail: "x:rule/pushed-update-employee-microservice" } },
    ),
  ],
  ["8.running", service({ runningCount: 6 })],
  [
    "8.image",
    tasks({ image: "customer", imageDigest: "sha256:0" }),
    change("digestsUnder", () => ["sha256:0"]),
  ],
  [
    "8.image",
    tasks({ image: "customer", imageDigest: "sha256:0" }),
    change("image", (found, _, reference) => ({
      ...found,
      imagePushedAt: new Date(reference === "latest" ? 0 : 1),
    })),
  ],
  ["9.own-address", { browserAddress: "203.0.113.7" }, for203],
  ["9.own-address", { browserAddress: "203.0.113.7" }, adminRules(usual, ["10.0.0.0/8", "203.0.113.0/24"])],
  ["9.own-address", responds({ status: 403 }), for203],
  ["9.scaled", service({ desiredCount: 4, runningCount: 4 })],
  ["10.canary", deployments(canary)],
  ["10.alarm", deployments({ errorInformation: { code: "ALARM_ACTIVE" } })],
  ["10.rollback", deployments({ status: "Succeeded", creator: "codeDeployRollback" })],
  ["10.rollback", releases(1, 2, 1)],
  ["10.scaling", scaling({})],
  ["10.cost", costs(10, 5)],
])("passes %s (%#)", async (id, ...changes) => {
  expect(await resultOf(id, ...changes)).toMatch(/^pass: /);
});

it.each<[id: string, result: RegExp, ...Change[]]>([
  ["8.pipeline-runs", /is running; check again/, runs({ status: "InProgress" })],
  [
    "8.image-trigger",
    /the policy x of the role PipelineRole cannot be read/,
    unreadable,
    attached,
    noInline,
    runs(),
  ],
  [
    "8.image-trigger",
    /which is not evaluated here/,
    set("rulesWithTarget", { EventPattern: '{"source":[{"cidr":"x"}]}' }),
  ],
  ["8.deployments", /is Ready; check again/, last({ status: "Ready" })],
  ["8.site", /is open to the rule's source addresses only/, responds({ status: 404 }, "/admin"), for203],
  ["9.own-address", /blocks this machine; set browser-address/, responds({ status: 404 }), for203],
  ["9.own-address", /\/admin\/suppliers returns 503/, responds({ status: 503 }), for203],
  ["8.image", /customer-microservice is being deployed/, service({ taskSets: [{}, {}] })],
])("cannot check %s: %s", async (id, result, ...changes) => {
  const found = await resultOf(id, ...changes);
  expect(found).toMatch(/^unchecked: /);
  expect(found).toMatch(result);
});

it.each([
  ...["<RDS-ENDPOINT>", "<db endpoint>", "{{host}}", "$\u007bDB_HOST}", "YOUR_DB_ENDPOINT", "REPLACE_ME"],
  ...["xxxxxxxx.rds", "$dbEndpoint"],
])("fails 5.placeholders for %s in a registered task definition", async (value) => {
  expect(await resultOf("5.placeholders", host(value))).toMatch(
    /^fail: customer-microservice:\d+: customer.environment\[APP_DB_HOST\].value has /,
  );
});
