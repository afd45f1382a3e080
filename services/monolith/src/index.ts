import { startService } from "@ecs-delivery/suppliers/start-service";

await startService({ name: "monolith", port: 80, loadApp: () => import("./app.ts"), process });
