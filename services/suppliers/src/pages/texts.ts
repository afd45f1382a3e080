import type { FieldName, FieldProblem } from "../domain/supplier.ts";
import type { SearchableField } from "../domain/supplier-page.ts";

/** A change that the list confirms. */
export type Change = "added" | "changed" | "deleted";

/** Texts of the pages; the English sentences are the lab's where the lab has one. */
export interface Texts {
  readonly fields: Readonly<Record<FieldName, string>>;
  readonly problem: (problem: FieldProblem, field: FieldName, maximum: number) => string;
  readonly skipToContent: string;
  readonly languageSwitch: string;
  readonly welcome: string;
  readonly listOfSuppliers: string;
  readonly allSuppliers: string;
  readonly noSuppliers: string;
  readonly nothingFound: (field: SearchableField, text: string) => string;
  readonly findSupplier: string;
  readonly searchFor: string;
  readonly searchIn: string;
  readonly search: string;
  readonly showAll: string;
  readonly pages: string;
  readonly range: (first: number, last: number, total: number) => string;
  readonly rangeOfMore: (first: number, last: number, total: number) => string;
  readonly firstPage: string;
  readonly previousPage: string;
  readonly nextPage: string;
  readonly edit: string;
  readonly description: string;
  /** Confirms a change, after its form. */
  readonly done: Readonly<Record<Change, string>>;
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
  /** Before the id of a request that a visitor can quote. */
  readonly reference: string;
  readonly badRequestTitle: string;
  readonly badRequest: string;
  readonly tooLarge: string;
  readonly foreignForm: string;
  readonly tooManyWrites: string;
}
