import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{c as r,g as e}from"./chunk-NO3K4MGH.js";import"./chunk-WQ7ZO34R.js";import"./chunk-2TPO7FQU.js";import"./chunk-AOA6WD6K.js";import"./chunk-XVJPJHIQ.js";export{e as DescribeSecurityGroupsCommand,r as EC2Client};
