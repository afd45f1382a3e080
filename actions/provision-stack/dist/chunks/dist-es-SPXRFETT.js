import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{b as e,f as t}from"./chunk-U6X5SOGO.js";import"./chunk-WQ7ZO34R.js";import{Ba as r}from"./chunk-2TPO7FQU.js";import"./chunk-AOA6WD6K.js";import"./chunk-XVJPJHIQ.js";var a=r(e,t,"Marker","Marker","MaxRecords");export{e as RDSClient,a as paginateDescribeDBInstances};
