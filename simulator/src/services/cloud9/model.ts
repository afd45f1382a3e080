/**
 * The shapes of the Cloud9 operations that the simulator performs, as the SDK's clients carry them: Cloud9's is of a
 * time before they did. Source: API reference 2017-09-23. `[3, namespace, name, traits, names, schemas, required]`,
 * required members first; 0 is text, 1 a number, 2 a boolean, 64 a list of texts.
 */
type Shape = readonly unknown[];

const namespace = "com.amazonaws.cloud9";
const text = 0;
const number = 1;
const boolean = 2;
const texts = 64;

function structure(
  name: string,
  required: Record<string, unknown>,
  optional: Record<string, unknown> = {},
): Shape {
  const members = { ...required, ...optional };
  return [3, namespace, name, 0, Object.keys(members), Object.values(members), Object.keys(required).length];
}

const list = (name: string, member: Shape): Shape => [1, namespace, name, 0, () => member];
const operation = (name: string, input: Shape, output: Shape): Shape => [
  9,
  namespace,
  name,
  0,
  () => input,
  () => output,
];

const nothing = structure("Nothing", {});
const byId = structure("EnvironmentIdInput", { environmentId: text });
const tags = list("TagList", structure("Tag", { Key: text, Value: text }));
const lifecycle = structure(
  "EnvironmentLifecycle",
  {},
  { status: text, reason: text, failureResource: text },
);
const environment = structure(
  "Environment",
  { type: text, arn: text, ownerArn: text },
  {
    id: text,
    name: text,
    description: text,
    connectionType: text,
    lifecycle: () => lifecycle,
    managedCredentialsStatus: text,
  },
);

export const CreateEnvironmentEC2$ = operation(
  "CreateEnvironmentEC2",
  structure(
    "CreateEnvironmentEC2Request",
    { name: text, instanceType: text, imageId: text },
    {
      description: text,
      clientRequestToken: text,
      subnetId: text,
      automaticStopTimeMinutes: number,
      ownerArn: text,
      tags: () => tags,
      connectionType: text,
      dryRun: boolean,
    },
  ),
  structure("CreateEnvironmentEC2Result", {}, { environmentId: text }),
);
export const DescribeEnvironments$ = operation(
  "DescribeEnvironments",
  structure("DescribeEnvironmentsRequest", { environmentIds: texts }),
  structure("DescribeEnvironmentsResult", {}, { environments: () => list("EnvironmentList", environment) }),
);
export const ListEnvironments$ = operation(
  "ListEnvironments",
  structure("ListEnvironmentsRequest", {}, { nextToken: text, maxResults: number }),
  structure("ListEnvironmentsResult", {}, { nextToken: text, environmentIds: texts }),
);
export const UpdateEnvironment$ = operation(
  "UpdateEnvironment",
  structure(
    "UpdateEnvironmentRequest",
    { environmentId: text },
    { name: text, description: text, managedCredentialsAction: text },
  ),
  nothing,
);
export const DeleteEnvironment$ = operation("DeleteEnvironment", byId, nothing);
export const TagResource$ = operation(
  "TagResource",
  structure("TagResourceRequest", { ResourceARN: text, Tags: () => tags }),
  nothing,
);
export const UntagResource$ = operation(
  "UntagResource",
  structure("UntagResourceRequest", { ResourceARN: text, TagKeys: texts }),
  nothing,
);
export const ListTagsForResource$ = operation(
  "ListTagsForResource",
  structure("ListTagsForResourceRequest", { ResourceARN: text }),
  structure("ListTagsForResourceResponse", {}, { Tags: () => tags }),
);
