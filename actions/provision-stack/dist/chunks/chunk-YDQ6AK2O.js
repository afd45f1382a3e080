import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
import{Ca as t,Db as e,Fb as r,Gb as m,Hb as s,Ib as i}from"./chunk-BEF75NOJ.js";var o=class extends m(s,i,"ListStackResources",e){};var u=t(r,o,"NextToken","NextToken","");export{u as a};
