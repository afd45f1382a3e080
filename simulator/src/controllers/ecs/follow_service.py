"""Deploys a service with boto3 and waits for it with botocore's own waiter, then reads what ECS says of it.

Reads {"taskDefinition"} from standard input, writes what it saw as JSON. boto3 knows the simulator only by
AWS_ENDPOINT_URL.
"""

import json
import sys

import boto3

given = json.load(sys.stdin)
ecs = boto3.client("ecs")
where = {"cluster": "main", "service": "web"}
updated = ecs.update_service(**where, taskDefinition=given["taskDefinition"])["service"]
# Polls as usual every 15 seconds; the simulator's minutes are shorter.
ecs.get_waiter("services_stable").wait(
    cluster="main", services=["web"], WaiterConfig={"Delay": 0.1, "MaxAttempts": 200}
)
deployments = ecs.list_service_deployments(**where)["serviceDeployments"]
json.dump(
    {
        "during": [deployment["status"] for deployment in updated["deployments"]],
        "statuses": [deployment["status"] for deployment in deployments],
    },
    sys.stdout,
)
