import { type PriceList, priceOf } from "./price-list.ts";
import { includedStorageGb, type TaskSize } from "./task-sizes.ts";

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
