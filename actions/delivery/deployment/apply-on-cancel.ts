import { messageOf } from "../../core/aws-errors.ts";
import type { DeliveryContext } from "../context.ts";
import type { StopKind } from "../engine.ts";
import type { OnCancel } from "../inputs.ts";

const words = { stop: "stopped", rollback: "stopped and rolled back" } as const;

/**
 * Leaves, stops or rolls back a deployment that no step will follow any more. Returns what happens to it, to follow its
 * name in a sentence. The post step handles what is not decided here.
 */
export async function applyOnCancel(
  context: Pick<DeliveryContext, "keepForPost">,
  onCancel: OnCancel,
  deployment: { stop(how: StopKind): Promise<boolean> },
): Promise<string> {
  if (onCancel === "leave") {
    context.keepForPost(undefined);
    return "continues (on-cancel: leave)";
  }
  try {
    const stopped = await deployment.stop(onCancel);
    context.keepForPost(undefined);
    return stopped ? `is being ${words[onCancel]} (on-cancel: ${onCancel})` : "had already ended";
  } catch (error) {
    return `continues, as it could not be ${words[onCancel]} (on-cancel: ${onCancel}): ${messageOf(error)}`;
  }
}
