import { expect, it } from "vitest";
import { freePriority } from "../parts.ts";
import {
  adminRule,
  allowing,
  balanced,
  balancerWith,
  checkItem,
  container,
  databaseWith,
  definitionWith,
  forwarding,
  group,
  groupWith,
  open,
  owner,
  policy,
  type Reads,
  roleArn,
  rule,
  rulesWith,
  serverWith,
  serviceWith,
  testItems,
} from "./items.support.ts";

const everything = {
  Conditions: [{ Field: "path-pattern", PathPatternConfig: { Values: ["/*"] } }],
  ...forwarding("elsewhere"),
};
const refusing = (path: string) => ({
  Conditions: [{ Field: "path-pattern", PathPatternConfig: { Values: [path] } }],
  Actions: [{ Type: "fixed-response" }],
});
const host = [{ Field: "host-header", HostHeaderConfig: { Values: ["shop.example.com"] } }];

testItems(
  [
    ["2.server", serverWith({ State: { Name: "pending" } }), "MonolithicAppServer is pending"],
    ["2.server", serverWith({ PublicIpAddress: undefined }), "has no public address"],
    ["2.port", { securityGroups: open(8080) }, "does not open port 80"],
    ["2.port", { securityGroups: [{ ...open(80)[0], GroupId: "other" }] }, "does not open port 80"],
    ["2.site", { page: { status: 503 } }, "http://198.51.100.1/suppliers returns 503"],
    ["2.database", databaseWith({ DBInstanceStatus: "stopped" }), "is stopped"],
    ["2.database", databaseWith({ Engine: "postgres" }), "us-east-1 has no MySQL database"],
    ["5.images", { image: undefined }, "web has no image with the tag latest"],
    ["5.service-linked-role", { role: undefined }, "AWSServiceRoleForECS does not exist"],
    ["5.task-definitions", definitionWith({ requiresCompatibilities: ["EC2"] }), "for Fargate"],
    ["5.task-definitions", definitionWith({ networkMode: "bridge" }), "bridge, not awsvpc"],
    [
      "5.task-definitions",
      definitionWith({ containerDefinitions: [{ name: "web", portMappings: [{ containerPort: 8081 }] }] }),
      "exposes port 8081, not 8080",
    ],
    ["5.account", definitionWith({ executionRoleArn: undefined }), "no execution role"],
    [
      "5.account",
      definitionWith({ executionRoleArn: roleArn.replace(owner, "210987654321") }),
      "the role r belongs to account 210987654321, not 123456789012",
    ],
    ...["210987654321.dkr.ecr.us-east-1", `${owner}.dkr.ecr.eu-west-3`].map((host, index) => {
      const containerDefinitions = [{ ...container, image: `${host}.amazonaws.com/web` }];
      const evidence = ["the image belongs to account 210987654321", "the image is in eu-west-3"][index];
      return ["5.account", definitionWith({ containerDefinitions }), evidence ?? ""] as const;
    }),
    [
      "5.database-host",
      definitionWith({ containerDefinitions: [{}] }),
      "web:1: it has no APP_DB_HOST: the program tries localhost",
    ],
    [
      "5.database-host",
      { databases: [] },
      "web:1: it has APP_DB_HOST db; this account has no MySQL database",
    ],
    ["6.load-balancer", balancerWith({ Scheme: "internal" }), "lb is internal"],
    ["6.load-balancer", balancerWith({ State: { Code: "provisioning" } }), "lb is provisioning"],
    ["6.security-group", { securityGroups: open(80) }, "opens port 8080"],
    ["6.security-group", { securityGroups: open(8080) }, "opens port 80"],
    ["6.listeners", { wasReleased: () => false, targetGroup: () => group }, "both forward to one"],
    [
      "6.admin-rules",
      { rulesOf: rulesWith(adminRule(["/admin"], [])) },
      "listener 8080: the default rule sends /admin/suppliers 100 % to another group, not to two",
    ],
    [
      "6.admin-rules",
      { rulesOf: rulesWith(everything, rule) },
      "rule 1 (/*) sends /admin/suppliers 100 % to",
    ],
    ["6.admin-rules", { rulesOf: rulesWith(adminRule(["/Admin/*"], [])) }, "default rule sends /admin/suppl"],
    ["6.listeners", { rulesOf: rulesWith(rule, everything) }, "rule 2 (/*) sends / 100 % to another group"],
    [
      "6.admin-path",
      { rulesOf: rulesWith(refusing("/admin"), rule) },
      "(/admin) sends /admin fixed-response",
    ],
    ["6.target-groups", groupWith({ TargetType: "instance" }), "of type instance, not ip"],
    ["6.target-groups", groupWith({ Protocol: "HTTPS" }), "one uses HTTPS, not HTTP"],
    ["6.target-groups", groupWith({ Port: 80 }), "one is on port 80, not 8080"],
    ["6.target-groups", { targetGroups: [] }, "no target group of the employee is behind a listener"],
    ["6.health-paths", groupWith({ HealthCheckPath: "/" }), "employee's paths and checks /"],
    ["7.services", serviceWith({ status: "DRAINING" }), "lab/web is DRAINING"],
    ["7.services", serviceWith({ launchType: "EC2" }), "lab/web runs on EC2, not FARGATE"],
    ["7.services", serviceWith({ desiredCount: 0 }), "lab/web has the desired count 0"],
    ["7.controller", serviceWith({ deploymentController: undefined }), "ECS, not CODE_DEPLOY"],
    ["7.container", serviceWith({ loadBalancers: [{ ...balanced, containerPort: 80 }] }), "port 80, not"],
    ["7.container", serviceWith({ loadBalancers: [{ ...balanced, containerName: "x" }] }), "container x"],
    ["7.container", serviceWith({ loadBalancers: [] }), "lab/web has no load balancer"],
    [
      "7.behind-listener",
      { targetGroup: { TargetGroupName: "two" } },
      "tasks in one, but listener 80 forwards to two",
    ],
    ["7.network", serviceWith({ networkConfiguration: undefined }), "lab/web has no subnets"],
    ["7.network", { securityGroups: open(80) }, "opens port 8080 to the load balancer"],
    ["2.port", allowing({ UserIdGroupPairs: [] }), "does not open port 80"],
    ["2.port", allowing({ IpProtocol: "udp", IpRanges: [{}] }), "not open port 80"],
    ["2.port", allowing({ FromPort: 81, IpRanges: [{}] }), "not open port 80"],
    ["2.port", allowing({ FromPort: 0, ToPort: 79, IpRanges: [{}] }), "open port 80"],
    [
      "6.admin-rules",
      { wasReleased: () => false, targetGroup: () => group },
      "forwards to one, which is used elsewhere",
    ],
    [
      "7.container",
      serviceWith({ loadBalancers: [balanced, { ...balanced, containerPort: 8081 }] }),
      "uses port 8081",
    ],
    ["7.network", allowing({ UserIdGroupPairs: [{ GroupId: "x" }] }), "opens port 8080 to the load"],
  ],
  [
    ["5.repository-policy", policy({ Principal: "*" })],
    ["5.account", definitionWith({ containerDefinitions: [{ image: "web" }] })],
    ["6.listeners", { targetGroup: () => group, rulesOf: () => [forwarding("one")] }],
    ["6.admin-rules", { rulesOf: rulesWith(adminRule(["/admin*"], [])) }],
    ["6.admin-rules", { rulesOf: rulesWith(rule, refusing("/admin/*")) }],
    ["6.admin-rules", { rulesOf: rulesWith({ Conditions: host }, rule) }],
    ["6.admin-path", { rulesOf: rulesWith(adminRule(["/admin*"], [])) }],
    ["6.admin-path", { rulesOf: rulesWith(adminRule(["/admin/*"], [])) }],
    [
      "7.services",
      serviceWith({ launchType: "", capacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT" }] }),
    ],
    ["2.database", databaseWith({ Engine: "mariadb" })],
    ["2.port", allowing({ IpProtocol: "-1", IpRanges: [{}] })],
    ["2.port", allowing({ FromPort: 79, ToPort: 80, Ipv6Ranges: [{}] })],
    ["2.port", allowing({ FromPort: 80, ToPort: 81, PrefixListIds: [{}] })],
    ["7.network", allowing({ UserIdGroupPairs: [{ GroupId: "sg" }] })],
    [
      "6.admin-rules",
      {
        targetGroup: (name: string) => ({ ...group, TargetGroupArn: name }),
        rulesOf: () => [{ ...rule, ...forwarding("employee") }, forwarding("customer")],
      },
    ],
  ],
);

it.each([
  "<RDS-ENDPOINT>",
  "<db endpoint>",
  "{{host}}",
  "$\u007bDB_HOST}",
  "YOUR_DB_ENDPOINT",
  "REPLACE_ME",
  "xxxxxxxx.rds",
  "$dbEndpoint",
])("fails 5.placeholders for %s in a registered task definition", async (value) => {
  const environment = [{ name: "APP_DB_HOST", value }];
  const changes = definitionWith({ containerDefinitions: [{ ...container, environment }] });
  expect(await checkItem("5.placeholders", changes)).toMatchObject({
    status: "fail",
    evidence: expect.stringContaining("web:1: web.environment[APP_DB_HOST].value has "),
  });
});

it.each<[string, Reads, string]>([
  [
    "2.server",
    serverWith({ State: { Name: "stopped" }, InstanceId: "i-1" }),
    "start-instances --instance-ids i-1",
  ],
  [
    "2.server",
    serverWith({ PublicIpAddress: undefined, InstanceId: "i-1" }),
    "associate-address --instance-id i-1",
  ],
  ["2.port", { securityGroups: open(8080) }, "--group-id sg --protocol tcp --port 80"],
  [
    "2.database",
    databaseWith({ DBInstanceStatus: "stopped", DBInstanceIdentifier: "shop" }),
    "identifier shop",
  ],
  [
    "2.database",
    databaseWith({ DBInstanceStatus: "creating", DBInstanceIdentifier: "shop" }),
    "Wait until the state of shop",
  ],
  ["5.images", { image: undefined }, "docker push 1.dkr/web:latest"],
])("fixes %s for %j with the student's own names", async (id, changes, command) => {
  const { fix } = await checkItem(id, changes);
  expect(fix?.cli).toContain(command);
});

it.each([
  [["1", "3", "default"], undefined, 2],
  [["1", "2", "default"], undefined, 3],
  [["1", "3"], "3", 2],
  [["1", "2"], "2", undefined],
  [["5", "default"], "default", 1],
])("finds the priority of another rule among %j, before %j: %j", (used, before, free) => {
  const rules = used.map((Priority) => ({ Priority }));
  expect(freePriority(rules, before ? { Priority: before } : undefined)).toBe(free);
});
