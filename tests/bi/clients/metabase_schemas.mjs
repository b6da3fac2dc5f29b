// Metabase's own schemas: how many files of an export's folder, which standard input names, pass and fail.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const place = `${process.env.OKRA_BI_MODULES}/@metabase/representations/dist/src/index.js`;
const { validateSchema } = await import(pathToFileURL(place));
const { folder } = JSON.parse(readFileSync(0, "utf8"));
const { results, passed, failed } = validateSchema({ folder });
const faults = results.filter((result) => result.status === "fail");
process.stdout.write(JSON.stringify({ passed, failed, faults }));
