import type { Language } from "../language.ts";
import type { FieldName, FieldProblem } from "../supplier.ts";

/** What the pages say; the English sentences are the lab's where the lab has one. */
export interface Texts {
  readonly fields: Readonly<Record<FieldName, string>>;
  readonly problem: (problem: FieldProblem, field: FieldName, maximum: number) => string;
  readonly skipToContent: string;
  readonly languageSwitch: string;
  readonly welcome: string;
  readonly listOfSuppliers: string;
  readonly allSuppliers: string;
  readonly noSuppliers: string;
  readonly nothingFound: (field: FieldName, text: string) => string;
  readonly searchFor: string;
  readonly searchIn: string;
  readonly search: string;
  readonly showAll: string;
  readonly pages: string;
  readonly firstPage: string;
  readonly previousPage: string;
  readonly nextPage: string;
  readonly edit: string;
  readonly addSupplier: string;
  readonly editSupplier: string;
  readonly allRequired: string;
  readonly submit: string;
  readonly cancel: string;
  readonly correct: string;
  readonly changedMeanwhile: string;
  readonly changedMeanwhileAdvice: string;
  readonly nowIs: (value: string) => string;
  readonly deleteSupplier: string;
  readonly confirmDeletion: string;
  readonly deletionWarning: (name: string) => string;
  readonly delete: string;
  readonly keep: string;
  readonly notFound: string;
  readonly notFoundTitle: string;
  readonly databaseDownTitle: string;
  readonly databaseDown: string;
  readonly databaseDownAdvice: string;
  readonly failedTitle: string;
  readonly failed: string;
  readonly failedAdvice: string;
  readonly badRequestTitle: string;
  readonly badRequest: string;
  readonly tooLarge: string;
  readonly foreignForm: string;
  readonly tooManyWrites: string;
}

const english: Texts = {
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
  searchFor: "Begins with",
  searchIn: "Search by",
  search: "Search",
  showAll: "Show all",
  pages: "Pages",
  firstPage: "First",
  previousPage: "Previous",
  nextPage: "Next",
  edit: "edit",
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
  badRequestTitle: "Request not understood",
  badRequest: "Sorry, we could not read that request",
  tooLarge: "Sorry, that is more than we can take at once",
  foreignForm: "Sorry, that form does not come from one of our pages",
  tooManyWrites: "Too many changes at once. Please wait a moment and try again.",
};

const french: Texts = {
  fields: {
    name: "Nom",
    address: "Adresse",
    city: "Ville",
    state: "État",
    email: "E-mail",
    phone: "Téléphone",
  },
  problem: (problem, field, maximum) => {
    const label = french.fields[field];
    switch (problem) {
      case "required":
        return `Le champ ${label} est obligatoire`;
      case "too-long":
        return `Le champ ${label} ne doit pas dépasser ${maximum} caractères`;
      case "control-character":
        return `Le champ ${label} ne doit pas contenir de caractères de contrôle`;
      case "not-an-email":
        return `Le champ ${label} doit être une adresse e-mail, par exemple commandes@example.com`;
      case "not-a-phone":
        return `Le champ ${label} doit être un numéro de téléphone, par exemple +33 1 23 45 67 89`;
    }
  },
  skipToContent: "Aller au contenu",
  languageSwitch: "Langue",
  welcome: "Bienvenue. Voici les fournisseurs chez qui nous achetons notre café.",
  listOfSuppliers: "Liste des fournisseurs",
  allSuppliers: "Tous les fournisseurs",
  noSuppliers: "Il n’y a pas encore de fournisseur.",
  nothingFound: (field, text) =>
    `Aucun fournisseur trouvé : ${french.fields[field].toLowerCase()} commençant par « ${text} ».`,
  searchFor: "Commence par",
  searchIn: "Chercher par",
  search: "Chercher",
  showAll: "Tout afficher",
  pages: "Pages",
  firstPage: "Première",
  previousPage: "Précédente",
  nextPage: "Suivante",
  edit: "modifier",
  addSupplier: "Ajouter un fournisseur",
  editSupplier: "Modifier un fournisseur",
  allRequired: "Tous les champs sont obligatoires.",
  submit: "Enregistrer",
  cancel: "Annuler",
  correct: "Veuillez corriger les champs ci-dessous. Rien n’a été enregistré.",
  changedMeanwhile: "Quelqu’un d’autre a modifié ce fournisseur entre-temps. Rien n’a été enregistré.",
  changedMeanwhileAdvice:
    "Comparez vos valeurs à celles enregistrées maintenant, puis enregistrez de nouveau pour les remplacer.",
  nowIs: (value) => `Enregistré maintenant : ${value}`,
  deleteSupplier: "Supprimer ce fournisseur",
  confirmDeletion: "Confirmer la suppression",
  deletionWarning: (name) => `Supprimer ${name} ? Cette action est définitive.`,
  delete: "Supprimer",
  keep: "Conserver",
  notFound: "Désolé, cette page n’est pas en stock",
  notFoundTitle: "Page introuvable",
  databaseDownTitle: "Base de données indisponible",
  databaseDown: "Les fournisseurs sont inaccessibles",
  databaseDownAdvice: "La base de données ne répond pas. Veuillez réessayer dans un instant.",
  failedTitle: "Erreur",
  failed: "Une erreur est survenue",
  failedAdvice: "L’erreur a été consignée.",
  badRequestTitle: "Demande non comprise",
  badRequest: "Désolé, nous n’avons pas pu lire cette demande",
  tooLarge: "Désolé, c’est plus que nous ne pouvons recevoir à la fois",
  foreignForm: "Désolé, ce formulaire ne vient pas d’une de nos pages",
  tooManyWrites: "Trop de modifications à la fois. Veuillez patienter un instant et réessayer.",
};

export const texts: Readonly<Record<Language, Texts>> = { en: english, fr: french };
