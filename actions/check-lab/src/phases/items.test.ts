import { expect, it } from "vitest";
import {
  adminRule,
  balanced,
  balancer,
  checkItem,
  container,
  database,
  definition,
  group,
  open,
  owner,
  policy,
  roleArn,
  server,
  service,
  testItems,
} from "./items.support.ts";

/** A security group with a rule of these sources. */
const allowing = (sources: object) => ({
  GroupId: "sg",
  IpPermissions: [{ IpProtocol: "tcp", ...sources }],
});

testItems(
  [
    [
      "2.server",
      { instances: [{ ...server, State: { Name: "pending" } }] },
      "MonolithicAppServer is pending",
    ],
    ["2.server", { instances: [{ ...server, PublicIpAddress: undefined }] }, "has no public address"],
    ["2.port", { securityGroups: open(8080) }, "does not open port 80"],
    ["2.port", { securityGroups: [{ ...open(80)[0], GroupId: "other" }] }, "does not open port 80"],
    ["2.site", { page: { status: 503 } }, "http://198.51.100.1/suppliers returns 503"],
    ["2.database", { databases: [{ ...database, DBInstanceStatus: "stopped" }] }, "is stopped"],
    ["2.database", { databases: [{ ...database, Engine: "postgres" }] }, "us-east-1 has no MySQL database"],
    [
      "5.repository-policy",
      { repositoryPolicy: policy({ Principal: "*" }) },
      "policy of web allows everyone",
    ],
    [
      "5.repository-policy",
      { repositoryPolicy: policy({ Principal: { AWS: ["x", "*"] } }) },
      "allows everyone",
    ],
    ["5.images", { image: undefined }, "web has no image with the tag latest"],
    ["5.service-linked-role", { role: undefined }, "AWSServiceRoleForECS does not exist"],
    [
      "5.task-definitions",
      { taskDefinition: { ...definition, requiresCompatibilities: ["EC2"] } },
      "for Fargate",
    ],
    [
      "5.task-definitions",
      { taskDefinition: { ...definition, networkMode: "bridge" } },
      "bridge, not awsvpc",
    ],
    [
      "5.task-definitions",
      {
        taskDefinition: {
          ...definition,
          containerDefinitions: [{ portMappings: [{ containerPort: 8081 }] }],
        },
      },
      "exposes port 8081, not 8080",
    ],
    ["5.account", { taskDefinition: { ...definition, executionRoleArn: undefined } }, "no execution role"],
    [
      "5.account",
      { taskDefinition: { ...definition, executionRoleArn: roleArn.replace(owner, "210987654321") } },
      "the execution role belongs to account 210987654321, not 123456789012",
    ],
    ...["210987654321.dkr.ecr.us-east-1", `${owner}.dkr.ecr.eu-west-3`].map((host, index) => {
      const containerDefinitions = [{ ...container, image: `${host}.amazonaws.com/web` }];
      const evidence = ["the image belongs to account 210987654321", "the image is in eu-west-3"][index];
      return [
        "5.account",
        { taskDefinition: { ...definition, containerDefinitions } },
        evidence ?? "",
      ] as const;
    }),
    [
      "5.database-host",
      { taskDefinition: { ...definition, containerDefinitions: [{}] } },
      "web:1 has no APP_DB_HOST: the program tries localhost",
    ],
    ["5.database-host", { databases: [] }, "web:1 has APP_DB_HOST db; this account has no database"],
    ["6.load-balancer", { loadBalancer: { ...balancer, Scheme: "internal" } }, "lb is internal"],
    [
      "6.load-balancer",
      { loadBalancer: { ...balancer, State: { Code: "provisioning" } } },
      "lb is provisioning",
    ],
    ["6.security-group", { securityGroups: open(80) }, "opens port 8080"],
    ["6.security-group", { securityGroups: open(8080) }, "opens port 80"],
    ["6.listeners", { wasReleased: () => false, targetGroup: () => group }, "both forward to one"],
    [
      "6.admin-rules",
      { adminRule: adminRule(["/admin"], []) },
      "listener 8080: the rule has /admin, not /admin/*",
    ],
    [
      "6.admin-path",
      { adminRule: adminRule(["/admin/*"], []), rulesOf: [] },
      "listener 8080 of lb sends /admin to",
    ],
    ["6.target-groups", { targetGroups: [{ ...group, TargetType: "instance" }] }, "of type instance, not ip"],
    ["6.target-groups", { targetGroups: [{ ...group, Protocol: "HTTPS" }] }, "one uses HTTPS, not HTTP"],
    ["6.target-groups", { targetGroups: [{ ...group, Port: 80 }] }, "one is on port 80, not 8080"],
    ["6.target-groups", { targetGroups: [] }, "no target group of the employee is behind a listener"],
    [
      "6.health-paths",
      { targetGroups: [{ ...group, HealthCheckPath: "/" }] },
      "employee's paths and checks /",
    ],
    ["7.services", { service: { ...service, status: "DRAINING" } }, "lab/web is DRAINING"],
    ["7.services", { service: { ...service, launchType: "EC2" } }, "lab/web runs on EC2, not FARGATE"],
    ["7.services", { service: { ...service, desiredCount: 0 } }, "lab/web has the desired count 0"],
    ["7.controller", { service: { ...service, deploymentController: undefined } }, "ECS, not CODE_DEPLOY"],
    [
      "7.container",
      { service: { ...service, loadBalancers: [{ ...balanced, containerPort: 80 }] } },
      "port 80, not",
    ],
    [
      "7.container",
      { service: { ...service, loadBalancers: [{ ...balanced, containerName: "x" }] } },
      "container x",
    ],
    ["7.container", { service: { ...service, loadBalancers: [] } }, "lab/web has no load balancer"],
    [
      "7.behind-listener",
      { targetGroup: { TargetGroupName: "two" } },
      "tasks in one, but listener 80 forwards to two",
    ],
    ["7.network", { service: { ...service, networkConfiguration: undefined } }, "lab/web has no subnets"],
    ["7.network", { securityGroups: open(80) }, "opens port 8080 to the load balancer"],
    ["2.port", { securityGroups: [allowing({ UserIdGroupPairs: [] })] }, "does not open port 80"],
    ["2.port", { securityGroups: [allowing({ IpProtocol: "udp", IpRanges: [{}] })] }, "not open port 80"],
    ["2.port", { securityGroups: [allowing({ FromPort: 81, IpRanges: [{}] })] }, "not open port 80"],
    ["2.port", { securityGroups: [allowing({ FromPort: 0, ToPort: 79, IpRanges: [{}] })] }, "open port 80"],
    [
      "6.admin-rules",
      { wasReleased: () => false, targetGroup: () => group },
      "listener 8080: the rule forwards to one",
    ],
    [
      "7.container",
      { service: { ...service, loadBalancers: [balanced, { ...balanced, containerPort: 8081 }] } },
      "uses port 8081",
    ],
    [
      "7.network",
      { securityGroups: [allowing({ UserIdGroupPairs: [{ GroupId: "x" }] })] },
      "opens port 8080 to the load",
    ],
  ],
  [
    ["5.repository-policy", { repositoryPolicy: policy({ Principal: "*", Condition: {} }) }],
    ["5.repository-policy", { repositoryPolicy: policy({ Effect: "Deny", Principal: "*" }) }],
    ["5.account", { taskDefinition: { ...definition, containerDefinitions: [{ image: "web" }] } }],
    ["6.listeners", { targetGroup: () => group }],
    ["6.admin-rules", { adminRule: adminRule(["/admin*"], []) }],
    ["6.admin-path", { adminRule: adminRule(["/admin*"], []), rulesOf: [] }],
    [
      "7.services",
      {
        service: {
          ...service,
          launchType: "",
          capacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT" }],
        },
      },
    ],
    ["2.database", { databases: [{ ...database, Engine: "mariadb" }] }],
    ["2.port", { securityGroups: [allowing({ IpProtocol: "-1", IpRanges: [{}] })] }],
    ["2.port", { securityGroups: [allowing({ FromPort: 79, ToPort: 80, Ipv6Ranges: [{}] })] }],
    ["2.port", { securityGroups: [allowing({ FromPort: 80, ToPort: 81, PrefixListIds: [{}] })] }],
    ["7.network", { securityGroups: [allowing({ UserIdGroupPairs: [{ GroupId: "sg" }] })] }],
    ["6.admin-rules", { targetGroup: (name: string) => ({ ...group, TargetGroupArn: name }) }],
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
  const taskDefinition = { ...definition, containerDefinitions: [{ ...container, environment }] };
  expect(await checkItem("5.placeholders", { taskDefinition })).toEqual({
    status: "fail",
    evidence: expect.stringContaining("web:1: web.environment[APP_DB_HOST].value has "),
  });
});
