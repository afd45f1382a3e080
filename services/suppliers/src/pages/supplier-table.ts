import { html } from "hono/html";
import { type FieldName, fieldNames, type Supplier } from "../domain/supplier.ts";
import { pageQuery, type Sort, searchableFields, usual } from "../domain/supplier-page.ts";
import { listPath, type Markup, type View } from "./layout.ts";

export interface TableOptions {
  /** The order of the rows, which the headings change; undefined where it is fixed. */
  readonly sort?: Sort | undefined;
  /** Returns the address for editing a supplier; without it the table is read-only. */
  readonly editPath?: ((supplier: Supplier) => string) | undefined;
}

export function supplierTable(
  view: View,
  suppliers: readonly Supplier[],
  { editPath, sort }: TableOptions,
): Markup {
  const { edit } = view.texts;
  return html`<table class="suppliers">
<thead><tr>${fieldNames.map((name) => heading(view, name, sort))}${editPath ? html`<th scope="col"><span class="visually-hidden">${edit}</span></th>` : ""}</tr></thead>
<tbody>
${suppliers.map((supplier) => row(view, supplier, editPath))}</tbody>
</table>`;
}

/** Only columns with an index give an order; a heading leads to its order, and then to the opposite one. */
function heading({ site, texts }: View, name: FieldName, sort: Sort | undefined): Markup {
  const by = searchableFields.find((each) => each === name);
  const label = texts.fields[name];
  if (!by || !sort) return html`<th scope="col">${label}</th>`;
  const isCurrent = sort.by === by;
  const query = pageQuery({ sort: usual({ by, descending: isCurrent && !sort.descending }) });
  const state = isCurrent ? html` aria-sort="${sort.descending ? "descending" : "ascending"}"` : "";
  const arrow = isCurrent ? html` <span aria-hidden="true">${sort.descending ? "▼" : "▲"}</span>` : "";
  return html`<th scope="col"${state}><a href="${listPath(site)}${query}">${label}</a>${arrow}</th>`;
}

function row({ texts }: View, supplier: Supplier, editPath: TableOptions["editPath"]): Markup {
  const edit = editPath
    ? html`<td><a class="badge" href="${editPath(supplier)}" aria-label="${texts.edit} ${supplier.name}">${texts.edit}</a></td>`
    : "";
  return html`<tr>${fieldNames.map((name) => html`<td data-label="${texts.fields[name]}">${supplier[name]}</td>`)}${edit}</tr>\n`;
}
