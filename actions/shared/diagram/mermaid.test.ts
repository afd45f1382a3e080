import { expect, test } from "vitest";
import { planStack } from "../cloudformation/plan-stacks.ts";
import { parseTemplate } from "../cloudformation/template.ts";
import type { Diagram } from "./diagram.ts";
import { drawResources } from "./draw.support.ts";
import { architectureMarkdown, diagramMermaid } from "./mermaid.ts";

test("draws frames as subgraphs, cards as nodes, and arrows with labels", () => {
  const diagram = drawResources(`
  C: { Type: AWS::ECS::Cluster, Properties: { ClusterName: web } }
  Repo: { Type: AWS::ECR::Repository }
  T: { Type: AWS::ECS::TaskDefinition, Properties: { ContainerDefinitions: [{ Image: !GetAtt Repo.RepositoryUri }] } }
  S: { Type: AWS::ECS::Service, Properties: { Cluster: !Ref C, TaskDefinition: !Ref T } }`);
  expect(diagramMermaid(diagram)).toBe(`flowchart LR
  subgraph n_account["AWS, us-east-1"]
    n_one_Repo["<b>Repo</b><br/>Amazon ECR"]
    subgraph n_one_C["Amazon ECS cluster web"]
      n_one_S["<b>S</b><br/>Amazon ECS<br/>1 task"]
    end
  end
  n_one_S -->|"pulls"| n_one_Repo`);
});

const node = (id: string, title: string) =>
  ({ id, group: undefined, service: "", icon: "server", title, details: [], resources: [] }) as const;

test.each<[string, string]>([
  [`a "quoted" name`, "a #34;quoted#34; name"],
  ["<script>alert(1)</script>", "#60;script#62;alert#40;1#41;#60;/script#62;"],
  ["&lt;", "#38;lt#59;"],
  ["**bold** `code`", "#42;#42;bold#42;#42; #96;code#96;"],
  ["two\nlines", "two lines"],
  ["#35;", "#35;35#59;"],
])("escapes the name %j in a label", (name, escaped) => {
  const diagram: Diagram = { groups: [], nodes: [node("a", name)], edges: [] };
  expect(diagramMermaid(diagram)).toContain(`["<b>${escaped}</b>"]`);
});

test("creates ids that differ where only signs do, and are no words of the language", () => {
  const diagram: Diagram = {
    groups: [],
    nodes: [node("a-b", "x"), node("a/b", "y"), node("end", "z")],
    edges: [],
  };
  expect(diagramMermaid(diagram).match(/n_\w+/g)).toEqual(["n_a_b", "n_a_b_2", "n_end"]);
});

function markdownOf(resources: string): string {
  const template = parseTemplate(`Resources:\n${resources}`, "one.yaml", "one");
  return architectureMarkdown([planStack(template, [template], {}, "test")], "us-east-1");
}

test("folds the diagram in a summary", () => {
  expect(markdownOf("  X: { Type: AWS::S3::Bucket }")).toMatch(
    /^<details><summary>Architecture<\/summary>\n\n```mermaid\nflowchart LR\n[^`]+```\n\n<\/details>$/,
  );
});

test("says in a summary why there is no diagram", () => {
  expect(markdownOf("  Q: { Type: AWS::SQS::Queue }")).toBe(
    "No diagram: Cannot draw one/Q (AWS::SQS::Queue).",
  );
});
