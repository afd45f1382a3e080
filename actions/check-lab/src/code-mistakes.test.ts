import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestSimulator, type TestSimulator } from "../../../simulator/src/test-simulator.support.ts";
import { check, checkoutOf, itemsOf } from "./check.support.ts";
import { codeFiles } from "./lab-parts.support.ts";

let empty: TestSimulator;
beforeAll(async () => {
  empty = await startTestSimulator();
});
afterAll(() => empty?.close());

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
