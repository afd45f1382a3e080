import { onTestFinished } from "vitest";
import { createTestEnvironment } from "../../test-environment.support.ts";
import { codecommit } from "./service.ts";

/** Calls an operation by its method's name. */
// biome-ignore lint/suspicious/noExplicitAny: the assertions of each case use only the members they need
type Call = (name: string, input: object) => Promise<any>;

/** CodeCommit with the empty repository `deployment`, removed when the test has finished. */
export async function withRepository() {
  /** The details of events on the bus. */
  const events: Record<string, unknown>[] = [];
  const environment = await createTestEnvironment({
    aws: {
      events: {
        putEvents: async ({ Entries = [] }) => {
          events.push(...Entries.map(({ Detail = "" }) => JSON.parse(Detail)));
          return { FailedEntryCount: 0, Entries: [] };
        },
      },
    },
  });
  onTestFinished(() => environment.remove());
  const operations = codecommit.create(environment).operations as Record<
    string,
    (...args: object[]) => unknown
  >;
  const call: Call = async (name, input) =>
    operations[name]?.(input, { accessKeyId: "test", sourceIp: "127.0.0.1" });
  const { repositoryMetadata } = await call("createRepository", {
    repositoryName: "deployment",
    repositoryDescription: "files",
    tags: { team: "coffee" },
  });
  return { call, events, environment, id: repositoryMetadata.repositoryId as string };
}
