const mysql = require("mysql2");

const database = mysql.createPool({
  host: process.env.APP_DB_HOST || "localhost",
  port: Number(process.env.APP_DB_PORT || 3306),
  user: process.env.APP_DB_USER || "nodeapp",
  password: process.env.APP_DB_PASSWORD || "coffee",
  database: process.env.APP_DB_NAME || "COFFEE",
});

const columns = ["name", "address", "city", "state", "email", "phone"];
const valuesOf = (form) => columns.map((column) => form[column] || "");

exports.all = (done) => database.query("SELECT * FROM suppliers ORDER BY name, id", done);

exports.find = (id, done) =>
  database.query("SELECT * FROM suppliers WHERE id = ?", [id], (error, rows) => done(error, rows?.[0]));

exports.add = (form, done) =>
  database.query("INSERT INTO suppliers (??) VALUES (?)", [columns, valuesOf(form)], done);

exports.update = (form, done) =>
  database.query(
    "UPDATE suppliers SET name = ?, address = ?, city = ?, state = ?, email = ?, phone = ? WHERE id = ?",
    [...valuesOf(form), form.id],
    done,
  );

exports.remove = (id, done) => database.query("DELETE FROM suppliers WHERE id = ?", [id], done);
