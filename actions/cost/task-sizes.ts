import { readdirSync } from "node:fs";
import { join } from "node:path";
import { readDataFile } from "../core/data-file.ts";
import { Failure } from "../core/failure.ts";
import { isObject } from "../core/is-object.ts";
import { type PriceList, priceOf } from "./price-list.ts";

/** A task's resources that Fargate bills. */
export interface TaskSize {
  readonly vcpu: number;
  readonly memoryGb: number;
  /** Includes the 20 GB that are part of the task. */
  readonly storageGb: number;
  readonly architecture: "x86" | "arm";
}

/** Ephemeral storage that every Fargate task has without a charge. */
export const includedStorageGb = 20;

/** Returns a map, family → size, of the task definitions in a folder's JSON and YAML files. */
export function readTaskSizes(folder: string | undefined): Map<string, TaskSize> {
  const files = folder ? readdirSync(folder).filter((file) => /\.(json|ya?ml)$/.test(file)) : [];
  const definitions = files.map((file) => [file, readDataFile(join(folder ?? "", file))] as const);
  return new Map(
    definitions.flatMap(([file, definition]) =>
      isObject(definition) && typeof definition.family === "string"
        ? [[definition.family, taskSizeOf(definition, `${folder}/${file}`)] as const]
        : [],
    ),
  );
}

/**
 * Reads the size of a task definition with the keys of ECS's API; errors name `where` when a size is missing or no
 * number.
 */
export function taskSizeOf(definition: { readonly [key: string]: unknown }, where: string): TaskSize {
  const { cpu, memory, runtimePlatform, ephemeralStorage } = definition;
  const platform = isObject(runtimePlatform) ? String(runtimePlatform.cpuArchitecture) : "X86_64";
  const storage = isObject(ephemeralStorage) ? Number(ephemeralStorage.sizeInGiB) : includedStorageGb;
  return {
    vcpu: amount(cpu, /^([\d.]+) ?vcpu$/i, where, "cpu"),
    memoryGb: amount(memory, /^([\d.]+) ?gb$/i, where, "memory"),
    storageGb: storage,
    architecture: platform === "ARM64" ? "arm" : "x86",
  };
}

/** Returns vCPU or GB from a number in 1/1024 of it, or a text such as "0.5 vCPU". */
function amount(value: unknown, withUnit: RegExp, where: string, name: string): number {
  const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
  const units = withUnit.exec(text)?.[1];
  const found = units === undefined ? Number(text) / 1024 : Number(units);
  if (found > 0) return found;
  throw new Failure(
    `${where}: ${name} is ${JSON.stringify(value) ?? "not given"}, and the price of a task depends on it`,
    { nextStep: `give the task definition its ${name}, such as "512".` },
  );
}

export interface BilledTask {
  readonly size: TaskSize;
  readonly publicAddress: boolean;
  /** `FARGATE`, the only one whose tasks have their own price here, or another launch type or capacity provider. */
  readonly capacity: string;
}

/** Returns the US dollars that one task costs in an hour; undefined when its capacity has no price for each task. */
export function taskCostPerHour(
  priceList: PriceList,
  { size, publicAddress, capacity }: BilledTask,
): number | undefined {
  if (capacity !== "FARGATE") return undefined;
  const usd = (id: string) => priceOf(priceList, id, "the cost of a task").usd;
  const extraStorageGb = Math.max(0, size.storageGb - includedStorageGb);
  return (
    size.vcpu * usd(`fargate-vcpu-${size.architecture}`) +
    size.memoryGb * usd(`fargate-memory-${size.architecture}`) +
    (extraStorageGb > 0 ? extraStorageGb * usd("fargate-storage") : 0) +
    (publicAddress ? usd("public-ipv4") : 0)
  );
}
