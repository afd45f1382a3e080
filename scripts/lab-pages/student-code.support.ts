import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A program of the monolith's kind that needs no packages: routes to pages in `views`, as text that a student edits. */
const program = (routes: readonly string[], port: number) => `const { createServer } = require("node:http");
const { readFileSync } = require("node:fs");

const routes = new Map();
const app = {
  get: (path, respond) => routes.set(\`GET \${path}\`, respond),
  post: (path, respond) => routes.set(\`POST \${path}\`, respond),
};
const page = (name) => (response) =>
  response.end(readFileSync("views/nav.html", "utf8") + readFileSync(\`views/\${name}.html\`, "utf8"));
const redirect = (path) => (response) => response.writeHead(302, { location: path }).end();

${routes.join("\n")}

createServer(({ method, url }, response) => {
  const respond = routes.get(\`\${method} \${url}\`);
  if (respond) respond(response);
  else response.writeHead(404).end();
}).listen(process.env.APP_PORT || ${port});
process.on("SIGTERM", () => process.exit(0));
`;

const listed = (name: string) => ({
  "package.json": JSON.stringify({ name, version: "1.0.0" }),
  "package-lock.json": JSON.stringify({
    name,
    version: "1.0.0",
    lockfileVersion: 3,
    packages: { "": { name, version: "1.0.0" } },
  }),
});
const navigation = (brand: string) => `<nav class="navbar navbar-dark bg-dark">${brand}</nav>\n`;

/** Code on the monolith's server, which phase 3 copies. */
export const monolith: Readonly<Record<string, string>> = {
  ...listed("coffee"),
  "index.js": program(
    [
      'app.get("/", page("home"));',
      'app.get("/suppliers", page("suppliers"));',
      'app.get("/supplier-add", page("supplier-add"));',
      'app.post("/supplier-add", redirect("/suppliers"));',
    ],
    80,
  ),
  "views/nav.html": navigation("Coffee suppliers"),
  "views/home.html": '<a href="/suppliers">Suppliers list</a>\n',
  "views/suppliers.html": '<a href="/supplier-add">Add a new supplier</a>\n',
  "views/supplier-add.html": '<form action="/supplier-add" method="POST"></form>\n',
};

/** The edits of phase 4. */
export const customerEdits: Readonly<Record<string, string>> = {
  "index.js": program(['app.get("/", page("home"));', 'app.get("/suppliers", page("suppliers"));'], 8080),
  "views/suppliers.html": '<a href="/admin/suppliers">Administrator link</a>\n',
  "views/supplier-add.html": "",
};
export const employeeEdits: Readonly<Record<string, string>> = {
  "index.js": program(
    [
      'app.get("/admin", redirect("/admin/suppliers"));',
      'app.get("/admin/suppliers", page("suppliers"));',
      'app.get("/admin/supplier-add", page("supplier-add"));',
      'app.post("/admin/supplier-add", redirect("/admin/suppliers"));',
    ],
    8081,
  ),
  "views/nav.html": navigation("Manage coffee suppliers"),
  "views/home.html": "",
  "views/suppliers.html": '<a href="/admin/supplier-add">Add a new supplier</a>\n',
  "views/supplier-add.html": '<form action="/admin/supplier-add" method="POST"></form>\n',
};

export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
