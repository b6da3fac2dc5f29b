// Evidence's DuckDB connector: answers each question from standard input with its rows and their types.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname } from "node:path";

const require = createRequire(process.env.OKRA_BI_MODULES + "/");
const { getRunner } = require("@evidence-dev/duckdb");

// as in a project, the file's path is relative to the source's folder
const ask = await getRunner({ filename: basename(process.argv[2]) }, dirname(process.argv[2]));
const answers = {};
for (const [name, question] of Object.entries(JSON.parse(readFileSync(0, "utf-8")))) {
  const { rows, columnTypes } = await ask(question, `${name}.sql`);
  const found = [];
  for await (const batch of rows()) found.push(...batch);
  answers[name] = {
    rows: found,
    types: Object.fromEntries(columnTypes.map((column) => [column.name, column.evidenceType])),
  };
}
console.log(JSON.stringify(answers));
