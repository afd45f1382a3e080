import { startTestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, expect, it } from "vitest";
import { check, checkoutOf, itemsOf } from "./check.support.ts";
import { codeFiles } from "./lab-parts.support.ts";

const empty = await startTestSimulator();
afterAll(() => empty.close());

/** The changed file of the course's code. */
const edit = (path: string, from: string, to: string) => ({
  [path]: (codeFiles[path] ?? "").replace(from, to),
});

const code: readonly (readonly [string, { readonly [path: string]: string }, string[], RegExp])[] = [
  [
    "a redirect of the employee leads to the customer",
    edit("employee/controller/supplier.js", "/admin/suppliers", "/suppliers"),
    ["4.employee-redirects"],
    /supplier\.js:1 redirects to \/suppliers/,
  ],
  [
    "the employee routes /admin/ instead of /admin",
    edit("employee/index.js", '"/admin"', '"/admin/"'),
    ["4.employee-routes"],
    /index\.js:2 has the route \/admin\/$/,
  ],
  [
    "a route of the employee is not under /admin",
    edit("employee/index.js", '"/admin/suppliers", s', '"/suppliers", s'),
    ["4.employee-routes"],
    /index\.js:3 has the route \/suppliers/,
  ],
  [
    "the employee has the old title",
    edit("employee/views/nav.html", "Manage coffee suppliers", "Coffee suppliers"),
    ["4.employee-pages"],
    /does not have the title Manage coffee suppliers/,
  ],
  [
    "a form of the employee is not under /admin",
    edit("employee/views/supplier-add.html", "/admin/supplier-add", "/supplier-add"),
    ["4.employee-pages"],
    /supplier-add\.html:1 links to \/supplier-add/,
  ],
  [
    "the employee exposes 8081",
    edit("employee/Dockerfile", "8080", "8081"),
    ["4.dockerfiles", "4.port"],
    /employee\/Dockerfile exposes 8081, not 8080/,
  ],
  [
    "the employee listens on 8081",
    edit("employee/index.js", "8080", "8081"),
    ["4.port"],
    /index\.js:6 has 8081/,
  ],
  [
    "the customer listens on 80",
    edit("customer/index.js", "8080", "80"),
    ["4.port"],
    /customer\/index\.js:5 has 80$/,
  ],
  [
    "the customer can still add suppliers",
    edit("customer/index.js", '// app.post("/supplier-add"', 'app.post("/supplier-add"'),
    ["4.customer-reads"],
    /customer\/index\.js:4 has the route \/supplier-add/,
  ],
  [
    "a program has another account's database",
    edit("customer/index.js", "process.env.APP_PORT", '"supplierdb.abc123.us-east-1.rds.amazonaws.com"'),
    ["4.account"],
    /customer\/index\.js has the database supplierdb\.abc123\.us-east-1\.rds\.amazonaws\.com of another account/,
  ],
  [
    "a page has another account's id",
    edit("employee/views/nav.html", "Manage", "arn:aws:s3:us-east-1:210987654321:x Manage"),
    ["4.account"],
    /employee\/views\/nav\.html has account 210987654321, not 123456789012/,
  ],
  ["a key is committed", { "labsuser.pem": "x" }, ["3.no-keys"], /the repository has labsuser\.pem/],
  [
    "a private key has another name",
    { "customer/secret.txt": "-----BEGIN PRIVATE KEY-----" },
    ["3.no-keys"],
    /the repository has customer\/secret\.txt/,
  ],
  [
    "packages are committed",
    { "employee/node_modules/express/index.js": "x" },
    ["3.no-packages"],
    /employee\/node_modules/,
  ],
];

it.each(code)("catches in the code: %s", async (_, change, items, evidence) => {
  const files = { ...codeFiles, ...change, ".devcontainer/devcontainer.json": "{}" };
  const report = await check(empty, { checkout: checkoutOf(files), numbers: [3, 4] });
  const failed = itemsOf(report, "fail");
  expect(failed.map((item) => item.split(":")[0])).toEqual(items);
  expect(failed[0]).toMatch(evidence);
});

it("catches a workstation that opens 8080 alone, and passes one that opens both ports", async () => {
  const { ec2 } = empty.aws;
  const { GroupId = "" } = await ec2.createSecurityGroup({ GroupName: "aws-cloud9", Description: "Cloud9" });
  const open = (port: number) =>
    ec2.authorizeSecurityGroupIngress({
      GroupId,
      IpPermissions: [
        { IpProtocol: "tcp", FromPort: port, ToPort: port, IpRanges: [{ CidrIp: "192.0.2.7/32" }] },
      ],
    });
  const { Images = [] } = await ec2.describeImages({ Owners: ["amazon"] });
  await ec2.runInstances({
    ImageId: Images[0]?.ImageId,
    InstanceType: "t3.small",
    MinCount: 1,
    MaxCount: 1,
    SecurityGroupIds: [GroupId],
    TagSpecifications: [
      { ResourceType: "instance", Tags: [{ Key: "aws:cloud9:environment", Value: "0123456789abcdef" }] },
    ],
  });
  const checkout = checkoutOf(codeFiles);
  await open(8080);
  expect(itemsOf(await check(empty, { checkout, numbers: [4] }), "fail")).toEqual([
    expect.stringMatching(/^4\.workstation-ports: no security group of i-\w+ \(Cloud9\) opens port 8081$/),
  ]);
  await open(8081);
  expect(itemsOf(await check(empty, { checkout, numbers: [4] }), "fail")).toEqual([]);
});
