import { isObject } from "../../core/is-object.ts";
import { type TypeRow, type TypeRows, text } from "./row.ts";

const ofIam: TypeRow = { free: "IAM is free" };
const isFederated = (principal: unknown) => isObject(principal) && principal.Federated !== undefined;

/** IAM, KMS, Secrets Manager and the parameters of Systems Manager. */
export const security: TypeRows = {
  "AWS::IAM::AccessKey": ofIam,
  "AWS::IAM::Group": ofIam,
  "AWS::IAM::InstanceProfile": ofIam,
  "AWS::IAM::ManagedPolicy": ofIam,
  "AWS::IAM::OIDCProvider": {
    ...ofIam,
    card: {
      ...{ service: "AWS IAM", area: "Access" },
      title: ({ Url }) => text(Url).replace("https://", ""),
    },
    name: { property: "Url", find: "identityProvider" },
  },
  "AWS::IAM::Policy": ofIam,
  "AWS::IAM::Role": {
    ...ofIam,
    card: {
      ...{ service: "AWS IAM", plural: "roles", area: "Access" },
      from: { "AWS::IAM::OIDCProvider": "" },
      only: ({ AssumeRolePolicyDocument: trust }) =>
        isObject(trust) &&
        [trust.Statement].flat().some((each) => isObject(each) && isFederated(each.Principal)),
    },
    name: { property: "RoleName", find: "role", importable: true },
  },
  "AWS::IAM::RolePolicy": ofIam,
  "AWS::IAM::ServiceLinkedRole": ofIam,
  "AWS::IAM::User": ofIam,
  "AWS::KMS::Alias": { free: "a name; its key is billed" },
  "AWS::KMS::Key": { card: { service: "AWS KMS", plural: "keys" }, bill: "key" },
  "AWS::SSM::Parameter": { free: "standard parameters are free" },
  "AWS::SecretsManager::ResourcePolicy": { free: "policies are free" },
  "AWS::SecretsManager::Secret": {
    card: { service: "AWS Secrets Manager", plural: "secrets" },
    bill: "secret",
    name: { property: "Name", find: "secret" },
    held: "its value",
  },
  "AWS::SecretsManager::SecretTargetAttachment": { free: "part of its secret" },
};
