"""Walks through CodeCommit with boto3; prints what it saw as JSON."""
import json
import boto3

codecommit = boto3.client("codecommit")
seen = {}
deployment = {"repositoryName": "boto"}
codecommit.create_repository(**deployment)
first = codecommit.put_file(
    **deployment, branchName="dev", filePath="taskdef.json", fileContent=b"{}", name="Ada", email="ada@example.com"
)
made = codecommit.create_commit(
    **deployment,
    branchName="dev",
    parentCommitId=first["commitId"],
    commitMessage="Add the AppSpec",
    putFiles=[{"filePath": "infra/appspec.yaml", "fileContent": b"version: 0.0"}],
)
seen["added"] = [each["absolutePath"] for each in made["filesAdded"]]
branch = codecommit.get_branch(**deployment, branchName="dev")["branch"]
seen["tip"] = branch["commitId"] == made["commitId"]
commit = codecommit.get_commit(**deployment, commitId=branch["commitId"])["commit"]
seen["commit"] = [commit["message"], commit["parents"] == [first["commitId"]], commit["treeId"] == made["treeId"]]
author = codecommit.get_commit(**deployment, commitId=first["commitId"])["commit"]["author"]
seen["author"] = [author["name"], author["email"]]
seen["file"] = codecommit.get_file(**deployment, filePath="infra/appspec.yaml")["fileContent"].decode()
pages = codecommit.get_paginator("get_differences").paginate(
    **deployment, beforeCommitSpecifier=first["commitId"], afterCommitSpecifier="dev", PaginationConfig={"PageSize": 1}
)
seen["differences"] = [
    [each["changeType"], each["afterBlob"]["path"]] for page in pages for each in page["differences"]
]
try:
    codecommit.put_file(**deployment, branchName="dev", filePath="a", fileContent=b"1", parentCommitId=first["commitId"])
except codecommit.exceptions.ParentCommitIdOutdatedException as error:
    seen["outdated"] = error.response["Error"]["Code"]
codecommit.create_branch(**deployment, branchName="release", commitId=first["commitId"])
seen["branches"] = [
    name for page in codecommit.get_paginator("list_branches").paginate(**deployment) for name in page["branches"]
]
seen["deleted"] = codecommit.delete_branch(**deployment, branchName="release")["deletedBranch"]["branchName"]
try:
    codecommit.merge_branches_by_fast_forward(
        **deployment, sourceCommitSpecifier="dev", destinationCommitSpecifier="dev"
    )
except codecommit.exceptions.ClientError as error:
    seen["refused"] = str(error)
codecommit.delete_repository(**deployment)
try:
    codecommit.get_file(**deployment, filePath="taskdef.json")
except codecommit.exceptions.RepositoryDoesNotExistException:
    seen["gone"] = True

print(json.dumps(seen))
