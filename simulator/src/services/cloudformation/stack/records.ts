import { randomUUID } from "node:crypto";
import type {
  ChangeSetStatus,
  ChangeSetType,
  ExecutionStatus,
  ResourceChange,
  ResourceStatus,
  StackEvent,
  StackStatus,
} from "@aws-sdk/client-cloudformation";
import type { Clock } from "../../../clock.ts";
import type { Environment } from "../../../environment.ts";
import type { Caller } from "../../api.ts";
import type { ResourceTypes, Tag } from "../resources/resource-type.ts";
import type { ResourceDeclaration } from "../template/template.ts";
import type { Mapping, Value } from "../template/value.ts";
import type { Definition } from "./definition.ts";

/** Physical ids of the resources to import, by logical id. */
export type ImportedIds = ReadonlyMap<string, string>;

/** One physical resource of a stack, as it was last made or changed. */
export interface ResourceRecord {
  readonly logicalId: string;
  readonly type: string;
  physicalId: string | undefined;
  /** Evaluated and coerced, as passed to the handler. */
  properties: Mapping;
  attributes: Readonly<Record<string, Value>>;
  status: ResourceStatus;
  statusReason: string | undefined;
  updatedAt: Date;
}

export interface OutputRecord {
  readonly name: string;
  readonly value: string;
  readonly description: string | undefined;
  readonly exportName: string | undefined;
}

export interface ChangeSetRecord {
  readonly id: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly type: ChangeSetType;
  readonly createdAt: Date;
  readonly definition: Definition;
  readonly capabilities: readonly string[];
  readonly tags: readonly Tag[];
  readonly changes: readonly ResourceChange[];
  /** Only a change set of type IMPORT has them. */
  readonly importedIds?: ImportedIds;
  readonly status: ChangeSetStatus;
  readonly statusReason: string | undefined;
  executionStatus: ExecutionStatus;
}

/** A change to a resource, recorded for a rollback. */
export type Step =
  | {
      readonly kind: "created";
      readonly record: ResourceRecord;
      readonly declared: ResourceDeclaration;
    }
  | { readonly kind: "replaced"; readonly record: ResourceRecord; readonly old: ResourceRecord }
  | {
      readonly kind: "updated";
      readonly record: ResourceRecord;
      readonly previous: Mapping;
      refusal?: string;
    };

export interface BeforeUpdate {
  readonly previous: Definition;
  readonly imports: ReadonlySet<string>;
  /** In the order in which they began. */
  readonly steps: readonly Step[];
}

export interface StackRecord {
  /** Gives the times of its events. */
  readonly clock: Clock;
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  updatedAt?: Date;
  deletedAt?: Date;
  status: StackStatus;
  statusReason?: string;
  /** Undefined while only a change set of type CREATE exists. */
  definition?: Definition;
  capabilities: readonly string[];
  tags: readonly Tag[];
  disableRollback: boolean;
  /** Whether a rollback also deletes new resources that are to be retained. */
  retainExceptOnCreate: boolean;
  terminationProtection: boolean;
  /** ARN of the service role that CloudFormation assumes; undefined when it acts for the caller. */
  roleArn?: string;
  /** By logical id. */
  readonly resources: Map<string, ResourceRecord>;
  outputs: readonly OutputRecord[];
  /** Oldest first. */
  readonly events: StackEvent[];
  readonly changeSets: Map<string, ChangeSetRecord>;
  /** Names of the exports this stack's values come from. */
  imports: ReadonlySet<string>;
  clientRequestToken?: string;
  /** Values that parameters with NoEcho have had: events show none of them. */
  readonly secrets: Set<string>;
  /** Cancels the creation or update in progress. */
  cancel: () => void;
  /** Changes of an update still to be rolled back: the rollback failed, or was disabled. */
  unfinished?: BeforeUpdate;
}

/** All stacks of the account and what running their operations needs. */
export interface CloudFormationState {
  /** Its services act with the rights of the caller, or of the stack's role during an operation. */
  readonly environment: Environment;
  /** The caller of the running operation of the API. */
  readonly caller: Caller;
  readonly types: ResourceTypes;
  /** By id, deleted ones too. */
  readonly stacks: Map<string, StackRecord>;
  /** Aborts when the simulator ends. */
  readonly signal: AbortSignal;
  /** Runs an operation in the background; `close` waits for it. */
  run(operation: Promise<void>): void;
}

export function createStackRecord({ environment }: CloudFormationState, name: string): StackRecord {
  const { region, accountId, clock } = environment;
  return {
    clock,
    id: `arn:aws:cloudformation:${region}:${accountId}:stack/${name}/${randomUUID()}`,
    name,
    createdAt: clock.now(),
    status: "CREATE_IN_PROGRESS",
    capabilities: [],
    tags: [],
    disableRollback: false,
    retainExceptOnCreate: false,
    terminationProtection: false,
    resources: new Map(),
    outputs: [],
    events: [],
    changeSets: new Map(),
    imports: new Set(),
    secrets: new Set(),
    cancel: () => {},
  };
}
