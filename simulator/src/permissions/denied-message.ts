import { type AccessRequest, unknownPart } from "./permissions.ts";

/**
 * Returns a service's message about a denied request. Sources: "Troubleshoot access denied error messages", IAM user
 * guide; recorded messages: S3 quotes the resource and leaves `*` out, EC2 adds a sentence before, STS gives no reason
 * for a role that may not be assumed.
 * @param because such as `with an explicit deny in an identity-based policy`
 */
export function deniedMessage(caller: string, { action, resource }: AccessRequest, because: string): string {
  const shown = resource.replaceAll(unknownPart, "*");
  const [service] = action.split(":");
  const place =
    service === "s3" ? (shown === "*" ? "" : ` on resource: "${shown}"`) : ` on resource: ${shown}`;
  const reason = action === "sts:AssumeRole" && because.startsWith("because") ? "" : ` ${because}`;
  const message = `User: ${caller} is not authorized to perform: ${action}${place}${reason}`;
  return service === "ec2" ? `You are not authorized to perform this operation. ${message}.` : message;
}

/** The reason of a request that no policy of the caller allows. */
export const noIdentityPolicy = (action: string) =>
  `because no identity-based policy allows the ${action} action`;
