// A Node program that keeps the file open: for each line on standard input it queries again, or reopens the file.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(process.env.OKRA_BI_MODULES + "/");
const { DuckDBInstance } = require("@duckdb/node-api");

async function opened() {
  const instance = await DuckDBInstance.create(process.argv[2], { access_mode: "READ_ONLY" });
  return { instance, connection: await instance.connect() };
}

let { instance, connection } = await opened();
for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === "renew") {
    connection.closeSync();
    instance.closeSync();
    ({ instance, connection } = await opened());
  }
  const reader = await connection.runAndReadAll("select name from company");
  console.log(JSON.stringify(reader.getRows()[0][0]));
}
