"""Deploys a service with boto3 and waits for it with botocore's own waiter, then reads what ECS says of it.

Reads {"taskDefinition"} from standard input, writes what it saw as JSON. boto3 knows the simulator only by
AWS_ENDPOINT_URL.
"""

import json
import sys
import time

import boto3

given = json.load(sys.stdin)
ecs = boto3.client("ecs")
where = {"cluster": "main", "service": "web"}
updated = ecs.update_service(**where, taskDefinition=given["taskDefinition"])["service"]
# Polls as usual every 15 seconds; the simulator's minutes are shorter.
ecs.get_waiter("services_stable").wait(
    cluster="main", services=["web"], WaiterConfig={"Delay": 0.1, "MaxAttempts": 200}
)
# Stable is when the old tasks are gone; the deployment itself ends when ECS has seen that, a moment later.
while True:
    deployments = ecs.list_service_deployments(**where)["serviceDeployments"]
    if all(deployment["status"] not in ("PENDING", "IN_PROGRESS") for deployment in deployments):
        break
    time.sleep(0.1)
json.dump(
    {
        "during": [deployment["status"] for deployment in updated["deployments"]],
        "statuses": [deployment["status"] for deployment in deployments],
    },
    sys.stdout,
)
