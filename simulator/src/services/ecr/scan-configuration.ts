import type {
  ECR,
  RegistryScanningRule,
  RepositoryScanningConfiguration,
  ScanningRepositoryFilter,
} from "@aws-sdk/client-ecr";
import { AwsError } from "../../kit/errors.ts";
import { compileWildcard } from "../../kit/wildcard.ts";
import type { Operations } from "../api.ts";
import type { EcrState, RepositoryRecord } from "./state.ts";

/** ECR API reference, ScanningRepositoryFilter. */
const filterPattern = /^[a-z0-9*]+(?:[._/-][a-z0-9*]+)*$/;

export function scanConfigurationOperations({
  environment,
  repositories,
  scanRules,
}: EcrState): Operations<ECR> {
  const scanningConfiguration = () => ({ scanType: "BASIC" as const, rules: [...scanRules] });
  return {
    getRegistryScanningConfiguration: () => ({
      registryId: environment.accountId,
      scanningConfiguration: scanningConfiguration(),
    }),
    putRegistryScanningConfiguration({ scanType = "BASIC", rules = [] }) {
      if (scanType !== "BASIC")
        throw new AwsError(
          "ValidationException",
          `the simulator has the scan type BASIC, not ${scanType}: it has no Amazon Inspector`,
        );
      rules.forEach(checkRule);
      scanRules.splice(0, scanRules.length, ...rules);
      return { registryScanningConfiguration: scanningConfiguration() };
    },
    batchGetRepositoryScanningConfiguration({ repositoryNames = [] }) {
      const records = repositoryNames.map((name) => ({ name, record: repositories.get(name) }));
      return {
        scanningConfigurations: records.flatMap(({ record }) =>
          record ? [effective(record, scanRules)] : [],
        ),
        failures: records
          .filter(({ record }) => !record)
          .map(({ name }) => ({
            repositoryName: name,
            failureCode: "REPOSITORY_NOT_FOUND" as const,
            failureReason: `The repository with name '${name}' does not exist in the registry with id '${environment.accountId}'`,
          })),
      };
    },
  };
}

/** Returns whether a push into the repository starts a scan, by its own setting or a rule of the registry. */
export function scansOnPush(
  record: RepositoryRecord,
  { environment, scanRules }: Pick<EcrState, "environment" | "scanRules">,
): boolean {
  // Rules of another account's registry cannot be set here.
  const rules = record.description.registryId === environment.accountId ? scanRules : [];
  return effective(record, rules).scanOnPush === true;
}

function effective(
  { description }: RepositoryRecord,
  rules: readonly RegistryScanningRule[],
): RepositoryScanningConfiguration {
  const { repositoryArn, repositoryName, imageScanningConfiguration } = description;
  const appliedScanFilters = rules
    .filter(({ scanFrequency }) => scanFrequency === "SCAN_ON_PUSH")
    .flatMap(({ repositoryFilters = [] }) => repositoryFilters)
    .filter(({ filter = "" }) => matches(repositoryName, filter));
  const scanOnPush = appliedScanFilters.length > 0 || imageScanningConfiguration?.scanOnPush === true;
  return {
    repositoryArn,
    repositoryName,
    scanOnPush,
    scanFrequency: scanOnPush ? "SCAN_ON_PUSH" : "MANUAL",
    appliedScanFilters,
  };
}

/**
 * ECR user guide, "Filters to choose which repositories are scanned": without a wildcard, a filter may be anywhere in
 * the name.
 */
function matches(name: string, filter: string): boolean {
  if (!filter.includes("*")) return name.includes(filter);
  return compileWildcard(filter)(name);
}

function checkRule({ scanFrequency, repositoryFilters = [] }: RegistryScanningRule): void {
  if (scanFrequency !== "SCAN_ON_PUSH" && scanFrequency !== "MANUAL")
    throw new AwsError(
      "ValidationException",
      `scanFrequency ${scanFrequency} is not of the scan type BASIC: SCAN_ON_PUSH or MANUAL`,
    );
  repositoryFilters.forEach(checkFilter);
}

function checkFilter({ filter = "", filterType }: ScanningRepositoryFilter): void {
  if (filterType !== "WILDCARD")
    throw new AwsError("ValidationException", `filterType must be WILDCARD, not ${filterType}`);
  if (filter.length > 256 || !filterPattern.test(filter))
    throw new AwsError(
      "ValidationException",
      `the filter "${filter}" does not match ${filterPattern.source}`,
    );
}
