"""The same calls as ../src/bin/minimal.rs makes, with boto3: one item and the named secrets at first, one item an event.

They are made when the first event comes, as most functions do it, or while the function starts, where COLD_START_WARM
says so.
"""

import os

import boto3

table = boto3.client("dynamodb")
vault = boto3.client("secretsmanager")
secrets = []


def item():
    nothing = {"S": "nothing"}
    return table.get_item(TableName=os.environ["REGRANT_TABLE"], Key={"pk": nothing, "sk": nothing})


def read_secrets():
    for name in os.environ["COLD_START_SECRETS"].split(","):
        secrets.append(vault.get_secret_value(SecretId=name))


if os.environ.get("COLD_START_WARM"):
    item()
    read_secrets()


def handler(event, context):
    if not secrets:
        read_secrets()
    item()
    return {"statusCode": 200, "body": "fine"}
