import { ignoreMissing } from "./ignore-missing.ts";
import type { Properties, ResourceContext, ResourceType } from "./resource-type.ts";
import { boolean, integer, list, object, oneOf, text } from "./shape.ts";

const elbv2 = (context: ResourceContext) => context.environment.aws.elbv2;

const values = object({ Values: list(text) });

const action = object(
  {
    Type: oneOf("forward", "redirect", "fixed-response"),
    Order: integer,
    TargetGroupArn: text,
    ForwardConfig: object({
      TargetGroups: list(object({ TargetGroupArn: text, Weight: integer })),
      TargetGroupStickinessConfig: object({ Enabled: boolean, DurationSeconds: integer }),
    }),
    RedirectConfig: object({
      Host: text,
      Path: text,
      Port: text,
      Protocol: text,
      Query: text,
      StatusCode: oneOf("HTTP_301", "HTTP_302"),
    }),
    FixedResponseConfig: object({ ContentType: text, MessageBody: text, StatusCode: text }),
  },
  ["Type"],
);

const condition = object(
  {
    Field: text,
    Values: list(text),
    PathPatternConfig: values,
    SourceIpConfig: values,
    HostHeaderConfig: values,
    HttpHeaderConfig: object({ HttpHeaderName: text, Values: list(text) }),
    HttpRequestMethodConfig: values,
    QueryStringConfig: object({ Values: list(object({ Key: text, Value: text })) }),
  },
  [],
);

export const listener: ResourceType = {
  properties: {
    LoadBalancerArn: text,
    Protocol: oneOf("HTTP"),
    Port: integer,
    DefaultActions: list(action),
  },
  required: ["LoadBalancerArn", "Protocol", "Port", "DefaultActions"],
  replacement: ["LoadBalancerArn"],
  attributes: ["ListenerArn"],
  async create(context, { LoadBalancerArn, Protocol, Port, DefaultActions }) {
    const { Listeners = [] } = await elbv2(context).createListener({
      LoadBalancerArn,
      Protocol,
      Port,
      DefaultActions,
    });
    return Listeners[0]?.ListenerArn ?? "";
  },
  readAttributes: async (_, id) => ({ ListenerArn: id }),
  async update(context, ListenerArn, next, previous) {
    await elbv2(context).modifyListener({ ListenerArn, ...changed(next, previous) });
  },
  delete: (context, id) =>
    ignoreMissing(["ListenerNotFoundException", "ListenerNotFound"], () =>
      elbv2(context).deleteListener({ ListenerArn: id }),
    ),
};

export const listenerRule: ResourceType = {
  properties: { ListenerArn: text, Priority: integer, Conditions: list(condition), Actions: list(action) },
  required: ["ListenerArn", "Priority", "Conditions", "Actions"],
  replacement: ["ListenerArn"],
  attributes: ["RuleArn"],
  async create(context, { ListenerArn, Priority, Conditions, Actions }) {
    const { Rules = [] } = await elbv2(context).createRule({ ListenerArn, Priority, Conditions, Actions });
    return Rules[0]?.RuleArn ?? "";
  },
  readAttributes: async (_, id) => ({ RuleArn: id }),
  async update(context, RuleArn, next, previous) {
    const { Priority, ...rest } = changed(next, previous);
    if (Priority !== undefined)
      await elbv2(context).setRulePriorities({ RulePriorities: [{ RuleArn, Priority }] });
    if (Object.keys(rest).length > 0) await elbv2(context).modifyRule({ RuleArn, ...rest });
  },
  delete: (context, id) =>
    ignoreMissing(["RuleNotFoundException", "RuleNotFound"], () =>
      elbv2(context).deleteRule({ RuleArn: id }),
    ),
};

/**
 * Sends only changes of the template: the target groups behind a listener change with every blue/green deployment, and
 * sending the template's again with an unrelated change would undo the last one.
 */
function changed(next: Properties, previous: Properties): Properties {
  const differs = ([name, value]: [string, unknown]) =>
    JSON.stringify(value) !== JSON.stringify(previous[name]);
  return Object.fromEntries(Object.entries(next).filter(differs));
}
