"""Walks through S3 with boto3; prints what it saw as JSON."""
import io
import json
import boto3

s3 = boto3.client("s3")
seen = {}
s3.create_bucket(Bucket="boto")
s3.get_waiter("bucket_exists").wait(Bucket="boto")
s3.put_object(Bucket="boto", Key="é/plain+text.txt", Body=b"coffee", Metadata={"team": "coffee"})
answer = s3.get_object(Bucket="boto", Key="é/plain+text.txt", ChecksumMode="ENABLED")
seen["body"] = answer["Body"].read().decode()
seen["metadata"] = answer["Metadata"]
large = bytes(9 * 1024 * 1024)
s3.put_object(Bucket="boto", Key="large", Body=large)
copy = io.BytesIO()
s3.download_fileobj("boto", "large", copy)
seen["same"] = copy.getvalue() == large
seen["keys"] = [each["Key"] for each in s3.list_objects_v2(Bucket="boto")["Contents"]]
s3.put_bucket_versioning(Bucket="boto", VersioningConfiguration={"Status": "Enabled"})
s3.delete_object(Bucket="boto", Key="large")
bucket = boto3.resource("s3").Bucket("boto")
seen["versions"] = sorted([each.key, each.id == "null"] for each in bucket.object_versions.all())
try:
    s3.delete_bucket(Bucket="boto")
except s3.exceptions.ClientError as error:
    seen["refused"] = error.response["Error"]["Code"]
try:
    s3.get_object(Bucket="boto", Key="large")
except s3.exceptions.NoSuchKey as error:
    seen["missing"] = error.response["ResponseMetadata"]["HTTPStatusCode"]
bucket.object_versions.delete()
s3.delete_bucket(Bucket="boto")
try:
    s3.head_bucket(Bucket="boto")
except s3.exceptions.ClientError as error:
    seen["gone"] = error.response["Error"]["Code"]

print(json.dumps(seen))
