import { startService } from "@ecs-delivery/suppliers/start-service";

await startService({ name: "employee", loadApp: () => import("./app.ts"), process });
