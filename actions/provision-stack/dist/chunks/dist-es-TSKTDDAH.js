import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{a as m}from"./chunk-H6CM7KGS.js";import{t as e}from"./chunk-OKLIUJYP.js";import"./chunk-JNNVLM74.js";import"./chunk-UUNNCOMD.js";import"./chunk-WQ7ZO34R.js";import"./chunk-2TPO7FQU.js";import"./chunk-AOA6WD6K.js";import"./chunk-XVJPJHIQ.js";export{m as HeadBucketCommand,e as S3Client};
