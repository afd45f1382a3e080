import type { FieldName } from "../domain/supplier.ts";

/** Why a file, or what was left of it, is not imported. */
export type Refusal =
  | {
      readonly kind:
        | "wrong-content-type"
        | "broken-upload"
        | "no-file"
        | "second-file"
        | "too-large"
        | "empty-file"
        | "no-rows";
    }
  | {
      readonly kind: "wrong-columns";
      readonly missing: readonly FieldName[];
      /** As the file has them. */
      readonly unknown: readonly string[];
      readonly doubled: readonly FieldName[];
    }
  | {
      readonly kind: "not-utf-8" | "broken-quotes" | "row-too-long";
      /** Where the row begins that could not be read; the file's first line is 1. */
      readonly line: number;
    };

/** The file is at fault, not the service: its sender is told why. */
export class ImportRefusal extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal, options?: ErrorOptions) {
    super(`the file is refused: ${refusal.kind}`, options);
    this.refusal = refusal;
  }
}
