import { startService } from "@ecs-delivery/suppliers/start-service";

await startService({ name: "customer", port: 8080, loadApp: () => import("./app.ts"), process });
