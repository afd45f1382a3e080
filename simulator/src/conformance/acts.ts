import type { RegisterTaskDefinitionRequest, RunTaskRequest } from "@aws-sdk/client-ecs";
import { strToU8, zipSync } from "fflate";
import type { Aws } from "../services/api.ts";

/** Waits between two polls; ended by the signal. */
export type Pause = (signal?: AbortSignal) => Promise<unknown>;

/** Polls until a task, function or stack has changed: about 20 minutes on AWS. */
const mostPolls = 400;

export async function poll(condition: () => Promise<boolean>, pause: () => Promise<unknown>): Promise<void> {
  for (let polls = 1; !(await condition()); polls += 1) {
    if (polls === mostPolls) throw new Error(`still waiting after ${mostPolls} polls`);
    await pause();
  }
}

/** Runs a task in its execution role; resolves to RUNNING, or to why it stopped. */
export async function runTask(
  ecs: Pick<Aws["ecs"], "registerTaskDefinition" | "runTask" | "describeTasks" | "stopTask">,
  definition: RegisterTaskDefinitionRequest,
  place: Pick<RunTaskRequest, "networkConfiguration"> & { readonly cluster: string },
  pause: Pause,
): Promise<string> {
  const { taskDefinition: registered } = await ecs.registerTaskDefinition(definition);
  const taskDefinition = registered?.taskDefinitionArn;
  const { tasks = [] } = await ecs.runTask({ ...place, launchType: "FARGATE", taskDefinition });
  const { cluster } = place;
  const [task = ""] = tasks.map(({ taskArn }) => taskArn);
  try {
    let answer = "";
    await poll(async () => {
      const { stoppedReason, lastStatus = "" } =
        (await ecs.describeTasks({ cluster, tasks: [task] })).tasks?.[0] ?? {};
      answer = stoppedReason ?? lastStatus;
      return ["RUNNING", "STOPPED"].includes(lastStatus);
    }, pause);
    return answer;
  } finally {
    await ecs.stopTask({ cluster, task });
  }
}

/** AWS writes a function's log within some seconds. */
const pollsOfLog = 10;

/** Creates a function with the role and calls it; resolves to whether its log has the call. */
export async function callFunction(
  {
    lambda,
    logs,
  }: Pick<Aws, "logs"> & { lambda: Pick<Aws["lambda"], "createFunction" | "getFunction" | "invoke"> },
  { FunctionName, Role }: { readonly FunctionName: string; readonly Role: string },
  pause: Pause,
): Promise<string> {
  const code = "export const handler = () => console.log('called');";
  await lambda.createFunction({
    ...{ FunctionName, Role, Runtime: "nodejs22.x", Handler: "index.handler" },
    Code: { ZipFile: zipSync({ "index.mjs": strToU8(code) }) },
  });
  const state = async () => (await lambda.getFunction({ FunctionName })).Configuration?.State;
  await poll(async () => (await state()) !== "Pending", pause);
  await lambda.invoke({ FunctionName });
  for (let polls = 1; polls <= pollsOfLog; polls += 1) {
    const logGroupName = `/aws/lambda/${FunctionName}`;
    const { events = [] } = await logs.filterLogEvents({ logGroupName }).catch(() => ({ events: [] }));
    if (events.some(({ message }) => message?.includes("called"))) return "log written";
    await pause();
  }
  return "no log";
}
