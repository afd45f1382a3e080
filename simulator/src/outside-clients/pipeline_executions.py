"""Drives a pipeline with boto3 from its creation to its end; prints what it saw as JSON."""
import json
import sys
import time
import boto3
from botocore.exceptions import ClientError

pipeline = json.loads(sys.argv[1])
name = pipeline["name"]
seen = {}
codepipeline = boto3.client("codepipeline")


def state():
    return codepipeline.get_pipeline_state(name=name)["stageStates"]


def wait_for_token():
    while True:
        latest = state()[1]["actionStates"][0].get("latestExecution", {})
        if "token" in latest:
            return latest["token"]
        time.sleep(0.05)


def wait_for(execution, *statuses):
    while True:
        found = codepipeline.get_pipeline_execution(pipelineName=name, pipelineExecutionId=execution)
        if found["pipelineExecution"]["status"] in statuses:
            return found["pipelineExecution"]["status"]
        time.sleep(0.05)


def answer(status):
    return codepipeline.put_approval_result(
        pipelineName=name,
        stageName="Ask",
        actionName="Approve",
        result={"status": status, "summary": f"{status} by boto3"},
        token=wait_for_token(),
    )


codepipeline.create_pipeline(pipeline=pipeline)
first = codepipeline.list_pipeline_executions(pipelineName=name)["pipelineExecutionSummaries"][0]["pipelineExecutionId"]
answer("Rejected")
seen["rejected"] = wait_for(first, "Failed", "Succeeded")
codepipeline.retry_stage_execution(
    pipelineName=name, stageName="Ask", pipelineExecutionId=first, retryMode="FAILED_ACTIONS"
)
seen["approved"] = answer("Approved")["approvedAt"].isoformat()
seen["retried"] = wait_for(first, "Failed", "Succeeded")

second = codepipeline.start_pipeline_execution(name=name, clientRequestToken="boto3-starts-once")["pipelineExecutionId"]
again = codepipeline.start_pipeline_execution(name=name, clientRequestToken="boto3-starts-once")["pipelineExecutionId"]
seen["once"] = second == again
wait_for_token()
codepipeline.stop_pipeline_execution(pipelineName=name, pipelineExecutionId=second, abandon=True, reason="enough")
seen["stopped"] = wait_for(second, "Stopped")
try:
    codepipeline.stop_pipeline_execution(pipelineName=name, pipelineExecutionId=second)
except codepipeline.exceptions.PipelineExecutionNotStoppableException as error:
    seen["again"] = error.response["Error"]["Code"]

pages = codepipeline.get_paginator("list_action_executions").paginate(
    pipelineName=name, filter={"pipelineExecutionId": first}, PaginationConfig={"PageSize": 2}
)
seen["actions"] = [
    [each["actionName"], each["status"]] for page in pages for each in page["actionExecutionDetails"]
]
executions = codepipeline.get_paginator("list_pipeline_executions").paginate(pipelineName=name)
seen["executions"] = [
    [each["status"], each["trigger"]["triggerType"]] for page in executions for each in page["pipelineExecutionSummaries"]
]
codepipeline.delete_pipeline(name=name)
try:
    codepipeline.get_pipeline_state(name=name)
except ClientError as error:
    seen["gone"] = error.response["Error"]["Code"]

print(json.dumps(seen))
