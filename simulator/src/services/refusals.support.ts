import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { createIdleCluster } from "../outside-clients/web-account.support.ts";
import type { TestSimulator } from "../test-simulator.support.ts";
import type { ServiceName } from "./api.ts";
import { createPipelineRole, deliveryPipeline } from "./codepipeline/pipeline.support.ts";
import { definitions } from "./index.ts";

type Row = readonly [input: object, code: string, words: string];

/** By service and operation: the input that calls have in common, and what each has in addition (null: not at all). */
type Table = Record<string, Record<string, { readonly common?: object; readonly refused: readonly Row[] }>>;

/** A long text: `!repeat x*61`. */
export const repeat = {
  tag: "!repeat",
  resolve: (text: string) => text.replace(/^(.*)\*(\d+)$/, (_, part, count) => part.repeat(Number(count))),
};

/** One tag too many for any resource, in a service's form: `!tags Key/Value`; as a map: `!tags ""`. */
const tooManyTags = {
  tag: "!tags",
  resolve(form: string) {
    const [name = "", value = ""] = form.split("/");
    const keys = Array.from({ length: 51 }, (_, index) => `key${index}`);
    if (name === "") return Object.fromEntries(keys.map((key) => [key, "value"]));
    return keys.map((key) => ({ [name]: key, [value]: "value" }));
  },
};

/** Reads calls that a service refuses, each with its error and words of the error's message. */
export function readRefusals(file: URL) {
  const table: Table = parse(readFileSync(file, "utf8"), {
    customTags: [repeat, tooManyTags, "binary", "timestamp", "merge"],
  });
  return Object.entries(table).flatMap(([service, operations]) =>
    Object.entries(operations).flatMap(([operation, { common, refused }]) =>
      refused.map(([given, code, words]) => {
        const members = Object.entries({ ...common, ...given }).filter(([, value]) => value !== null);
        return {
          service: service as ServiceName,
          operation,
          input: Object.fromEntries(members),
          code,
          words,
        };
      }),
    ),
  );
}

/** Returns the members that are not null: a case leaves out a member of a valid request so. */
export function withoutNull<Input extends object>(input: Input): Input {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null)) as Input;
}

/** Creates what the calls of the tables refer to. */
export async function prepareRefusals(simulator: TestSimulator): Promise<void> {
  const { aws } = simulator;
  await aws.ecr.createRepository({ repositoryName: "web" });
  await aws.ecs.createCluster({ clusterName: "main" });
  const { createService } = await createIdleCluster(simulator);
  await createService("web");
  const resourceArn = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:1";
  const tags = Array.from({ length: 50 }, (_, index) => ({ key: `key${index}`, value: "value" }));
  await aws.ecs.tagResource({ resourceArn, tags });
  const target = { ServiceNamespace: "ecs", ScalableDimension: "ecs:service:DesiredCount" } as const;
  const scalable = { ...target, ResourceId: "service/coffee/web", MinCapacity: 1, MaxCapacity: 4 };
  await aws.applicationautoscaling.registerScalableTarget(scalable);
  await aws.secretsmanager.createSecret({ Name: "s" });
  await aws.events.putRule({ Name: "r", EventPattern: '{"source":["a"]}' });
  await aws.logs.createLogGroup({ logGroupName: "web" });
  await aws.logs.createLogStream({ logGroupName: "web", logStreamName: "web/1" });
  for (const Bucket of ["artifacts-of-pipelines", "menus"]) await aws.s3.createBucket({ Bucket });
  await createPipelineRole(aws, "PipelineRole");
  await aws.codepipeline.createPipeline({ pipeline: deliveryPipeline("p") });
}

/** Calls an operation over the wire, by the SDK's client of the service. */
export async function callOverWire({ clientConfig }: TestSimulator, service: ServiceName) {
  const module = await import(`@aws-sdk/client-${definitions[service].client}`);
  const name = Object.keys(module).find((each) => /^[A-Z]\w+Client$/.test(each)) ?? "";
  const client = new module[name]({ ...clientConfig, maxAttempts: 1, forcePathStyle: true });
  return (operation: string, input: object): Promise<object> =>
    client.send(new module[`${operation}Command`](input));
}
