import { playMatrix } from "./matrix.ts";
import { rowsAboutTasks } from "./rows.ts";

playMatrix("rolling", "docker", rowsAboutTasks);
