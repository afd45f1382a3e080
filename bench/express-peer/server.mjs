// The stack that the lab's monolith is made of (Express 4, Mustache views, mysql2
// without an ORM), with every setting as its makers ship it. It leaves out what a list page does not need: cors,
// the favicon, static files and the forms.
import { join } from "node:path";
import express from "express";
import mustacheExpress from "mustache-express";
import mysql from "mysql2";

const { APP_DB_HOST, APP_DB_PORT, APP_DB_USER, APP_DB_PASSWORD, APP_DB_NAME, APP_PORT } = process.env;
const pool = mysql.createPool({
  host: APP_DB_HOST,
  port: Number(APP_DB_PORT),
  user: APP_DB_USER,
  password: APP_DB_PASSWORD,
  database: APP_DB_NAME,
});

const customer = {
  brand: "Coffee suppliers",
  home: "/",
  links: [
    { label: "Customer home", href: "/" },
    { label: "Suppliers list", href: "/suppliers" },
    { label: "Administrator link", href: "/admin/suppliers" },
  ],
};
const employee = {
  brand: "Manage coffee suppliers",
  home: "/admin/suppliers",
  links: [
    { label: "Administrator home", href: "/admin/suppliers" },
    { label: "Suppliers list", href: "/admin/suppliers" },
    { label: "Customer home", href: "/" },
  ],
  editable: true,
};

const app = express();
app.engine("mustache", mustacheExpress());
app.set("view engine", "mustache");
app.set("views", join(import.meta.dirname, "views"));
app.use(express.json());
app.use(express.urlencoded({ extended: true }));

app.get("/", (_request, response) => response.render("home", customer));
app.get("/suppliers", listPage(customer));
app.get("/admin/suppliers", listPage(employee));

app.listen(Number(APP_PORT));

function listPage(site) {
  return (_request, response, next) =>
    pool.query("SELECT * FROM suppliers ORDER BY name, id LIMIT 20", (error, suppliers) => {
      if (error) next(error);
      else response.render("suppliers", { ...site, suppliers });
    });
}
