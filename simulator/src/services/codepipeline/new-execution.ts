import { randomUUID } from "node:crypto";
import type {
  ActionDeclaration,
  ExecutionTrigger,
  PipelineDeclaration,
  PipelineVariable,
  SourceRevisionOverride,
} from "@aws-sdk/client-codepipeline";
import { AwsError } from "../../kit/errors.ts";
import { sources } from "./controller/sources.ts";
import { type Execution, isOver } from "./execution.ts";
import type { CodePipelineState, PipelineRecord } from "./state.ts";

/** Maximum of one pipeline in the mode QUEUED or PARALLEL. Source: quotas of CodePipeline. */
const mostAtOnce = 50;

interface Request {
  readonly trigger: ExecutionTrigger;
  readonly clientRequestToken?: string | undefined;
  readonly variables?: readonly PipelineVariable[] | undefined;
  readonly sourceRevisions?: readonly SourceRevisionOverride[] | undefined;
}

/** Adds an execution that has not started yet. Throws for unknown variables and revisions of the pipeline. */
export function addExecution(
  { environment }: CodePipelineState,
  record: PipelineRecord,
  { trigger, clientRequestToken, variables = [], sourceRevisions = [] }: Request,
): Execution {
  const { declaration, executions } = record;
  const inProgress = executions.filter((each) => !isOver(each)).length;
  if (declaration.executionMode !== "SUPERSEDED" && inProgress >= mostAtOnce)
    throw new AwsError(
      "ConcurrentPipelineExecutionsLimitExceededException",
      `The pipeline ${record.name} has reached the limit of ${mostAtOnce} concurrent pipeline executions.`,
    );
  for (const revision of sourceRevisions) checkRevision(declaration, revision);
  const now = environment.clock.now();
  const execution: Execution = {
    id: randomUUID(),
    requestToken: clientRequestToken,
    number: executions.length + 1,
    declaration,
    type: "STANDARD",
    trigger,
    overrides: sourceRevisions,
    variables: valuesOf(declaration, variables),
    startedAt: now,
    updatedAt: now,
    status: "InProgress",
    attempt: 1,
    control: new AbortController(),
    artifacts: new Map(),
    revisions: new Map(),
    outputVariables: new Map(),
    stages: new Map(),
  };
  executions.push(execution);
  return execution;
}

/** The execution whose artifacts a rollback deploys again, as a new execution. */
export function addRollback(
  { environment }: CodePipelineState,
  { executions }: PipelineRecord,
  target: Execution,
  trigger: ExecutionTrigger,
): Execution {
  const now = environment.clock.now();
  const execution: Execution = {
    ...target,
    id: randomUUID(),
    requestToken: undefined,
    number: executions.length + 1,
    type: "ROLLBACK",
    trigger,
    rollbackTarget: target.id,
    startedAt: now,
    updatedAt: now,
    status: "InProgress",
    attempt: 1,
    control: new AbortController(),
    outputVariables: new Map(target.outputVariables),
    stages: new Map(),
  };
  executions.push(execution);
  return execution;
}

function valuesOf(
  { variables: declared = [], pipelineType }: PipelineDeclaration,
  given: readonly PipelineVariable[],
): Map<string, string> {
  const names = declared.map(({ name }) => name);
  if (given.length > 0 && pipelineType !== "V2")
    throw invalid("Variables can be used in pipelines of the type V2 only");
  const unknown = given.find(({ name }) => !names.includes(name));
  if (unknown)
    throw invalid(
      `The pipeline has no variable '${unknown.name}'. Its variables: ${names.join(", ") || "none"}.`,
    );
  return new Map(
    declared.map(({ name = "", defaultValue }) => {
      const value = given.find((each) => each.name === name)?.value ?? defaultValue;
      if (value === undefined) throw invalid(`The variable '${name}' has no default value: give it one.`);
      return [name, value];
    }),
  );
}

function checkRevision(
  { stages }: PipelineDeclaration,
  { actionName, revisionType }: SourceRevisionOverride,
): void {
  const actions = stages?.[0]?.actions ?? [];
  const action = actions.find(({ name }) => name === actionName);
  if (!action)
    throw invalid(
      `The pipeline has no source action '${actionName}'. Its source actions: ${actions.map(({ name }) => name).join(", ")}.`,
    );
  const allowed = overridesOf(action);
  if (!allowed.includes(revisionType))
    throw invalid(
      `The source action '${actionName}' takes no revision of the type ${revisionType}, but ${allowed.join(", ")}.`,
    );
}

function overridesOf({ actionTypeId, configuration }: ActionDeclaration) {
  const { overrides = [] } = sources.get(actionTypeId?.provider) ?? {};
  const allowsKey = configuration?.AllowOverrideForS3ObjectKey === "true";
  return overrides.filter((type) => type !== "S3_OBJECT_KEY" || allowsKey);
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
