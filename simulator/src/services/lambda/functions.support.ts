import { Lambda } from "@aws-sdk/client-lambda";
import { afterAll } from "vitest";
import type { TestSimulator } from "../../test-simulator.support.ts";
import { zip } from "./zip.support.ts";

/** Starts one simulator for all functions of a file. */
export async function useFunctions(start: () => Promise<TestSimulator>) {
  const simulator = await start();
  afterAll(() => simulator.close());
  const lambda = new Lambda({ ...simulator.clientConfig, maxAttempts: 1 });
  let made = 0;
  return {
    simulator,
    lambda,
    /** Creates a function of these files, and returns its name. */
    async create(files: Record<string, string>, more: object = {}): Promise<string> {
      const FunctionName = `function-${made++}`;
      await lambda.createFunction({
        FunctionName,
        Role: "arn:aws:iam::123456789012:role/function",
        Runtime: "nodejs22.x",
        Handler: "index.handler",
        Code: { ZipFile: zip(files) },
        ...more,
      });
      return FunctionName;
    },
    async invoke(FunctionName: string, event: unknown = {}) {
      const { Payload, FunctionError, StatusCode } = await lambda.invoke({
        FunctionName,
        Payload: JSON.stringify(event),
      });
      return { result: JSON.parse(Payload?.transformToString() ?? ""), FunctionError, StatusCode };
    },
    async logOf(name: string): Promise<string[]> {
      const logGroupName = `/aws/lambda/${name}`;
      const { events = [] } = await simulator.aws.logs.filterLogEvents({ logGroupName });
      return events.map(({ message = "" }) => message);
    },
  };
}
