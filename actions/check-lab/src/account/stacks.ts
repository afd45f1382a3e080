import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  GetTemplateCommand,
} from "@aws-sdk/client-cloudformation";
import { once } from "../outcome.ts";
import { type AccountConfig, type Reads, unlessMissing } from "./reads.ts";

export function readStacks(config: AccountConfig, { ask }: Reads) {
  const cloudformation = new CloudFormationClient(config);
  /** The template of the stack that made a resource; undefined for one that no stack made. */
  const templateOf = once(async (PhysicalResourceId: string) => {
    const read = ask("cloudformation:DescribeStackResources", () =>
      cloudformation.send(new DescribeStackResourcesCommand({ PhysicalResourceId })),
    );
    // CloudFormation reports a resource of no stack as ValidationError. Deleted stacks list theirs for 90 days.
    const { StackResources = [] } = (await unlessMissing(read, ["ValidationError"])) ?? {};
    const found = StackResources.find((each) => each.PhysicalResourceId === PhysicalResourceId);
    if (!found || found.ResourceStatus === "DELETE_COMPLETE") return undefined;
    const { StackId = "", StackName = "" } = found;
    return { stack: StackName, text: await template(StackId) };
  });
  const template = once(async (StackName: string) => {
    const command = new GetTemplateCommand({ StackName, TemplateStage: "Original" });
    return (await ask("cloudformation:GetTemplate", () => cloudformation.send(command))).TemplateBody ?? "";
  });
  return { templateOf };
}
