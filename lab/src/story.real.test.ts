import { describeRehearsal, describeTakenPort } from "./story.support.ts";

describeRehearsal("process");
describeTakenPort();
