import { html } from "hono/html";
import { fieldNames, type Supplier } from "../domain/supplier.ts";
import type { Markup, View } from "./layout.ts";

export interface TableOptions {
  /** Returns the address for editing a supplier; without it the table is read-only. */
  readonly editPath?: ((supplier: Supplier) => string) | undefined;
}

export function supplierTable(
  view: View,
  suppliers: readonly Supplier[],
  { editPath }: TableOptions,
): Markup {
  const { fields, edit } = view.texts;
  return html`<table class="suppliers">
<thead><tr>${fieldNames.map((name) => html`<th scope="col">${fields[name]}</th>`)}${editPath ? html`<th scope="col"><span class="visually-hidden">${edit}</span></th>` : ""}</tr></thead>
<tbody>
${suppliers.map((supplier) => row(view, supplier, editPath))}</tbody>
</table>`;
}

function row({ texts }: View, supplier: Supplier, editPath: TableOptions["editPath"]): Markup {
  const edit = editPath
    ? html`<td><a class="badge" href="${editPath(supplier)}" aria-label="${texts.edit} ${supplier.name}">${texts.edit}</a></td>`
    : "";
  return html`<tr>${fieldNames.map((name) => html`<td data-label="${texts.fields[name]}">${supplier[name]}</td>`)}${edit}</tr>\n`;
}
