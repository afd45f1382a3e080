import type { Template } from "@ecs-delivery/actions/cloudformation/template";
import { isObject } from "@ecs-delivery/actions/core/is-object";

/** Types that moto 5.2.1 does not create, as its own messages confirm in the test. */
export const unknownTypes: readonly string[] = [
  "AWS::ApplicationAutoScaling::ScalableTarget",
  "AWS::ApplicationAutoScaling::ScalingPolicy",
  "AWS::Cloud9::EnvironmentEC2",
  "AWS::CloudWatch::Alarm",
  "AWS::CodeCommit::Repository",
  "AWS::CodeDeploy::Application",
  "AWS::CodeDeploy::DeploymentGroup",
  "AWS::CodePipeline::Pipeline",
  "AWS::IAM::OIDCProvider",
  "AWS::S3::BucketPolicy",
  "AWS::SecretsManager::Secret",
];

/** Attributes that moto 5.2.1 does not return, by type. */
const unknownAttributes: { readonly [type: string]: readonly string[] } = {
  "AWS::ElasticLoadBalancingV2::TargetGroup": ["TargetGroupName", "TargetGroupFullName"],
};

/**
 * Returns the template as JSON without the features that moto lacks: resources of such types are left out, and
 * references to them become text. moto has no Fn::Cidr either, so the ranges are inserted.
 */
export function templateForMoto({ content }: Template): string {
  const resources = isObject(content.Resources) ? content.Resources : {};
  const typeOf = (id: string) => (isObject(resources[id]) ? String(resources[id].Type) : "");
  const isUnknown = (id: string, attribute?: string) =>
    unknownTypes.includes(typeOf(id)) ||
    (attribute !== undefined && (unknownAttributes[typeOf(id)] ?? []).includes(attribute));

  const adapt = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(adapt);
    if (!isObject(value)) return value;
    if (typeof value.Ref === "string" && isUnknown(value.Ref)) return standIn(value.Ref);
    if ("Fn::GetAtt" in value) return attributeOf(value["Fn::GetAtt"]);
    if ("Fn::Sub" in value) return { "Fn::Sub": substitution(value["Fn::Sub"]) };
    const range = rangeOf(value);
    if (range) return range;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, adapt(inner)]));
  };
  const attributeOf = (target: unknown) => {
    const [id = "", ...path] = String(target).split(".");
    return isUnknown(id, path.join(".")) ? standIn(id) : { "Fn::GetAtt": [id, path.join(".")] };
  };
  const substitution = (argument: unknown): unknown => {
    if (Array.isArray(argument)) return [substitution(argument[0]), adapt(argument[1])];
    return String(argument).replace(/\$\{([\w.]+)\}/g, (whole, name: string) => {
      const [id = "", ...path] = name.split(".");
      return isUnknown(id, path.join(".")) ? standIn(id) : whole;
    });
  };
  const known = Object.entries(resources).filter(([id]) => !isUnknown(id));
  return JSON.stringify({
    ...(adapt(content) as object),
    Resources: adapt(Object.fromEntries(known)),
    Outputs: adapt(guarded(content.Outputs)),
  });
}

/** moto evaluates the value of an output even where its condition is false. */
function guarded(outputs: unknown): object {
  const entries = Object.entries(isObject(outputs) ? outputs : {}).map(([name, output]) => {
    if (!isObject(output) || output.Condition === undefined) return [name, output];
    return [name, { ...output, Value: { "Fn::If": [output.Condition, output.Value, ""] } }];
  });
  return Object.fromEntries(entries);
}

function standIn(id: string): string {
  return `moto-has-no-${id}`;
}

function rangeOf({ "Fn::Select": select }: { [key: string]: unknown }): string | undefined {
  if (!Array.isArray(select) || !isObject(select[1]) || !("Fn::Cidr" in select[1])) return undefined;
  return `10.0.${select[0]}.0/24`;
}
