import { playMatrix } from "./matrix.ts";

playMatrix("rolling", "process");
