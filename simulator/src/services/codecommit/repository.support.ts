import { onTestFinished } from "vitest";
import { asyncCallerOf } from "../../kit/calls.support.ts";
import { createTestEnvironment } from "../../test-environment.support.ts";
import { codecommit } from "./service.ts";

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
  const call = asyncCallerOf(codecommit.create(environment));
  const { repositoryMetadata } = await call("createRepository", {
    repositoryName: "deployment",
    repositoryDescription: "files",
    tags: { team: "coffee" },
  });
  return { call, events, environment, id: repositoryMetadata.repositoryId as string };
}
