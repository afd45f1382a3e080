const console = /^https:\/\/[\w-]+\.console\.(?:aws\.amazon\.com|amazonaws\.cn)\//;

/** Pages of GitHub and of the AWS console, and the page of the lab that shows the same; "" without one. */
const pages: readonly (readonly [RegExp, string])[] = [
  // Numbers of GitHub itself have ten digits.
  [/^https:\/\/github\.com\/[^/]+\/[^/]+\/actions\/runs\/(\d{1,6})(?!\d).*/, "/runs/$1"],
  [/^console:ecs\/v2\/clusters\/([^/]+)\/services\/([^/]+)\/.*/, "/services/$1/$2"],
  [/^console:(?:cloudformation|codesuite\/codepipeline)\/.*/, "/account"],
  // Their service is linked next to them.
  [/^console:(?:codesuite\/codedeploy\/|ecs\/v2\/task-definitions\/|cloudwatch\/.*#alarms).*/, "/"],
  [/^https:\/\/github\.com\/rehearsal\/.*|^http:\/\/[\w.-]+\.elb\.amazonaws\.com\/.*|^console:.*/, ""],
];

/** Returns the page of the lab that shows what a page elsewhere shows; undefined for a page that exists elsewhere. */
export function pageOf(address: string): string | undefined {
  const place = address.replace(console, "console:");
  const [pattern, page = ""] = pages.find(([pattern]) => pattern.test(place)) ?? [];
  return pattern && place.replace(pattern, page);
}
