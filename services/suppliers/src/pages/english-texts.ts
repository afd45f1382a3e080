import type { Texts } from "./texts.ts";

export const english: Texts = {
  fields: { name: "Name", address: "Address", city: "City", state: "State", email: "Email", phone: "Phone" },
  problem: (problem, field, maximum) => {
    const label = english.fields[field];
    switch (problem) {
      case "required":
        return `${label} is required`;
      case "too-long":
        return `${label} must not be longer than ${maximum} characters`;
      case "control-character":
        return `${label} must not hold control characters`;
      case "not-an-email":
        return `${label} must be an email address, such as orders@example.com`;
      case "not-a-phone":
        return `${label} must be a phone number, such as +1 206 555 0100`;
    }
  },
  skipToContent: "Skip to the content",
  languageSwitch: "Language",
  welcome: "Welcome. Here are the suppliers we buy our coffee from.",
  listOfSuppliers: "List of suppliers",
  allSuppliers: "All suppliers",
  noSuppliers: "There are no suppliers yet.",
  nothingFound: (field, text) =>
    `There is no supplier whose ${english.fields[field].toLowerCase()} begins with “${text}”.`,
  findSupplier: "Find a supplier",
  searchFor: "Begins with",
  searchIn: "Search by",
  search: "Search",
  showAll: "Show all",
  pages: "Pages",
  range: (first, last, total) => `${first}–${last} of ${total}`,
  rangeOfMore: (first, last, total) => `${first}–${last} of more than ${total}`,
  firstPage: "First",
  previousPage: "Previous",
  nextPage: "Next",
  edit: "Edit",
  description: "Coffee suppliers with their addresses, email addresses and phone numbers.",
  done: {
    added: "The supplier has been added.",
    changed: "The supplier has been changed.",
    deleted: "The supplier has been deleted.",
  },
  addSupplier: "Add a new supplier",
  editSupplier: "Edit a supplier",
  allRequired: "All fields are required.",
  submit: "Submit",
  cancel: "Cancel",
  correct: "Please correct the fields below. Nothing has been saved.",
  changedMeanwhile: "Somebody else changed this supplier in the meantime. Nothing has been saved.",
  changedMeanwhileAdvice: "Compare your values with those stored now, and submit again to replace them.",
  nowIs: (value) => `Stored now: ${value}`,
  deleteSupplier: "Delete this supplier",
  confirmDeletion: "Confirm the deletion",
  deletionWarning: (name) => `Delete ${name}? This cannot be undone.`,
  delete: "Delete",
  keep: "Keep",
  notFound: "Sorry, we don't seem to have that page in stock",
  notFoundTitle: "Page not found",
  databaseDownTitle: "Database unavailable",
  databaseDown: "The suppliers cannot be reached",
  databaseDownAdvice: "The database does not answer. Please try again in a moment.",
  failedTitle: "Error",
  failed: "Something went wrong",
  failedAdvice: "The error has been logged.",
  reference: "Reference:",
  badRequestTitle: "Request not understood",
  badRequest: "Sorry, we could not read that request",
  tooLarge: "Sorry, that is more than we can take at once",
  foreignForm: "Sorry, that form does not come from one of our pages",
  tooManyWrites: "Too many changes at once. Please wait a moment and try again.",
};
