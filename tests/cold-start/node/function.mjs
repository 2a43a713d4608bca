// The same calls as ../src/bin/minimal.rs makes, with the AWS SDK v3: one item and the named secrets at first, one item an
// event. They are made when the first event comes, as most functions do it, or while the function starts, where
// COLD_START_WARM says so. The loop over the Runtime API is written out, since the one that AWS uses is not published.

import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

const table = new DynamoDBClient({});
const vault = new SecretsManagerClient({});
const nothing = { S: "nothing" };
const item = () =>
  table.send(new GetItemCommand({ TableName: process.env.REGRANT_TABLE, Key: { pk: nothing, sk: nothing } }));

const secrets = [];
const readSecrets = async () => {
  for (const SecretId of process.env.COLD_START_SECRETS.split(",")) {
    secrets.push(await vault.send(new GetSecretValueCommand({ SecretId })));
  }
};
if (process.env.COLD_START_WARM) {
  await Promise.all([item(), readSecrets()]);
}

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;
for (;;) {
  const next = await fetch(`${api}/next`);
  await next.json();
  if (secrets.length === 0) {
    await readSecrets();
  }
  await item();
  const id = next.headers.get("lambda-runtime-aws-request-id");
  const answered = await fetch(`${api}/${id}/response`, {
    method: "POST",
    body: JSON.stringify({ statusCode: 200, body: "fine" }),
  });
  await answered.arrayBuffer();
}
