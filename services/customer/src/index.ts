import { startService } from "@ecs-delivery/suppliers/start-service";

await startService({ name: "customer", loadApp: () => import("./app.ts"), process });
