// Scans orgs with Okta's Node SDK: the calls that Regrant makes, at a given concurrency.
//
// Usage: node scan.mjs ORGS CONCURRENCY, where ORGS is a file with one "URL<TAB>TOKEN" a line. Prints one JSON object.

import dns from "node:dns";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// Names below localhost lead to this machine, as in browsers and in Regrant (RFC 6761 section 6.3).
const lookup = dns.lookup;
dns.lookup = (host, options, done) => lookup(host.endsWith(".localhost") ? "127.0.0.1" : host, options, done);

const require = createRequire(process.env.REGRANT_NODE_MODULES ? `${process.env.REGRANT_NODE_MODULES}/` : import.meta.url);
const { Client } = require("@okta/okta-sdk-nodejs");

let calls = 0;
const failures = {};

async function call(result) {
  calls += 1;
  try {
    return await result();
  } catch (error) {
    failures[error.name] = (failures[error.name] ?? 0) + 1;
    return undefined;
  }
}

async function collected(collection) {
  const items = [];
  await collection.each((item) => { items.push(item); });
  return items;
}

async function scan(url, token) {
  const client = new Client({ orgUrl: url, token, testing: { disableHttpsCheck: true } });
  const list = () => client.applicationApi.listApplications({ filter: 'name eq "office365"', limit: 200 });
  const apps = (await call(async () => collected(await list()))) ?? [];
  const logs = () => client.systemLogApi.listLogEvents({ since: new Date("2026-01-01T00:00:00Z"), limit: 100 });
  // One page, as Regrant reads it when nothing is new.
  await call(async () => (await logs()).getNextPage());
  for (const app of apps) {
    const connections = client.applicationApi;
    const connection = await call(() => connections.getDefaultProvisioningConnectionForApplication({ appId: app.id }));
    if (connection?.authScheme !== "OAUTH2") {
      await call(async () => collected(await client.applicationApi.listFeaturesForApplication({ appId: app.id })));
    }
  }
  return apps.length;
}

const orgs = readFileSync(process.argv[2], "utf8").split("\n").filter(Boolean).map((line) => line.split("\t"));
let [next, apps] = [0, 0];
async function worker() {
  while (next < orgs.length) {
    const [url, token] = orgs[next++];
    const seen = await scan(url, token);
    apps += seen;
  }
}
await Promise.all(Array.from({ length: Number(process.argv[3]) }, worker));
console.log(JSON.stringify({ orgs: orgs.length, apps, calls, failures }));
