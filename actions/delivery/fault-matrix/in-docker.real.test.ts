import { playMatrix } from "./support/matrix.ts";
import { rowsInContainers } from "./support/rows.ts";

// One engine shows what containers add; the other engines are tested with processes.
playMatrix("native", "docker", rowsInContainers);
