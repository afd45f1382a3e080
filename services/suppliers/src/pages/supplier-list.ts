import { html } from "hono/html";
import { type FieldName, fieldNames, type Supplier } from "../domain/supplier.ts";
import {
  mostCounted,
  type PageRequest,
  pageQuery,
  type Search,
  type Sort,
  type SupplierPage,
  searchableFields,
  usual,
} from "../domain/supplier-page.ts";
import { listPath, type Markup, type View } from "./layout.ts";
import type { Change } from "./texts.ts";

export interface ListOptions extends TableOptions {
  /** Content above the table, such as a link to add a supplier. */
  readonly actions?: Markup | undefined;
  /** The change that led to this page. */
  readonly done?: Change | undefined;
}

/** Renders the list's content: search, one page of suppliers, and the links to the next and previous pages. */
export function supplierList(
  view: View,
  request: PageRequest,
  found: SupplierPage,
  { actions, editPath, done }: ListOptions,
): Markup {
  const { texts } = view;
  const isEmpty = found.suppliers.length === 0 && !request.search;
  const sort = request.search ? undefined : (request.sort ?? { by: "name", descending: false });
  return html`${done ? html`<p class="notice done" role="status">${texts.done[done]}</p>\n` : ""}<div class="toolbar">
<h1>${texts.allSuppliers}</h1>
${actions && !isEmpty ? actions : ""}
</div>
${searchForm(view, request.search)}
${found.suppliers.length === 0 ? html`<div class="empty"><p>${nothing(view, request)}</p>${isEmpty ? (actions ?? "") : ""}</div>` : html`${range(view, found)}${supplierTable(view, found.suppliers, { editPath, sort })}`}
${pageLinks(view, request, found)}`;
}

/** Which rows of how many: "41–60 of 120". */
function range({ texts }: View, { first, suppliers, total }: SupplierPage): Markup {
  if (first === undefined) return html``;
  const last = first + suppliers.length - 1;
  const text =
    total === undefined
      ? texts.rangeOfMore(first, last, Math.max(last, mostCounted))
      : texts.range(first, last, total);
  return html`<p class="range">${text}</p>\n`;
}

function nothing({ texts }: View, { search }: PageRequest): string {
  return search ? texts.nothingFound(search.by, search.text) : texts.noSuppliers;
}

export function searchForm({ site, texts }: View, search?: Search): Markup {
  const options = searchableFields.map(
    (name) =>
      html`<option value="${name}"${search?.by === name ? html` selected` : ""}>${texts.fields[name]}</option>`,
  );
  return html`<form class="search" role="search" action="${listPath(site)}">
<div><label for="by">${texts.searchIn}</label><select id="by" name="by">${options}</select></div>
<div><label for="search">${texts.searchFor}</label><input id="search" name="search" type="search" maxlength="255" value="${search?.text ?? ""}"></div>
<button>${texts.search}</button>
${search ? html`<a class="button secondary" href="${listPath(site)}">${texts.showAll}</a>\n` : ""}</form>`;
}

function pageLinks(
  { site, texts }: View,
  { search, sort }: PageRequest,
  { previous, next }: SupplierPage,
): Markup {
  if (!previous && !next) return html``;
  const href = (request: PageRequest) => `${listPath(site)}${pageQuery({ search, sort, ...request })}`;
  return html`<nav class="pages" aria-label="${texts.pages}"><ul>
${previous ? html`<li><a class="button secondary" href="${href({})}">${texts.firstPage}</a></li>\n<li><a class="button secondary" rel="prev" href="${href({ before: previous })}">${texts.previousPage}</a></li>\n` : ""}${next ? html`<li><a class="button secondary" rel="next" href="${href({ after: next })}">${texts.nextPage}</a></li>\n` : ""}</ul></nav>`;
}

interface TableOptions {
  /** The order of the rows, which the headings change; undefined where it is fixed. */
  readonly sort?: Sort | undefined;
  /** Returns the address for editing a supplier; without it the table is read-only. */
  readonly editPath?: ((supplier: Supplier) => string) | undefined;
}

function supplierTable(view: View, suppliers: readonly Supplier[], { editPath, sort }: TableOptions): Markup {
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
