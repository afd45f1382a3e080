import { html } from "hono/html";
import type { Supplier } from "../supplier.ts";
import type { Markup } from "./layout.ts";

export interface TableOptions {
  /** Where a supplier is edited; without it the table is only for reading. */
  readonly editPath?: (supplier: Supplier) => string;
}

export function supplierTable(suppliers: readonly Supplier[], { editPath }: TableOptions = {}): Markup {
  if (suppliers.length === 0) return html`<p>There are no suppliers yet.</p>`;
  return html`<table>
<thead><tr><th>Name</th><th>Address</th><th>City</th><th>State</th><th>Email</th><th>Phone</th>${editPath ? html`<th></th>` : ""}</tr></thead>
<tbody>
${suppliers.map((supplier) => row(supplier, editPath))}</tbody>
</table>`;
}

function row(supplier: Supplier, editPath: TableOptions["editPath"]): Markup {
  const { name, address, city, state, email, phone } = supplier;
  const edit = editPath
    ? html`<td><a class="badge" href="${editPath(supplier)}" aria-label="edit ${name}">edit</a></td>`
    : "";
  return html`<tr><td>${name}</td><td>${address}</td><td>${city}</td><td>${state}</td><td>${email}</td><td>${phone}</td>${edit}</tr>\n`;
}
