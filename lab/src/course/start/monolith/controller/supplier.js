const suppliers = require("../model/supplier");

const required = ["name", "address", "city", "state", "phone"];

/** Returns what is wrong with a form; empty when it can be stored. */
function problemsOf(form) {
  const problems = required.filter((field) => !form[field]).map((field) => `The ${field} is required.`);
  if (form.phone && !/^[+\d][\d ().-]{5,}$/.test(form.phone)) problems.push("The phone number is not valid.");
  return problems;
}

const onPage = (next, show) => (error, found) => (error ? next(error) : show(found));

exports.list = (_request, response, next) =>
  suppliers.all(onPage(next, (all) => response.render("suppliers", { suppliers: all })));

exports.form = (_request, response) => response.render("supplier-add");

exports.add = (request, response, next) => {
  const problems = problemsOf(request.body);
  if (problems.length > 0) response.status(422).render("supplier-add", { ...request.body, problems });
  else
    suppliers.add(
      request.body,
      onPage(next, () => response.redirect("/suppliers")),
    );
};

exports.edit = (request, response, next) =>
  suppliers.find(
    request.params.id,
    onPage(next, (found) =>
      found ? response.render("supplier-update", found) : response.status(404).render("404"),
    ),
  );

exports.update = (request, response, next) => {
  const problems = problemsOf(request.body);
  if (problems.length > 0) response.status(422).render("supplier-update", { ...request.body, problems });
  else
    suppliers.update(
      request.body,
      onPage(next, () => response.redirect("/suppliers")),
    );
};

exports.remove = (request, response, next) =>
  suppliers.remove(
    request.params.id,
    onPage(next, () => response.redirect("/suppliers")),
  );
