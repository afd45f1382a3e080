import { html } from "hono/html";
import {
  type PageRequest,
  pageQuery,
  type Search,
  type SupplierPage,
  searchableFields,
} from "../domain/supplier-page.ts";
import { listPath, type Markup, type View } from "./layout.ts";
import { supplierTable, type TableOptions } from "./supplier-table.ts";

export interface ListOptions extends TableOptions {
  /** Content above the table, such as a link to add a supplier. */
  readonly actions?: Markup | undefined;
}

/** Renders the list's content: search, one page of suppliers, and the links to the next and previous pages. */
export function supplierList(
  view: View,
  request: PageRequest,
  found: SupplierPage,
  { actions, editPath }: ListOptions,
): Markup {
  const { texts } = view;
  return html`<div class="toolbar">
<h1>${texts.allSuppliers}</h1>
${actions ? html`<div class="actions">${actions}</div>` : ""}
</div>
${searchForm(view, request.search)}
${found.suppliers.length === 0 ? html`<p class="empty">${nothing(view, request)}</p>` : supplierTable(view, found.suppliers, { editPath })}
${pageLinks(view, request, found)}`;
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

function pageLinks({ site, texts }: View, { search }: PageRequest, { previous, next }: SupplierPage): Markup {
  if (!previous && !next) return html``;
  const href = (request: PageRequest) => `${listPath(site)}${pageQuery({ search, ...request })}`;
  return html`<nav class="pages" aria-label="${texts.pages}"><ul>
${previous ? html`<li><a class="button secondary" href="${href({})}">${texts.firstPage}</a></li>\n<li><a class="button secondary" rel="prev" href="${href({ before: previous })}">${texts.previousPage}</a></li>\n` : ""}${next ? html`<li><a class="button secondary" rel="next" href="${href({ after: next })}">${texts.nextPage}</a></li>\n` : ""}</ul></nav>`;
}
