"""Walks through CodeCommit, CodePipeline, Application Auto Scaling and Cloud9 with boto3; prints what it saw as JSON."""
import json
import sys
import boto3

subnet, cluster, service = sys.argv[1:4]
seen = {}

codecommit = boto3.client("codecommit")
repository = codecommit.create_repository(
    repositoryName="deployment", repositoryDescription="definitions", tags={"team": "coffee"}
)["repositoryMetadata"]
codecommit.update_repository_description(repositoryName="deployment", repositoryDescription="files")
seen["description"] = codecommit.get_repository(repositoryName="deployment")["repositoryMetadata"][
    "repositoryDescription"
]
seen["created"] = repository["creationDate"].isoformat()
seen["tags"] = codecommit.list_tags_for_resource(resourceArn=repository["Arn"])["tags"]
try:
    codecommit.get_branch(repositoryName="deployment", branchName="dev")
except codecommit.exceptions.BranchDoesNotExistException as error:
    seen["branch"] = str(error)

codepipeline = boto3.client("codepipeline")
source = {
    "name": "Definitions",
    "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "CodeCommit", "version": "1"},
    "configuration": {"RepositoryName": "deployment", "BranchName": "dev"},
    "outputArtifacts": [{"name": "SourceArtifact"}],
}
approval = {
    "name": "Approve",
    "actionTypeId": {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"},
}
pipeline = {
    "name": "delivery",
    "roleArn": boto3.client("iam").get_role(RoleName="PipelineRole")["Role"]["Arn"],
    "artifactStore": {"type": "S3", "location": "artifacts"},
    "stages": [{"name": "Source", "actions": [source]}, {"name": "Ask", "actions": [approval]}],
}
try:
    codepipeline.create_pipeline(pipeline={**pipeline, "stages": pipeline["stages"][:1]})
except codepipeline.exceptions.InvalidStructureException as error:
    seen["structure"] = error.response["Error"]["Message"]
codepipeline.create_pipeline(pipeline=pipeline)
codepipeline.disable_stage_transition(
    pipelineName="delivery", stageName="Ask", transitionType="Inbound", reason="not yet"
)
state = codepipeline.get_pipeline_state(name="delivery")
seen["transition"] = state["stageStates"][1]["inboundTransitionState"]["disabledReason"]
seen["pipelines"] = [each["name"] for page in codepipeline.get_paginator("list_pipelines").paginate() for each in page["pipelines"]]

scaling = boto3.client("application-autoscaling")
target = {
    "ServiceNamespace": "ecs",
    "ScalableDimension": "ecs:service:DesiredCount",
    "ResourceId": f"service/{cluster}/{service}",
}
scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=3)
scaling.put_scaling_policy(
    **target,
    PolicyName="cpu",
    PolicyType="TargetTrackingScaling",
    TargetTrackingScalingPolicyConfiguration={
        "TargetValue": 60.0,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
    },
)
seen["policies"] = [
    each["PolicyName"]
    for page in scaling.get_paginator("describe_scaling_policies").paginate(ServiceNamespace="ecs")
    for each in page["ScalingPolicies"]
]
scaling.deregister_scalable_target(**target)
try:
    scaling.deregister_scalable_target(**target)
except scaling.exceptions.ObjectNotFoundException as error:
    seen["target"] = error.response["Error"]["Code"]

cloud9 = boto3.client("cloud9")
environment = cloud9.create_environment_ec2(
    name="MicroservicesIDE", instanceType="t3.small", imageId="amazonlinux-2023-x86_64", subnetId=subnet
)["environmentId"]
described = cloud9.describe_environments(environmentIds=[environment])["environments"][0]
seen["environment"] = [described["name"], described["type"], described["lifecycle"]["status"]]
cloud9.delete_environment(environmentId=environment)
try:
    cloud9.describe_environments(environmentIds=[environment])
except cloud9.exceptions.NotFoundException as error:
    seen["gone"] = error.response["Error"]["Code"]

print(json.dumps(seen))
