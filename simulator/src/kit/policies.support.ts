/** Trust policy of a role that services may assume. */
export const trustOf = (...Service: string[]) => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" }],
});
