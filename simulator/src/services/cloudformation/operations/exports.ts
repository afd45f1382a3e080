import type { ListExportsCommandInput, ListImportsCommandInput } from "@aws-sdk/client-cloudformation";
import { allExports, findExport, importers } from "../stack/exports.ts";
import type { CloudFormationState } from "../stack/records.ts";
import { validationError } from "../template/errors.ts";
import { page } from "./page.ts";

export function listExports(state: CloudFormationState, { NextToken }: ListExportsCommandInput) {
  const { items, next } = page(allExports(state), NextToken);
  return {
    Exports: items.map(({ name, value, stack }) => ({
      ExportingStackId: stack.id,
      Name: name,
      Value: value,
    })),
    NextToken: next,
  };
}

export function listImports(
  state: CloudFormationState,
  { ExportName = "", NextToken }: ListImportsCommandInput,
) {
  const users = importers(state, ExportName);
  if (users.length === 0) {
    const known = findExport(state, ExportName) !== undefined;
    throw validationError(
      known
        ? `Export '${ExportName}' is not imported by any stack.`
        : `Export '${ExportName}' does not exist.`,
    );
  }
  const { items, next } = page(users, NextToken);
  return { Imports: items, NextToken: next };
}
