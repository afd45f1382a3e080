"""Has a service scaled by steps and by a target with boto3; prints what it saw as JSON."""
import datetime
import json
import sys
import time
import boto3

cluster, service = sys.argv[1:3]
seen = {}
scaling = boto3.client("application-autoscaling")
cloudwatch = boto3.client("cloudwatch")
ecs = boto3.client("ecs")
target = {
    "ServiceNamespace": "ecs",
    "ScalableDimension": "ecs:service:DesiredCount",
    "ResourceId": f"service/{cluster}/{service}",
}


def until(read, wanted):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = read()
        if wanted(found):
            return found
        time.sleep(0.05)
    raise TimeoutError(f"still {found}")


def desired():
    return ecs.describe_services(cluster=cluster, services=[service])["services"][0]["desiredCount"]


def activities(**more):
    pages = scaling.get_paginator("describe_scaling_activities").paginate(**target, **more)
    return [activity for page in pages for activity in page["ScalingActivities"]]


scaling.register_scalable_target(**target, MinCapacity=2, MaxCapacity=3)
until(desired, lambda count: count == 2)

policy = scaling.put_scaling_policy(
    **target,
    PolicyName="queue",
    PolicyType="StepScaling",
    StepScalingPolicyConfiguration={
        "AdjustmentType": "ChangeInCapacity",
        "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
        "Cooldown": 0,
    },
)
cloudwatch.put_metric_alarm(
    AlarmName="queue",
    AlarmActions=[policy["PolicyARN"]],
    Namespace="Shop",
    MetricName="Queue",
    Statistic="Maximum",
    Period=60,
    EvaluationPeriods=1,
    Threshold=10,
    ComparisonOperator="GreaterThanThreshold",
    TreatMissingData="ignore",
)
cloudwatch.set_alarm_state(
    AlarmName="queue",
    StateValue="ALARM",
    StateReason="a drill",
    StateReasonData=json.dumps({"version": "1.0", "recentDatapoints": [11.0]}),
)
until(desired, lambda count: count == 3)
skipped = until(
    lambda: activities(IncludeNotScaledActivities=True),
    lambda all: any("NotScaledReasons" in each for each in all),
)
seen["skipped"] = [each["NotScaledReasons"] for each in skipped if "NotScaledReasons" in each]
done = until(activities, lambda all: all[0]["StatusCode"] == "Successful")
seen["activities"] = [[each["Description"], each["Cause"], each.get("StatusMessage")] for each in done]
seen["ended"] = isinstance(done[0]["EndTime"], datetime.datetime)
cloudwatch.delete_alarms(AlarmNames=["queue"])

tracking = scaling.put_scaling_policy(
    **target,
    PolicyName="cpu",
    PolicyType="TargetTrackingScaling",
    TargetTrackingScalingPolicyConfiguration={
        "TargetValue": 60.0,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
        "ScaleInCooldown": 0,
    },
)
names = [alarm["AlarmName"] for alarm in tracking["Alarms"]]
alarms = cloudwatch.describe_alarms(AlarmNames=names)["MetricAlarms"]
seen["alarms"] = [[each["Threshold"], each["EvaluationPeriods"]] for each in alarms]
until(desired, lambda count: count == 2)
seen["by"] = activities()[0]["Cause"].replace(names[1], "the lower alarm")

scaling.deregister_scalable_target(**target)
seen["left"] = cloudwatch.describe_alarms()["MetricAlarms"]

print(json.dumps(seen))
