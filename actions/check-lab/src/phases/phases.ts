import type { Item } from "../item.ts";
import { phase5 } from "./phase-5.ts";
import { phase6 } from "./phase-6.ts";
import { phase7 } from "./phase-7.ts";
import { phase8 } from "./phase-8.ts";

export interface Phase {
  readonly number: number;
  readonly title: string;
  readonly items: readonly Item[];
}

/** Titles as in the course. */
export const phases: readonly Phase[] = [
  { number: 5, title: "ECR repositories and an ECS cluster", items: phase5 },
  { number: 6, title: "Application Load Balancer", items: phase6 },
  { number: 7, title: "ECS services", items: phase7 },
  { number: 8, title: "CodeDeploy and CodePipeline", items: phase8 },
];
