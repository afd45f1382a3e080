import { type TypeRow, type TypeRows, text } from "./row.ts";

const settings: TypeRow = { free: "settings of a database; its instance is billed" };

/** Amazon RDS, Amazon S3 and other services that keep data. */
export const storage: TypeRows = {
  "AWS::DynamoDB::Table": { card: { service: "Amazon DynamoDB", plural: "tables" }, held: "its items" },
  "AWS::EFS::FileSystem": { card: { service: "Amazon EFS", plural: "file systems" }, held: "its files" },
  "AWS::RDS::DBCluster": {
    card: { service: "Amazon RDS" },
    held: "its data",
    deletionPolicy: "Snapshot",
    hasEngine: true,
  },
  "AWS::RDS::DBInstance": {
    card: {
      service: "Amazon RDS",
      details: ({ Engine, EngineVersion }) => `${text(Engine)} ${text(EngineVersion)}`,
      title: ({ DBInstanceIdentifier }) => text(DBInstanceIdentifier),
    },
    bill: "database",
    name: { property: "DBInstanceIdentifier", find: "database", importable: true },
    held: "its data",
    deletionPolicy: "Snapshot",
    hasEngine: true,
    inspect: "databases",
  },
  "AWS::RDS::DBParameterGroup": settings,
  "AWS::RDS::DBSubnetGroup": {
    ...settings,
    name: { property: "DBSubnetGroupName", find: "subnetGroup", importable: true },
  },
  "AWS::RDS::OptionGroup": settings,
  "AWS::S3::Bucket": {
    card: { service: "Amazon S3", plural: "buckets" },
    bill: "bucket",
    name: { property: "BucketName", find: "bucket", importable: true },
    held: "its objects",
    inspect: "buckets",
  },
  "AWS::S3::BucketPolicy": { free: "policies are free" },
};
