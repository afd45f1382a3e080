import { html } from "hono/html";
import {
  type FieldName,
  type FieldProblems,
  fieldLengths,
  fieldNames,
  type SupplierFields,
} from "../domain/supplier.ts";
import type { VersionedSupplier } from "../domain/supplier-queries.ts";
import { listPath, type Markup, type View } from "./layout.ts";

export interface FormOptions {
  /** Address for posting the form. */
  readonly action: string;
  readonly values?: SupplierFields;
  readonly problems?: FieldProblems;
  /** The supplier that is edited, as it is stored now; absent when one is added. */
  readonly stored?: VersionedSupplier;
  /** Whether the stored supplier differs from the one that this form was opened with. */
  readonly conflict?: boolean;
  /** Address for removing the supplier, after a confirmation. */
  readonly removeAction?: string;
}

const types: Partial<Record<FieldName, string>> = { email: "email", phone: "tel" };

export function supplierForm(view: View, options: FormOptions): Markup {
  const { texts, site } = view;
  const { stored } = options;
  return html`${notice(view, options)}
<p class="hint">${texts.allRequired}</p>
<form class="supplier" method="post" action="${options.action}">
${stored ? html`<input type="hidden" name="id" value="${stored.id}">\n${versionInput(stored)}` : ""}${fieldNames.map((name) => field(view, name, options))}<div class="actions"><button>${texts.submit}</button>
<a class="button secondary" href="${listPath(site)}">${texts.cancel}</a></div>
</form>
${stored && options.removeAction ? removal(view, options.removeAction, stored) : ""}`;
}

const versionInput = ({ version }: VersionedSupplier) =>
  html`<input type="hidden" name="version" value="${version}">\n`;

function notice({ texts }: View, { problems, conflict }: FormOptions): Markup {
  if (conflict)
    return html`<div class="notice" role="alert" tabindex="-1" autofocus><p>${texts.changedMeanwhile}</p><p>${texts.changedMeanwhileAdvice}</p></div>`;
  return problems ? html`<div class="notice" role="alert"><p>${texts.correct}</p></div>` : html``;
}

function field({ texts }: View, name: FieldName, options: FormOptions): Markup {
  const { stored, conflict } = options;
  const value = options.values?.[name] ?? stored?.[name] ?? "";
  const problem = options.problems?.[name];
  const maximum = fieldLengths[name];
  const remark = problem
    ? html`<p class="error" id="${name}-remark">${texts.problem(problem, name, maximum)}</p>\n`
    : conflict && stored && stored[name] !== value
      ? html`<p class="stored" id="${name}-remark">${texts.nowIs(stored[name])}</p>\n`
      : undefined;
  const described = remark ? html` aria-describedby="${name}-remark"` : "";
  const invalid = problem
    ? html` aria-invalid="true"${name === firstProblem(options) ? html` autofocus` : ""}`
    : "";
  return html`<div class="field"><label for="${name}">${texts.fields[name]}</label>
<input id="${name}" name="${name}" type="${types[name] ?? "text"}" maxlength="${maximum}" value="${value}" required${invalid}${described}>
${remark ?? ""}</div>\n`;
}

/** The field that gets the focus after a rejected form. */
const firstProblem = ({ problems }: FormOptions) => fieldNames.find((name) => problems?.[name]);

/** The dialog is a popover: it needs no script, so the pages allow none. */
function removal({ texts }: View, action: string, stored: VersionedSupplier): Markup {
  return html`<div class="removal"><button type="button" class="danger secondary" popovertarget="confirm-removal">${texts.deleteSupplier}</button></div>
<div id="confirm-removal" popover role="dialog" aria-labelledby="confirm-removal-title">
<h2 id="confirm-removal-title">${texts.confirmDeletion}</h2>
<p>${texts.deletionWarning(stored.name)}</p>
<form class="actions" method="post" action="${action}">
${versionInput(stored)}<button class="danger">${texts.delete}</button>
<button type="button" class="secondary" popovertarget="confirm-removal" popovertargetaction="hide" autofocus>${texts.keep}</button>
</form>
</div>`;
}
