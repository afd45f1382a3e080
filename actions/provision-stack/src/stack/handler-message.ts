/** Returns the service's own message of a resource's reason, without CloudFormation's frame and without request ids. */
export function stripHandler(reason: string): string {
  const inner =
    /^Resource handler returned message: "([\s\S]*)" \(RequestToken: /.exec(reason)?.[1] ?? reason;
  return inner
    .replace(/(?<! ) *\((?:Service: |SDK Attempt Count: |Request ID: |Error code: )[^()]*\)/gi, "")
    .replace(/\.\s*$/, "")
    .trim();
}
