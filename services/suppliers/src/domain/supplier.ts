import * as z from "zod/mini";

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

/** Problems with a field; the pages have a sentence for each. */
export type FieldProblem = "required" | "too-long" | "control-character" | "not-an-email" | "not-a-phone";
export type FieldProblems = Readonly<Partial<Record<FieldName, FieldProblem>>>;

/** In the order of the forms; the lengths are those of the table's columns. */
export const fieldLengths = {
  name: 255,
  address: 255,
  city: 255,
  state: 255,
  email: 255,
  phone: 100,
} as const satisfies Record<FieldName, number>;
export const fieldNames = Object.keys(fieldLengths) as FieldName[];

const problem = (name: FieldProblem) => ({ error: name });

const text = (length: number) =>
  z.string().check(
    z.trim(),
    z.minLength(1, problem("required")),
    // Stops here for long values, so that they reach no pattern.
    z.maxLength(length, { ...problem("too-long"), abort: true }),
    z.regex(/^\P{Cc}*$/u, problem("control-character")),
  );

const supplierFields = z.object({
  name: text(fieldLengths.name),
  address: text(fieldLengths.address),
  city: text(fieldLengths.city),
  state: text(fieldLengths.state),
  email: z.pipe(text(fieldLengths.email), z.email(problem("not-an-email"))),
  phone: text(fieldLengths.phone).check(
    z.regex(/^\+?[\d\s().-]{3,}((x|ext\.?)\s*\d+)?$/i, problem("not-a-phone")),
  ),
} satisfies Record<FieldName, z.ZodMiniType<string>>);

type ParsedFields =
  | { readonly valid: true; readonly fields: SupplierFields }
  | {
      readonly valid: false;
      /** As they were typed, for the form to keep. */
      readonly typed: SupplierFields;
      readonly problems: FieldProblems;
    };

/** Checks a submitted form or a row of a file; a field that is absent or a file counts as empty. */
export function parseSupplierFields(input: Readonly<Record<string, unknown>>): ParsedFields {
  const typed = Object.fromEntries(
    fieldNames.map((name) => [name, typeof input[name] === "string" ? input[name] : ""]),
  ) as Record<FieldName, string>;
  const parsed = supplierFields.safeParse(typed);
  if (parsed.success) return { valid: true, fields: parsed.data };
  const problems: Partial<Record<FieldName, FieldProblem>> = {};
  for (const { path, message } of parsed.error.issues)
    problems[path[0] as FieldName] ??= message as FieldProblem;
  return { valid: false, typed, problems };
}

/** The id of a path or of a hidden field: digits only, within the column's range. */
export function parseSupplierId(text: unknown): number | undefined {
  if (typeof text !== "string" || !/^\d{1,10}$/.test(text)) return undefined;
  const id = Number(text);
  // The largest INT of MySQL.
  return id >= 1 && id <= 2_147_483_647 ? id : undefined;
}
