/**
 * Groups of ECS's operations with their token bucket: how many requests it holds, and how many it regains each second.
 * All callers of an account and region share it (Amazon ECS API Reference, Request throttling for the Amazon ECS API).
 */
const groups = [
  { operations: ["RegisterTaskDefinition", "DeregisterTaskDefinition"], burst: 20, sustained: 1 },
  { operations: ["DescribeTaskDefinition", "ListTaskDefinitions"], burst: 50, sustained: 20 },
  { operations: ["TagResource", "UntagResource"], burst: 20, sustained: 10 },
  { operations: ["DescribeTasks", "ListTasks"], burst: 100, sustained: 20 },
  { operations: ["UpdateService"], burst: 50, sustained: 5 },
  { operations: ["DescribeServices", "ListServices"], burst: 100, sustained: 20 },
  { operations: ["DescribeServiceDeployments", "ListServiceDeployments"], burst: 50, sustained: 20 },
  { operations: ["DescribeServiceRevisions"], burst: 50, sustained: 20 },
];

/** Returns a function that takes a token for a request, and returns false if the bucket is empty: AWS then throttles it. */
export function createRequestRates(now: () => number): (operation: string) => boolean {
  const buckets = groups.map((group) => ({ ...group, tokens: group.burst, at: now() }));
  return (operation) => {
    const bucket = buckets.find(({ operations }) => operations.includes(operation));
    if (!bucket) return true;
    const gained = ((now() - bucket.at) / 1000) * bucket.sustained;
    bucket.tokens = Math.min(bucket.burst, bucket.tokens + gained);
    bucket.at = now();
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  };
}
