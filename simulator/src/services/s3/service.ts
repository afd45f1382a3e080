import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";
import type { Definition } from "../definition.ts";
import { bucketPolicyOperations } from "./bucket-policy.ts";
import { bucketSettingOperations } from "./bucket-settings.ts";
import { bucketOperations } from "./buckets.ts";
import { deleteObjectOperations } from "./delete-objects.ts";
import { withErrorMembers } from "./error-members.ts";
import { listObjectOperations, listVersionOperations } from "./list-objects.ts";
import { multipartOperations } from "./multipart.ts";
import { putObjectOperations } from "./put-object.ts";
import { readObjectOperations } from "./read-object.ts";
import { createS3State } from "./state.ts";

export const s3: Definition<"s3"> = {
  create: createS3,
  client: "s3",
  wires: [{ protocol: "restXml", route: "s3", namespace: "http://s3.amazonaws.com/doc/2006-03-01/" }],
};

/** S3's general purpose buckets, their objects on disk. Source of shapes and errors: API reference 2006-03-01. */
export function createS3(environment: Environment): Service<"s3"> {
  const state = createS3State(environment);
  return {
    operations: withErrorMembers({
      ...bucketOperations(state),
      ...bucketSettingOperations(state),
      ...bucketPolicyOperations(state),
      ...putObjectOperations(state),
      ...readObjectOperations(state),
      ...deleteObjectOperations(state),
      ...listObjectOperations(state),
      ...listVersionOperations(state),
      ...multipartOperations(state),
    }),
  };
}
