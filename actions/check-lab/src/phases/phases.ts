import type { Item } from "../item.ts";
import { beyond } from "./beyond.ts";
import { phase1 } from "./phase-1.ts";
import { phase2 } from "./phase-2.ts";
import { phase3 } from "./phase-3.ts";
import { phase4 } from "./phase-4.ts";
import { phase5 } from "./phase-5.ts";
import { phase6 } from "./phase-6.ts";
import { phase7 } from "./phase-7.ts";
import { phase8 } from "./phase-8.ts";
import { phase9 } from "./phase-9.ts";

export interface Phase {
  readonly number: number;
  readonly title: string;
  readonly items: readonly Item[];
}

/** The exercises of the teachers' page, which only a run that asks for them checks. */
export const phase10: Phase = { number: 10, title: "Beyond the lab", items: beyond };

/** Titles as in the guide. */
export const phases: readonly Phase[] = [
  { number: 1, title: "Design and costs", items: phase1 },
  { number: 2, title: "The monolith", items: phase2 },
  { number: 3, title: "Development environment", items: phase3 },
  { number: 4, title: "Microservices in Docker", items: phase4 },
  { number: 5, title: "ECR repositories and an ECS cluster", items: phase5 },
  { number: 6, title: "Application Load Balancer", items: phase6 },
  { number: 7, title: "ECS services", items: phase7 },
  { number: 8, title: "CodeDeploy and CodePipeline", items: phase8 },
  { number: 9, title: "Adjust and scale", items: phase9 },
];
