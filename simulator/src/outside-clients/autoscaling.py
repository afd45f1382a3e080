"""Has a service scaled by its range and by a target with boto3; prints what it saw as JSON."""
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

tracking = scaling.put_scaling_policy(
    **target,
    PolicyName="cpu",
    PolicyType="TargetTrackingScaling",
    TargetTrackingScalingPolicyConfiguration={
        "TargetValue": 60.0,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
        "ScaleInCooldown": 0,
        "ScaleOutCooldown": 0,
    },
)
upper, lower = [alarm["AlarmName"] for alarm in tracking["Alarms"]]
alarms = cloudwatch.describe_alarms(AlarmNames=[upper, lower])["MetricAlarms"]
seen["alarms"] = [[each["Threshold"], each["EvaluationPeriods"]] for each in alarms]


def drill():
    cloudwatch.set_alarm_state(AlarmName=upper, StateValue="OK", StateReason="a drill")
    cloudwatch.set_alarm_state(AlarmName=upper, StateValue="ALARM", StateReason="a drill")


drill()
until(desired, lambda count: count == 3)
drill()
skipped = until(
    lambda: activities(IncludeNotScaledActivities=True),
    lambda all: any("NotScaledReasons" in each for each in all),
)
seen["skipped"] = [each["NotScaledReasons"] for each in skipped if "NotScaledReasons" in each]
done = until(activities, lambda all: all[0]["StatusCode"] == "Successful")
named = lambda cause: cause.replace(upper, "the upper alarm").replace(lower, "the lower alarm")
seen["activities"] = [[each["Description"], named(each["Cause"]), each.get("StatusMessage")] for each in done]
seen["ended"] = isinstance(done[0]["EndTime"], datetime.datetime)
until(desired, lambda count: count == 2)
seen["by"] = named(activities()[0]["Cause"])

scaling.deregister_scalable_target(**target)
seen["left"] = cloudwatch.describe_alarms()["MetricAlarms"]

print(json.dumps(seen))
