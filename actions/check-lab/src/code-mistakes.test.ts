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

const [index, nav] = ["employee/index.js", "employee/views/nav.html"] as const;
const controller = "employee/controller/supplier.js";

const code: readonly (readonly [
  item: string,
  evidence: RegExp,
  change: { readonly [path: string]: string },
])[] = [
  [
    "4.employee-redirects",
    /supplier\.js:1 redirects to \/s/,
    edit(controller, "/admin/suppliers", "/suppliers"),
  ],
  ["4.employee-routes", /index\.js:2 has the route \/admin\/$/, edit(index, '"/admin"', '"/admin/"')],
  [
    "4.employee-routes",
    /index\.js:3 has the route \/s/,
    edit(index, '"/admin/suppliers", s', '"/suppliers", s'),
  ],
  ["4.employee-pages", /not have the title Manage coffee suppliers/, edit(nav, "Manage coffee", "Coffee")],
  [
    "4.employee-pages",
    /add\.html:1 links to \/supplier-add/,
    edit("employee/views/supplier-add.html", "/admin/", "/"),
  ],
  ["4.dockerfiles", /Dockerfile exposes 8081, not 8080/, edit("employee/Dockerfile", "8080", "8081")],
  ["4.port", /index\.js:6 listens on 8081/, edit("employee/index.js", "8080", "8081")],
  ["4.port", /customer\/index\.js:5 listens on 80$/, edit("customer/index.js", "8080", "80")],
  [
    "4.customer-reads",
    /customer\/index\.js:4 has the route \/supplier-add/,
    edit("customer/index.js", '// app.post("/supplier-add"', 'app.post("/supplier-add"'),
  ],
  [
    "4.account",
    /customer\/index\.js has the database supplierdb\.abc123\.us-east-1\.rds\.amazonaws\.com of another account/,
    edit("customer/index.js", "process.env.APP_PORT", '"supplierdb.abc123.us-east-1.rds.amazonaws.com"'),
  ],
  [
    "4.account",
    /nav\.html has account 210987654321, not 1/,
    edit(nav, "</nav>", " arn:aws:s3::210987654321:x"),
  ],
  [
    "4.employee-routes",
    /routes\.js:1 has the route \/suppliers/,
    {
      "employee/index.js": 'app.use("/", require("./routes"));\napp.listen(8080);',
      "employee/routes.js": 'router.get("/suppliers", list);\nmodule.exports = router;',
    },
  ],
  [
    "4.employee-routes",
    /index\.js:4 has the route \/supplier-add/,
    edit(
      "employee/index.js",
      'app.get("/admin/supplier-add", s',
      'app.route("/supplier-add").get(form).post(create);\nx("", s',
    ),
  ],
  [
    "4.employee-redirects",
    /redirects to \/suppliers/,
    edit(controller, 'redirect("/admin', 'redirect(303, "'),
  ],
  [
    "4.employee-redirects",
    /supplier\.js:2 redirects to \/suppliers/,
    {
      "employee/controller/supplier.js":
        "const list = `/suppliers`;\nexports.create = (req, res) => res.redirect(list);",
    },
  ],
  [
    "4.employee-pages",
    /nav\.html:1 links to \/s/,
    edit(nav, "</nav>", '<a href="/suppliers">Administrator</a>'),
  ],
  [
    "4.employee-pages",
    /nav\.html:1 has the title Coffee suppliers/,
    edit("employee/views/nav.html", "</nav>", '<a class="navbar-brand" href="/">Coffee suppliers</a></nav>'),
  ],
  [
    "4.employee-pages",
    /remove\.js:1 links to \/supplier-remove\/1/,
    { "employee/public/js/remove.js": 'fetch("/supplier-remove/1", { method: "POST" })' },
  ],
  [
    "4.customer-reads",
    /routes\.js:1 has the route \/suppliers/,
    {
      "customer/index.js": 'app.use("/", require("./routes"));\napp.listen(8080);',
      "customer/routes.js":
        'router.post("/suppliers", async (req, res) => add(req));\nmodule.exports = router;',
    },
  ],
  [
    "4.customer-reads",
    /list-all\.html:1 links to \/supplier-update/,
    { "customer/views/supplier-list-all.html": '<a class="badge" href="/supplier-update/{{id}}">edit</a>' },
  ],
  [
    "4.port",
    /index\.js:6 listens on 3000/,
    edit(
      "customer/index.js",
      "app.listen(process.env.APP_PORT || 8080)",
      "const port = 3000;\napp.listen(port)",
    ),
  ],
  ["4.port", /index\.js:5 listens on 80$/, edit("customer/Dockerfile", "EXPOSE", "ENV APP_PORT=80\nEXPOSE")],
  [
    "4.dockerfiles",
    /employee\/Dockerfile exposes no port/,
    { "employee/Dockerfile": "FROM node AS build\nEXPOSE 8080\nFROM node\nCOPY --from=build . .\n" },
  ],
  ["3.no-keys", /the repository has labsuser\.pem/, { "labsuser.pem": "x" }],
  ["3.no-keys", /repository has customer\/s/, { "customer/secret.txt": "-----BEGIN PRIVATE KEY-----" }],
  ["3.no-packages", /employee\/node_modules/, { "employee/node_modules/express/index.js": "x" }],
];

it.each(code)("catches in the code by %s: %s", async (item, evidence, change) => {
  const files = { ...codeFiles, ...change, ".devcontainer/devcontainer.json": "{}" };
  const report = await check(empty, { checkout: checkoutOf(files), numbers: [3, 4] });
  const failed = itemsOf(report, "fail");
  expect(failed.map((each) => each.split(":")[0])).toEqual([item]);
  expect(failed[0]).toMatch(evidence);
});

/** Ways to write the same that are right. */
const right: Readonly<Record<string, { readonly [path: string]: string }>> = {
  "the navigation keeps the customer's list": edit(
    "employee/views/nav.html",
    "</nav>",
    '<a class="nav-link" href="/suppliers">Suppliers list</a><a class="nav-link" href="/">Customer home</a></nav>',
  ),
  "routers that are mounted under /admin": {
    "employee/index.js":
      'import suppliers from "./routes/suppliers.js";\napp.use("/admin", suppliers);\napp.listen(+process.env.PORT || 8080);',
    "employee/routes/suppliers.js":
      'const router = express.Router();\nrouter.get(["/", "/suppliers"], async (req, res) => res.send(await all()));\n' +
      'router.post("/supplier-add", async (req, res) => res.redirect(303, "/admin/suppliers"));\nexport default router;',
  },
  "nested routers, a base path and app.route()": {
    "employee/index.js":
      'const base = process.env.BASE || "/admin";\nconst pages = Router();\napp.use(base, pages);\n' +
      `pages.use("/suppliers", require("./list"));\napp.route(\`\${base}/supplier-add\`).get(form).post(add);\n` +
      `app.get("/", (req, res) => res.redirect(\`\${base}/suppliers\`));\napp.get("/health", ok);\napp.listen({ port: 8080 });`,
    "employee/list.js": 'const list = Router();\nlist.get("/", all);\nmodule.exports = list;',
  },
  TypeScript: {
    "customer/src/server.ts":
      'const port: number = Number(process.env.PORT ?? "8080");\napp.get("/suppliers", async (req: Request, res: Response): Promise<void> => {});\napp.listen(port);',
  },
  "a Dockerfile with stages and a variable": {
    "employee/Dockerfile": `ARG PORT=8080\nFROM node:24 AS build\nRUN npm ci\nFROM node:24-alpine\nENV APP_PORT=$PORT \\\n  NODE_ENV=production\nEXPOSE \${PORT}/tcp\n`,
  },
  "other template engines": {
    "employee/views/list.ejs": '<a href="/admin/supplier-update/<%= id %>">edit</a>',
    "employee/views/add.pug": "form(action='/admin/supplier-add' method='post')",
    "employee/views/layout.hbs": "<title>Manage coffee suppliers</title>",
  },
  "a local script with the workstation's port": {
    "employee/package.json": '{"scripts":{"try":"APP_PORT=8081 node ."}}',
  },
};

it.each(Object.entries(right))("finds nothing wrong in the code: %s", async (_, change) => {
  const checkout = checkoutOf({ ...codeFiles, ...change });
  expect(itemsOf(await check(empty, { checkout, numbers: [4] }), "fail")).toEqual([]);
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
    expect.stringMatching(
      /^4\.workstation-ports: no security group of i-\w+ \(Cloud9\) opens port 8081 to your browser$/,
    ),
  ]);
  await open(8081);
  expect(itemsOf(await check(empty, { checkout, numbers: [4] }), "fail")).toEqual([]);
});
