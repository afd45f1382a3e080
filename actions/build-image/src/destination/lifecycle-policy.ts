/**
 * Number of source images that are kept, and so how far back a rollback can go; infra-templates/registry.yaml keeps as
 * many.
 */
const keptImages = 50;
/** Long enough to examine a replaced image, and for a deployment that still pulls by digest to end. */
const untaggedDays = 14;
/** More than any repository has: the rule only keeps these images from the rules below it. */
const allReleases = 10_000;

/**
 * Every image has the tag of its source. One with a tag `v*` belongs to the first rule and to none below it. Source:
 * ECR user guide, "How lifecycle policy evaluation works": an image that a rule's tags match is expired by no rule of
 * lower priority.
 */
export const presetPolicy = {
  rules: [
    {
      rulePriority: 1,
      description: "Keep releases",
      selection: {
        tagStatus: "tagged",
        tagPatternList: ["v*"],
        countType: "imageCountMoreThan",
        countNumber: allReleases,
      },
      action: { type: "expire" },
    },
    {
      rulePriority: 2,
      description: "Keep the newest images",
      selection: {
        tagStatus: "tagged",
        tagPatternList: ["source-*"],
        countType: "imageCountMoreThan",
        countNumber: keptImages,
      },
      action: { type: "expire" },
    },
    {
      rulePriority: 3,
      description: "Remove untagged images",
      selection: {
        tagStatus: "untagged",
        countType: "sinceImagePushed",
        countUnit: "days",
        countNumber: untaggedDays,
      },
      action: { type: "expire" },
    },
  ],
};
