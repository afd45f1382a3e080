import type { FieldName, FieldProblem } from "../domain/supplier.ts";
import type { SearchableField } from "../domain/supplier-page.ts";

/** A change that the list confirms. */
export type Change = "added" | "changed" | "deleted";

/** The English sentences are the lab's where the lab has one. */
export const english = {
  fields: { name: "Name", address: "Address", city: "City", state: "State", email: "Email", phone: "Phone" },
  problem: (problem: FieldProblem, field: FieldName, maximum: number): string => {
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
  noSuppliers: "No suppliers yet.",
  nothingFound: (field: SearchableField, text: string): string =>
    `No supplier has a ${english.fields[field].toLowerCase()} that begins with “${text}”.`,
  findSupplier: "Find a supplier",
  searchFor: "Begins with",
  searchIn: "Search by",
  search: "Search",
  showAll: "Show all",
  pages: "Pages",
  range: (first: number, last: number, total: number) => `${first}–${last} of ${total}`,
  rangeOfMore: (first: number, last: number, total: number) => `${first}–${last} of more than ${total}`,
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
  nowIs: (value: string) => `Stored now: ${value}`,
  deleteSupplier: "Delete this supplier",
  confirmDeletion: "Confirm the deletion",
  deletionWarning: (name: string) => `Delete ${name}? This cannot be undone.`,
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
  /** Before the id of a request that a visitor can quote. */
  reference: "Reference:",
  badRequestTitle: "Request not understood",
  badRequest: "Sorry, we could not read that request",
  tooLarge: "Sorry, that is more than we can take at once",
  foreignForm: "Sorry, that form does not come from one of our pages",
  tooManyWrites: "Too many changes at once. Please wait a moment and try again.",
};

export type Texts = typeof english;

/**
 * French sets a narrow space that does not break before `;`, `!` and `?`, and a wide one inside `« »` and before `:`.
 */
const quoted = (text: string) => `«\u00a0${text}\u00a0»`;

export const french: Texts = {
  fields: {
    name: "Nom",
    address: "Adresse",
    city: "Ville",
    // Any subdivision of a supplier's country: états, provinces, départements.
    state: "Région",
    email: "E-mail",
    phone: "Téléphone",
  },
  problem: (problem, field, maximum) => {
    const label = `Le champ ${quoted(french.fields[field])}`;
    switch (problem) {
      case "required":
        return `${label} est obligatoire`;
      case "too-long":
        return `${label} ne doit pas dépasser ${maximum} caractères`;
      case "control-character":
        return `${label} ne doit pas contenir de caractères de contrôle`;
      case "not-an-email":
        return `${label} doit être une adresse e-mail, par exemple commandes@example.com`;
      case "not-a-phone":
        return `${label} doit être un numéro de téléphone, par exemple +33 1 23 45 67 89`;
    }
  },
  skipToContent: "Aller au contenu",
  languageSwitch: "Langue",
  welcome: "Bienvenue\u202f! Voici les fournisseurs auprès desquels nous achetons notre café.",
  listOfSuppliers: "Liste des fournisseurs",
  allSuppliers: "Tous les fournisseurs",
  noSuppliers: "Il n’y a pas encore de fournisseur.",
  nothingFound: (field, text) => {
    const names = { name: "le nom", city: "la ville", state: "la région" };
    return `Aucun fournisseur dont ${names[field]} commence par ${quoted(text)}.`;
  },
  findSupplier: "Trouver un fournisseur",
  searchFor: "Commençant par",
  searchIn: "Rechercher par",
  search: "Rechercher",
  showAll: "Tout afficher",
  pages: "Pages",
  range: (first, last, total) => `${first} à ${last} sur ${total}`,
  rangeOfMore: (first, last, total) => `${first} à ${last} sur plus de ${total}`,
  firstPage: "Première",
  previousPage: "Précédente",
  nextPage: "Suivante",
  edit: "Modifier",
  description: "Fournisseurs de café, avec leurs adresses, e-mails et numéros de téléphone.",
  done: {
    added: "Le fournisseur a été ajouté.",
    changed: "Le fournisseur a été modifié.",
    deleted: "Le fournisseur a été supprimé.",
  },
  addSupplier: "Ajouter un fournisseur",
  editSupplier: "Modifier un fournisseur",
  allRequired: "Tous les champs sont obligatoires.",
  submit: "Enregistrer",
  cancel: "Annuler",
  correct: "Veuillez corriger les champs signalés ci-dessous. Rien n’a été enregistré.",
  changedMeanwhile: "Quelqu’un d’autre a modifié ce fournisseur entre-temps. Rien n’a été enregistré.",
  changedMeanwhileAdvice:
    "Comparez vos valeurs avec celles de la base, puis enregistrez de nouveau pour les remplacer.",
  nowIs: (value) => `Actuellement enregistré\u00a0: ${value}`,
  deleteSupplier: "Supprimer ce fournisseur",
  confirmDeletion: "Confirmer la suppression",
  deletionWarning: (name) => `Supprimer ${name}\u202f? Cette action est définitive.`,
  delete: "Supprimer",
  keep: "Conserver",
  notFound: "Désolé, nous n’avons pas cette page en stock",
  notFoundTitle: "Page introuvable",
  databaseDownTitle: "Base de données indisponible",
  databaseDown: "Les fournisseurs sont momentanément inaccessibles",
  databaseDownAdvice: "La base de données ne répond pas. Veuillez réessayer dans un instant.",
  failedTitle: "Erreur",
  failed: "Une erreur est survenue",
  failedAdvice: "L’erreur a été consignée dans le journal.",
  reference: "Référence :",
  badRequestTitle: "Requête incomprise",
  badRequest: "Désolé, nous n’avons pas pu lire cette requête",
  tooLarge: "Désolé, cet envoi est trop volumineux",
  foreignForm: "Désolé, ce formulaire ne provient pas de l’une de nos pages",
  tooManyWrites: "Trop de modifications à la fois. Veuillez patienter un instant avant de réessayer.",
};
