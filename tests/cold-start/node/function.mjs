// The same as ../src/bin/minimal.rs, with the AWS SDK v3: one item and the named secrets while it starts, one item an
// event. The loop over the Runtime API is written out, since the one that AWS uses is not published.

import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

const table = new DynamoDBClient({});
const vault = new SecretsManagerClient({});
const nothing = { S: "nothing" };
const item = () =>
  table.send(new GetItemCommand({ TableName: process.env.REGRANT_TABLE, Key: { pk: nothing, sk: nothing } }));

const secrets = async () => {
  for (const SecretId of process.env.COLD_START_SECRETS.split(",")) {
    await vault.send(new GetSecretValueCommand({ SecretId }));
  }
};
await Promise.all([item(), secrets()]);

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;
for (;;) {
  const next = await fetch(`${api}/next`);
  await next.json();
  await item();
  const id = next.headers.get("lambda-runtime-aws-request-id");
  const answered = await fetch(`${api}/${id}/response`, {
    method: "POST",
    body: JSON.stringify({ statusCode: 200, body: "fine" }),
  });
  await answered.arrayBuffer();
}
