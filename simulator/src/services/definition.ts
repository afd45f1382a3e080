import type { Environment } from "../environment.ts";
import type { Service, ServiceName } from "./api.ts";

export type Protocol =
  | "awsJson1.0"
  | "awsJson1.1"
  | "awsQuery"
  | "ec2Query"
  | "restJson1"
  | "restXml"
  | "rpcv2Cbor";

/** A protocol that a service's clients speak. Source: the `aws.protocols` traits of the public Smithy models. */
export interface ServiceWire {
  readonly protocol: Protocol;
  /**
   * awsJson: the text before the dot in X-Amz-Target. Query: the Version parameter, unique to each service. rpcv2Cbor:
   * the service in the path. restJson1 and restXml: the name that requests are signed for.
   */
  readonly route: string;
  /** XML namespace of the responses, where they are XML. */
  readonly namespace?: string;
}

/** A simulated service of AWS, as its folder exports it. */
export interface Definition<Name extends ServiceName> {
  readonly create: (environment: Environment) => Service<Name>;
  /** The SDK's client whose schemas describe the operations: `ecs` of `@aws-sdk/client-ecs`. */
  readonly client: string;
  readonly wires: readonly ServiceWire[];
  /** Loads the schemas where the SDK's client has none. */
  readonly loadModel?: () => Promise<Record<string, unknown>>;
  /** Checks that come before authorization, on the operations from outside. */
  readonly refuseBroken?: (operation: string, input: object) => void;
  /** Error code for an invalid enum value; by default the protocol's. */
  readonly invalidValue?: string;
  /** IAM's name of the service, where it differs from the simulator's. */
  readonly actionPrefix?: string;
  /** Shared by all regions: its clients sign for us-east-1 or for their own. */
  readonly isGlobal?: boolean;
}

/** Returns how to create a service that is only operations on a state; each part has some of the operations. */
export function serviceOn<State, Operations extends object>(
  createState: (environment: Environment) => State,
  parts: readonly ((state: State, environment: Environment) => Operations)[],
) {
  return (environment: Environment): { operations: Operations } => {
    const state = createState(environment);
    return { operations: Object.assign({}, ...parts.map((part) => part(state, environment))) };
  };
}
