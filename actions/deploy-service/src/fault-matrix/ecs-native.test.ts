import { playMatrix } from "./matrix.ts";

playMatrix("native", "process");
