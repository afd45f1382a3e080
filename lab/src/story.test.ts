import { describeRehearsal, describeTakenPort } from "./story-for-tests.ts";

describeRehearsal("process");
describeTakenPort();
