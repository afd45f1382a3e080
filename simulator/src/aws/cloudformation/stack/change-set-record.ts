import type {
  ChangeSetStatus,
  ChangeSetType,
  ExecutionStatus,
  ResourceChange,
} from "@aws-sdk/client-cloudformation";
import type { Tag } from "../resources/tag-changes.ts";
import type { OnFailure } from "./create-stack.ts";
import type { Definition } from "./definition.ts";

export interface ChangeSetRecord {
  readonly id: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly type: ChangeSetType;
  readonly createdAt: Date;
  readonly definition: Definition;
  readonly capabilities: readonly string[];
  readonly tags: readonly Tag[];
  /** Action when its execution fails; undefined when the execution specifies it. */
  readonly onFailure: OnFailure | undefined;
  readonly changes: readonly ResourceChange[];
  readonly status: ChangeSetStatus;
  readonly statusReason: string | undefined;
  executionStatus: ExecutionStatus;
}
