import { playMatrix } from "./matrix.ts";

playMatrix("codedeploy", "process");
