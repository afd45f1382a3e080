"""Walks with boto3 through what templates are made of; prints what it saw as JSON."""
import json
import boto3

seen = {}
ssm = boto3.client("ssm")
image = ssm.get_parameter(Name="/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64")["Parameter"]["Value"]

iam = boto3.client("iam")
trust = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
iam.create_role(RoleName="server", AssumeRolePolicyDocument=json.dumps(trust))
iam.create_instance_profile(InstanceProfileName="server")
iam.add_role_to_instance_profile(InstanceProfileName="server", RoleName="server")
iam.get_waiter("instance_profile_exists").wait(InstanceProfileName="server")
provider = iam.create_open_id_connect_provider(
    Url="https://token.actions.githubusercontent.com", ClientIDList=["sts.amazonaws.com"]
)["OpenIDConnectProviderArn"]
seen["provider"] = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=provider)["ClientIDList"]

ec2 = boto3.client("ec2")
vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
server = ec2.run_instances(
    ImageId=image,
    InstanceType="t3.micro",
    MinCount=1,
    MaxCount=1,
    SubnetId=subnet,
    UserData="#!/bin/sh\necho started\n",
    IamInstanceProfile={"Name": "server"},
    TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "server"}]}],
)["Instances"][0]["InstanceId"]
quick = {"Delay": 1, "MaxAttempts": 30}
ec2.get_waiter("instance_running").wait(InstanceIds=[server], WaiterConfig=quick)
found = boto3.resource("ec2").Instance(server)
seen["server"] = [found.private_ip_address, found.state["Name"], found.tags[0]["Value"]]
allocation = ec2.allocate_address(Domain="vpc")["AllocationId"]
nat = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=allocation)["NatGateway"]["NatGatewayId"]
ec2.get_waiter("nat_gateway_available").wait(NatGatewayIds=[nat], WaiterConfig=quick)
endpoint = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3")["VpcEndpoint"]
seen["endpoint"] = [endpoint["VpcEndpointType"], endpoint["State"]]
ec2.terminate_instances(InstanceIds=[server])
ec2.get_waiter("instance_terminated").wait(InstanceIds=[server], WaiterConfig=quick)
try:
    ec2.run_instances(ImageId="ami-0", MinCount=1, MaxCount=1)
except ec2.exceptions.ClientError as error:
    seen["refused"] = error.response["Error"]["Code"]

events = boto3.client("events")
events.put_rule(Name="pushed", EventPattern=json.dumps({"source": ["shop"], "detail": {"size": [{"anything-but": 1}]}}))
boto3.client("logs").create_log_group(logGroupName="/aws/events/pushed")
log = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/events/pushed"
events.put_targets(Rule="pushed", Targets=[{"Id": "log", "Arn": log}])
seen["put"] = events.put_events(
    Entries=[{"Source": "shop", "DetailType": "Order", "Detail": json.dumps({"size": size})} for size in (1, 2)]
)["FailedEntryCount"]

cloudwatch = boto3.client("cloudwatch")
body = {"widgets": [{"type": "text", "x": 0, "y": 0, "width": 6, "height": 3, "properties": {"markdown": "# Shop"}}]}
cloudwatch.put_dashboard(DashboardName="shop", DashboardBody=json.dumps(body))
seen["dashboard"] = json.loads(cloudwatch.get_dashboard(DashboardName="shop")["DashboardBody"]) == body
try:
    cloudwatch.put_dashboard(DashboardName="shop", DashboardBody="{}")
except cloudwatch.exceptions.ClientError as error:
    seen["invalid"] = error.response["Error"]["Code"]
try:
    cloudwatch.get_dashboard(DashboardName="no")
except cloudwatch.exceptions.ClientError as error:
    seen["absent"] = error.response["Error"]["Code"]

print(json.dumps(seen))
