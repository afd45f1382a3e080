import type { ListExportsCommandInput, ListImportsCommandInput } from "@aws-sdk/client-cloudformation";
import { allExports, findExport, importers } from "../stack/exports.ts";
import type { World } from "../stack/records.ts";
import { validationError } from "../template/errors.ts";
import { page } from "./page.ts";

export function listExports(world: World, { NextToken }: ListExportsCommandInput) {
  const { items, next } = page(allExports(world), NextToken);
  return {
    Exports: items.map(({ name, value, stack }) => ({
      ExportingStackId: stack.id,
      Name: name,
      Value: value,
    })),
    NextToken: next,
  };
}

export function listImports(world: World, { ExportName = "", NextToken }: ListImportsCommandInput) {
  const users = importers(world, ExportName);
  if (users.length === 0) {
    const known = findExport(world, ExportName) !== undefined;
    throw validationError(
      known
        ? `Export '${ExportName}' is not imported by any stack.`
        : `Export '${ExportName}' does not exist.`,
    );
  }
  const { items, next } = page(users, NextToken);
  return { Imports: items, NextToken: next };
}
