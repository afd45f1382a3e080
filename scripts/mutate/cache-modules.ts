import { enableCompileCache } from "node:module";
import { join } from "node:path";

// Each change is tested in a new thread, which would compile a thousand modules again.
enableCompileCache(join(import.meta.dirname, "node_modules/.cache"));
