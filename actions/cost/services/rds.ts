import type { EvaluatedResource } from "../../cloudformation/resources.ts";
import { Failure } from "../../core/failure.ts";
import { type Bill, type CostContext, type CostLine, lineOf, monthFraction, nameOf } from "../cost-line.ts";
import { idsAfter } from "../price-list.ts";
import { isTrueAt, numberAt, refuseProperty, textAt } from "../properties.ts";

/** Each would be billed, and has no price here. */
const unpriced = ["Iops", "StorageThroughput", "PerformanceInsightsRetentionPeriod", "MonitoringInterval"];

const billDatabase: Bill = (database, context) => {
  const engine = textAt(database, "Engine") ?? "none";
  if (engine !== "mysql") refuseProperty(database, "Engine", engine);
  for (const property of unpriced)
    if ((numberAt(database, property) ?? 0) > 0)
      refuseProperty(database, property, database.properties[property]);
  // A standby is a second instance with a second copy of the data.
  const copies = isTrueAt(database, "MultiAZ") ? 2 : 1;
  return [
    ...billInstance(database, context, copies),
    ...billStorage(database, context, copies),
    ...(isTrueAt(database, "ManageMasterUserPassword") ? billSecretOf(database, context) : []),
  ];
};

function billInstance(database: EvaluatedResource, context: CostContext, copies: number): CostLine[] {
  const instanceClass = textAt(database, "DBInstanceClass") ?? "";
  const { hours } = context.usage;
  const known = idsAfter(context.priceList, "rds-").filter((id) => id.startsWith("db."));
  if (!known.includes(instanceClass))
    throw new Failure(
      `${nameOf(database)} has the instance class ${instanceClass || "(none)"}, which is not in the price list; the list has ${known.join(", ")}`,
      { nextStep: "choose one of these, or leave this template out of the file of parameters." },
    );
  const line = lineOf(context, database);
  const instance = line(`rds-${instanceClass}`, copies * hours, times(copies, `${hours} h`));
  return [instance, ...billExtendedSupport(database, context, copies * (instance.price.vcpus ?? 0))];
}

/** Bills engine versions whose standard support has ended at the price list's date. */
function billExtendedSupport(database: EvaluatedResource, context: CostContext, vcpus: number): CostLine[] {
  if (textAt(database, "EngineLifecycleSupport") === "open-source-rds-extended-support-disabled") return [];
  const version = textAt(database, "EngineVersion");
  if (version === undefined)
    throw new Failure(
      `${nameOf(database)} has no EngineVersion, which decides whether Extended Support is billed`,
      { nextStep: "set the version in the template." },
    );
  const { priceList, usage } = context;
  const id = `rds-extended-support-mysql-${version.split(".").slice(0, 2).join(".")}`;
  const price = priceList.prices.get(id);
  if (!price || priceList.date < (price.chargedFrom ?? "")) return [];
  if (price.chargedUntil && priceList.date >= price.chargedUntil)
    refuseProperty(database, "EngineVersion", version);
  const basis = `${vcpus} vCPU × ${usage.hours} h, since ${price.chargedFrom}`;
  return [lineOf(context, database)(id, vcpus * usage.hours, basis)];
}

function billStorage(database: EvaluatedResource, context: CostContext, copies: number): CostLine[] {
  const { usage } = context;
  const line = lineOf(context, database);
  const storageType = textAt(database, "StorageType") ?? "gp2";
  if (!["gp2", "gp3"].includes(storageType)) refuseProperty(database, "StorageType", storageType);
  const allocated = numberAt(database, "AllocatedStorage") ?? 0;
  const month = monthFraction(usage);
  const days = numberAt(database, "BackupRetentionPeriod") ?? 1;
  const automatic = days > 0 ? usage.databaseGb + (days - 1) * usage.databaseChangeGb : 0;
  const backups = automatic + usage.manualSnapshots * usage.databaseGb;
  const beyond = Math.max(0, backups - allocated);
  const left = { ...database, logicalId: `${database.logicalId}: remaining snapshots` };
  const leftGb = usage.keptSnapshots * usage.databaseGb;
  return [
    line(
      `rds-storage-${storageType}`,
      copies * allocated * month,
      times(copies, month < 1 ? `${allocated} GB × ${usage.hours}/730 month` : `${allocated} GB`),
    ),
    line(
      "rds-backup",
      beyond * month,
      `${round(backups)} GB of backups; as much as the ${allocated} GB of storage is free`,
    ),
    // A deleted database has no free amount.
    ...(database.deletionPolicy === "Snapshot"
      ? [lineOf(context, left)("rds-backup", leftGb, `${usage.keptSnapshots} × ${usage.databaseGb} GB`)]
      : []),
  ];
}

function times(copies: number, what: string): string {
  return copies > 1 ? `${copies} × ${what}` : what;
}

function round(gb: number): number {
  return Math.round(gb * 100) / 100;
}

const billSecret: Bill = (secret, context) => billSecretOf(secret, context);

/** Bills a secret, or a resource that creates one for itself. */
function billSecretOf(resource: EvaluatedResource, context: CostContext): CostLine[] {
  const { usage } = context;
  const line = lineOf(context, resource);
  const month = monthFraction(usage);
  return [
    line("secret", month, month < 1 ? `${usage.hours}/730 month` : "1 secret"),
    line("secret-calls", usage.secretCalls, `${usage.secretCalls} reads`),
  ];
}

const billKey: Bill = (_, context, line) => {
  const { kmsCalls } = context.usage;
  return [line("kms-key", 1, "1 key"), line("kms-calls", kmsCalls, `${kmsCalls} requests`)];
};

export const rdsBills = {
  database: billDatabase,
  key: billKey,
  secret: billSecret,
};
