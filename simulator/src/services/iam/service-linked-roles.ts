import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Service } from "../api.ts";
import { addRole, describe } from "./roles.ts";
import { type IamState, unsupported } from "./state.ts";

/** Role names by principal. Source: the "Using service-linked roles" page of each service's guide. */
const roleNames: Record<string, string> = {
  "ecs.amazonaws.com": "AWSServiceRoleForECS",
  "elasticloadbalancing.amazonaws.com": "AWSServiceRoleForElasticLoadBalancing",
  "rds.amazonaws.com": "AWSServiceRoleForRDS",
  "ecs.application-autoscaling.amazonaws.com": "AWSServiceRoleForApplicationAutoScaling_ECSService",
};

export function serviceLinkedRoleOperations(state: IamState): Service<"iam">["operations"] {
  return {
    createServiceLinkedRole: (input) => {
      refuseUnsupported(unsupported, "CreateServiceLinkedRole", input, ["AWSServiceName", "Description"]);
      const { AWSServiceName: service = "", Description } = input;
      const name = roleNames[service];
      if (name === undefined)
        throw new AwsError(
          unsupported,
          `The simulator knows no service-linked role of ${service}. Known: ${Object.keys(roleNames).join(", ")}.`,
        );
      if (state.roles.has(name))
        throw new AwsError(
          unsupported,
          `Service role name ${name} has been taken in this account, please try a different suffix.`,
        );
      const trust = {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
      };
      const role = addRole(state, {
        RoleName: name,
        Path: `/aws-service-role/${service}/`,
        AssumeRolePolicyDocument: JSON.stringify(trust),
        Description,
      });
      return { Role: describe(state, role) };
    },
  };
}
