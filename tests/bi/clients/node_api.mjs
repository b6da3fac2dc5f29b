// Node's @duckdb/node-api: answers each question from standard input with its rows.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.env.OKRA_BI_MODULES + "/");
const { DuckDBInstance, DuckDBDateValue, DuckDBDecimalValue, DuckDBMapValue, DuckDBListValue,
  DuckDBTimestampTZValue, version } = require("@duckdb/node-api");

function plain(value) {
  if (value instanceof DuckDBDecimalValue || value instanceof DuckDBDateValue) return value.toString();
  if (value instanceof DuckDBTimestampTZValue) return new Date(Number(value.micros / 1000n)).toISOString();
  if (value instanceof DuckDBMapValue) return Object.fromEntries(value.entries.map(({ key, value }) => [key, value]));
  if (value instanceof DuckDBListValue) return value.items;
  if (typeof value === "bigint") return Number(value);
  return value;
}

const instance = await DuckDBInstance.create(process.argv[2], { access_mode: "READ_ONLY" });
const connection = await instance.connect();
const answers = { version: version() };
for (const [name, question] of Object.entries(JSON.parse(readFileSync(0, "utf-8")))) {
  const reader = await connection.runAndReadAll(question);
  answers[name] = reader.getRows().map((row) => row.map(plain));
}
console.log(JSON.stringify(answers));
