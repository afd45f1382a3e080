import { playMatrix } from "./support/matrix.ts";

playMatrix("native", "process");
