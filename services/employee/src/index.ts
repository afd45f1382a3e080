import { startService } from "@ecs-delivery/suppliers/start-service";

await startService({ name: "employee", port: 8080, loadApp: () => import("./app.ts"), process });
