import { expect, it } from "vitest";
import { messagesMarkdown, messagesOf } from "./messages.ts";

it.each([
  {
    title: "a failure with its next step",
    source: 'throw new Failure("There is no service", { nextStep: "create it." });',
    found: [{ text: "There is no service", fix: "create it." }],
  },
  {
    title: "values by their names",
    source: "throw new Failure(`Cluster @{input.clusterName} has @{list.join()} of @{count ?? 0}`);",
    found: [{ text: "Cluster ‹cluster name› has ‹…› of ‹count›", fix: undefined }],
  },
  {
    title: "both sides of a condition",
    source: 'new Failure(given ? `"@{given}" is not a region` : "No region is set", { nextStep: fix });',
    found: [
      { text: '"‹given›" is not a region', fix: "" },
      { text: "No region is set", fix: "" },
    ],
  },
  {
    title: "a finding with its fix",
    source: "return { text: `@{what} has no value yet`, fix: `set one` };",
    found: [{ text: "‹what› has no value yet", fix: "set one" }],
  },
  { title: "no text that comes from elsewhere", source: "throw new Failure(error.message);", found: [] },
])("finds $title", ({ source, found }) => {
  expect(messagesOf(source.replaceAll("@{", "${"))).toEqual(found);
});

it("lists the messages by action and escapes Markdown", () => {
  const text = messagesMarkdown([
    { action: undefined, text: "Set `AWS_REGION`", fix: undefined },
    { action: "run-task", text: "No <task> ran", fix: "start one" },
  ]);
  expect(text).toContain("## run-task\n\n- No \\<task\\> ran\n  - **Fix:** start one\n");
  expect(text).toContain("## Several actions\n\n- Set \\`AWS\\_REGION\\`\n");
});
