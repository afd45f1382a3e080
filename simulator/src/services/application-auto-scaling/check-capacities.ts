import type { ScalableTargetAction } from "@aws-sdk/client-application-auto-scaling";
import { refuseBroken } from "../../kit/constraints.ts";

export function checkCapacities({ MinCapacity, MaxCapacity }: ScalableTargetAction): void {
  refuseBroken("ValidationException", [
    ["minCapacity", MinCapacity, { range: [0, 2 ** 31 - 1] }],
    ["maxCapacity", MaxCapacity, { range: [0, 2 ** 31 - 1] }],
  ]);
}
