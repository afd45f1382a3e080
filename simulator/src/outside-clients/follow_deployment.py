"""Follows a deployment with boto3 from create to Succeeded, then reads target health and the tasks' log.

Reads {"appSpec", "targetGroup"} from standard input, writes what it saw as JSON. boto3 knows the simulator only by
AWS_ENDPOINT_URL.
"""

import hashlib
import json
import sys
import time

import boto3

given = json.load(sys.stdin)
codedeploy = boto3.client("codedeploy")
content = json.dumps(given["appSpec"])
deployment_id = codedeploy.create_deployment(
    applicationName="outside",
    deploymentGroupName="web",
    revision={
        "revisionType": "AppSpecContent",
        "appSpecContent": {"content": content, "sha256": hashlib.sha256(content.encode()).hexdigest()},
    },
)["deploymentId"]

statuses = []
while not statuses or statuses[-1] not in ("Succeeded", "Failed", "Stopped"):
    status = codedeploy.get_deployment(deploymentId=deployment_id)["deploymentInfo"]["status"]
    if not statuses or statuses[-1] != status:
        statuses.append(status)
    time.sleep(0.1)

health = boto3.client("elbv2").describe_target_health(TargetGroupArn=given["targetGroup"])
events = boto3.client("logs").filter_log_events(logGroupName="web")["events"]
json.dump(
    {
        "deploymentId": deployment_id,
        "statuses": statuses,
        "health": [target["TargetHealth"]["State"] for target in health["TargetHealthDescriptions"]],
        "log": [event["message"] for event in events],
    },
    sys.stdout,
)
