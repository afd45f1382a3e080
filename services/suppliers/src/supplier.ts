import * as z from "zod";

export interface Supplier {
  readonly id: number;
  readonly name: string;
  readonly address: string;
  readonly city: string;
  readonly state: string;
  readonly email: string;
  readonly phone: string;
}

export type SupplierFields = Omit<Supplier, "id">;
export type FieldName = keyof SupplierFields;

const required = (label: string, length: number) =>
  z
    .string()
    .trim()
    .min(1, `${label} is required`)
    .max(length, `${label} must not be longer than ${length} characters`);

// The lengths are those of the columns.
const supplierForm = z.object({
  name: required("Name", 255),
  address: required("Address", 255),
  city: required("City", 255),
  state: required("State", 255),
  email: required("Email", 255).pipe(z.email("Email must be an email address, such as orders@example.com")),
  phone: required("Phone", 100).regex(
    /^\+?[\d\s().-]{3,}(\s*(x|ext\.?)\s*\d+)?$/i,
    "Phone must be a phone number, such as +1 206 555 0100",
  ),
});

export type ParsedForm =
  | { readonly valid: true; readonly fields: SupplierFields }
  | {
      readonly valid: false;
      /** As they were typed, for the form to keep. */
      readonly typed: SupplierFields;
      readonly errors: Partial<Record<FieldName, string>>;
    };

/** Checks a submitted form; a field that is absent or a file counts as empty. */
export function parseSupplierForm(form: Record<string, unknown>): ParsedForm {
  const typed = Object.fromEntries(
    fieldNames.map((name) => [name, typeof form[name] === "string" ? form[name] : ""]),
  ) as unknown as SupplierFields;
  const parsed = supplierForm.safeParse(typed);
  if (parsed.success) return { valid: true, fields: parsed.data };
  const errors: Partial<Record<FieldName, string>> = {};
  for (const { path, message } of parsed.error.issues) errors[path[0] as FieldName] ??= message;
  return { valid: false, typed, errors };
}

const fieldNames = Object.keys(supplierForm.shape) as FieldName[];

/** The id of a path or of a hidden field: digits only, within the column's range. */
export function parseSupplierId(text: unknown): number | undefined {
  if (typeof text !== "string" || !/^\d{1,10}$/.test(text)) return undefined;
  const id = Number(text);
  // The largest INT of MySQL.
  return id >= 1 && id <= 2_147_483_647 ? id : undefined;
}
