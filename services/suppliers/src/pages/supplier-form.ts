import { html } from "hono/html";
import type { FieldName, SupplierFields } from "../supplier.ts";
import type { Markup } from "./layout.ts";

export interface FormOptions {
  /** Where the form is posted to. */
  readonly action: string;
  readonly cancelPath: string;
  readonly values?: Partial<SupplierFields>;
  readonly errors?: Partial<Record<FieldName, string>>;
  /** Of the supplier that is edited; absent when one is added. */
  readonly id?: number;
  /** Where the supplier's removal is posted to, after a confirmation. */
  readonly removeAction?: string;
}

const inputs: readonly { name: FieldName; label: string; type: string; length: number }[] = [
  { name: "name", label: "Name", type: "text", length: 255 },
  { name: "address", label: "Address", type: "text", length: 255 },
  { name: "city", label: "City", type: "text", length: 255 },
  { name: "state", label: "State", type: "text", length: 255 },
  { name: "email", label: "Email", type: "email", length: 255 },
  { name: "phone", label: "Phone", type: "tel", length: 100 },
];

export function supplierForm(options: FormOptions): Markup {
  return html`<p>All fields are required.</p>
<form method="post" action="${options.action}">
${options.id === undefined ? "" : html`<input type="hidden" name="id" value="${options.id}">\n`}${inputs.map((input) => field(input, options))}<button>Submit</button>
<a href="${options.cancelPath}">Cancel</a>
</form>
${options.removeAction ? removal(options.removeAction, options.values?.name ?? "") : ""}`;
}

function field(
  { name, label, type, length }: (typeof inputs)[number],
  { values, errors }: FormOptions,
): Markup {
  const error = errors?.[name];
  const invalid = error ? html` aria-invalid="true" aria-describedby="${name}-error"` : "";
  return html`<label for="${name}">${label}</label>
<input id="${name}" name="${name}" type="${type}" maxlength="${length}" value="${values?.[name] ?? ""}" required${invalid}>
${error ? html`<p class="error" id="${name}-error">${error}</p>\n` : ""}`;
}

/** The dialog is a popover: it needs no script, so the pages allow none. */
function removal(action: string, name: string): Markup {
  return html`<button type="button" class="danger" popovertarget="confirm-removal">Delete this supplier</button>
<div id="confirm-removal" popover role="dialog" aria-label="Confirm the deletion">
<p>Delete ${name}? This cannot be undone.</p>
<form method="post" action="${action}"><button class="danger">Delete</button></form>
<button type="button" popovertarget="confirm-removal" popovertargetaction="hide">Keep</button>
</div>`;
}
