"""Walks through ECR with boto3; prints what it saw as JSON."""
import json
import boto3

ecr = boto3.client("ecr")
seen = {}

repository = ecr.create_repository(
    repositoryName="boto",
    imageTagMutability="IMMUTABLE",
    imageScanningConfiguration={"scanOnPush": True},
    encryptionConfiguration={"encryptionType": "KMS", "kmsKey": "alias/boto"},
    tags=[{"Key": "team", "Value": "coffee"}],
)["repository"]
seen["uri"] = repository["repositoryUri"]
seen["described"] = ecr.describe_repositories(repositoryNames=["boto"])["repositories"][0]["encryptionConfiguration"]
seen["tags"] = ecr.list_tags_for_resource(resourceArn=repository["repositoryArn"])["tags"]
try:
    ecr.create_repository(repositoryName="boto")
except ecr.exceptions.RepositoryAlreadyExistsException as error:
    seen["refused"] = str(error)
try:
    ecr.describe_repositories(registryId="210987654321", repositoryNames=["theirs"])
except ecr.exceptions.ClientError as error:
    seen["denied"] = error.response["Error"]["Code"]
try:
    ecr.describe_repositories(registryId="210987654321", repositoryNames=["nobody"])
except ecr.exceptions.RepositoryNotFoundException as error:
    seen["missing"] = str(error)
ecr.delete_repository(repositoryName="boto", force=True)

print(json.dumps(seen))
