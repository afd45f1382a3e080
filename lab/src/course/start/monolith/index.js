const path = require("node:path");
const express = require("express");
const mustache = require("mustache-express");
const supplier = require("./controller/supplier");

const app = express();
app.engine("html", mustache());
app.set("view engine", "html");
app.set("views", path.join(__dirname, "views"));
app.use(express.urlencoded({ extended: false }));
app.use("/css", express.static(path.join(__dirname, "public/css")));

app.get("/", (_request, response) => response.render("home"));
app.get("/suppliers", supplier.list);
app.get("/supplier-add", supplier.form);
app.post("/supplier-add", supplier.add);
app.get("/supplier-update/:id", supplier.edit);
app.post("/supplier-update", supplier.update);
app.post("/supplier-remove/:id", supplier.remove);

app.use((_request, response) => response.status(404).render("404"));
app.use((error, _request, response, next) => {
  console.error(error);
  if (response.headersSent) next(error);
  else response.status(500).render("error");
});

const port = Number(process.env.APP_PORT || 80);
app.listen(port, () => console.log(`listening on port ${port}`));
process.on("SIGTERM", () => process.exit(0));
