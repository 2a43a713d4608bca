"""The same as ../src/bin/minimal.rs, with boto3: one item and the named secrets while it starts, one item an event."""

import os

import boto3

table = boto3.client("dynamodb")
vault = boto3.client("secretsmanager")


def item():
    nothing = {"S": "nothing"}
    return table.get_item(TableName=os.environ["REGRANT_TABLE"], Key={"pk": nothing, "sk": nothing})


item()
for secret in os.environ["COLD_START_SECRETS"].split(","):
    vault.get_secret_value(SecretId=secret)


def handler(event, context):
    item()
    return {"statusCode": 200, "body": "fine"}
