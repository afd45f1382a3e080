const index = `const express = require("express");
const supplier = require("./controller/supplier");

const app = express();
app.engine("html", require("mustache-express")());
app.set("view engine", "html");
app.use(express.urlencoded({ extended: false }));

app.get("/", (request, response) => response.render("home"));
app.get("/suppliers", supplier.list);
app.get("/supplier-add", (request, response) => response.render("supplier-add"));
app.post("/supplier-add", supplier.add);

app.listen(process.env.APP_PORT || 80);
process.on("SIGTERM", () => process.exit(0));
`;
const controller = `const supplier = require("../model/supplier");

exports.list = (request, response, next) =>
  supplier.all((error, suppliers) => (error ? next(error) : response.render("suppliers", { suppliers })));
exports.add = (request, response, next) =>
  supplier.add(request.body, (error) => (error ? next(error) : response.redirect("/suppliers")));
`;
/** As in the course, only the host of the database can be set, and not its port. */
const model = `const mysql = require("mysql2");

const host = process.env.APP_DB_HOST || "localhost";
const database = mysql.createPool({ host, user: "nodeapp", password: "coffee", database: "COFFEE" });

exports.all = (done) => database.query("SELECT * FROM suppliers ORDER BY name", done);
exports.add = (supplier, done) => database.query("INSERT INTO suppliers SET ?", supplier, done);
`;
const navigation = (brand: string) =>
  `<title>${brand}</title>\n<nav class="navbar navbar-dark bg-dark"><b class="navbar-brand">${brand}</b></nav>\n`;
const list = `{{> nav}}
<table><tr><th>Name</th><th>Address</th><th>City</th><th>State</th><th>Email</th><th>Phone</th></tr>
{{#suppliers}}<tr><td>{{name}}</td><td></td><td>{{city}}</td><td></td><td></td><td></td></tr>{{/suppliers}}
</table>
<a href="/supplier-add">Add a new supplier</a>
`;
const form = '{{> nav}}\n<form action="/supplier-add" method="POST"><input name="name"></form>\n';

/** Code on the monolith's server, which phase 3 copies: a program of the course's kind. */
export const monolith: Readonly<Record<string, string>> = {
  "package.json": '{ "name": "coffee" }',
  "package-lock.json": '{ "name": "coffee", "lockfileVersion": 3, "packages": { "": { "name": "coffee" } } }',
  "index.js": index,
  "controller/supplier.js": controller,
  "model/supplier.js": model,
  "views/nav.html": navigation("Coffee suppliers"),
  "views/home.html": '{{> nav}}\n<a href="/suppliers">Suppliers list</a>\n',
  "views/suppliers.html": list,
  "views/supplier-add.html": form,
};

/** The edits of phase 4. */
export const customerEdits: Readonly<Record<string, string>> = {
  "index.js": index.replaceAll(/^.*supplier-add.*\n/gm, "").replace("|| 80", "|| 8080"),
  "views/suppliers.html": list.replace(/<a.*/, '<a href="/admin/suppliers">Administrator link</a>'),
  "views/supplier-add.html": "",
};
const underAdmin = (text: string) => text.replaceAll('"/', '"/admin/').replace('"/admin/"', '"/admin"');
export const employeeEdits: Readonly<Record<string, string>> = {
  "index.js": underAdmin(index)
    .replace('response.render("home")', 'response.redirect("/admin/suppliers")')
    .replace("|| 80", "|| 8080"),
  "controller/supplier.js": underAdmin(controller),
  "views/nav.html": navigation("Manage coffee suppliers"),
  "views/home.html": "",
  "views/suppliers.html": underAdmin(list),
  "views/supplier-add.html": underAdmin(form),
};
