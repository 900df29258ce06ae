import { IObjectMeta } from "@kubernetes-models/apimachinery/apis/meta/v1/ObjectMeta";
import { Model, ModelData } from "@kubernetes-models/base";
export interface IObjectStore {
    "apiVersion": "barmancloud.cnpg.io/v1";
    "kind": "ObjectStore";
    "metadata": IObjectMeta;
    "spec": {
        "configuration": {
            "azureCredentials"?: {
                "connectionString"?: {
                    "key": string;
                    "name": string;
                };
                "inheritFromAzureAD"?: boolean;
                "storageAccount"?: {
                    "key": string;
                    "name": string;
                };
                "storageKey"?: {
                    "key": string;
                    "name": string;
                };
                "storageSasToken"?: {
                    "key": string;
                    "name": string;
                };
                "useDefaultAzureCredentials"?: boolean;
            };
            "data"?: {
                "additionalCommandArgs"?: Array<string>;
                "compression"?: "bzip2" | "gzip" | "lz4" | "snappy";
                "encryption"?: "AES256" | "aws:kms";
                "immediateCheckpoint"?: boolean;
                "jobs"?: number;
                "restoreAdditionalCommandArgs"?: Array<string>;
            };
            "destinationPath": string;
            "endpointCA"?: {
                "key": string;
                "name": string;
            };
            "endpointURL"?: string;
            "googleCredentials"?: {
                "applicationCredentials"?: {
                    "key": string;
                    "name": string;
                };
                "gkeEnvironment"?: boolean;
            };
            "historyTags"?: {
                [key: string]: string;
            };
            "s3Credentials"?: {
                "accessKeyId"?: {
                    "key": string;
                    "name": string;
                };
                "inheritFromIAMRole"?: boolean;
                "region"?: {
                    "key": string;
                    "name": string;
                };
                "secretAccessKey"?: {
                    "key": string;
                    "name": string;
                };
                "sessionToken"?: {
                    "key": string;
                    "name": string;
                };
            };
            "serverName"?: string;
            "tags"?: {
                [key: string]: string;
            };
            "wal"?: {
                "archiveAdditionalCommandArgs"?: Array<string>;
                "compression"?: "bzip2" | "gzip" | "lz4" | "snappy" | "xz" | "zstd";
                "encryption"?: "AES256" | "aws:kms";
                "maxParallel"?: number;
                "restoreAdditionalCommandArgs"?: Array<string>;
            };
        };
        "instanceSidecarConfiguration"?: {
            "additionalContainerArgs"?: Array<string>;
            "env"?: Array<{
                "name": string;
                "value"?: string;
                "valueFrom"?: {
                    "configMapKeyRef"?: {
                        "key": string;
                        "name"?: string;
                        "optional"?: boolean;
                    };
                    "fieldRef"?: {
                        "apiVersion"?: string;
                        "fieldPath": string;
                    };
                    "fileKeyRef"?: {
                        "key": string;
                        "optional"?: boolean;
                        "path": string;
                        "volumeName": string;
                    };
                    "resourceFieldRef"?: {
                        "containerName"?: string;
                        "divisor"?: number | string;
                        "resource": string;
                    };
                    "secretKeyRef"?: {
                        "key": string;
                        "name"?: string;
                        "optional"?: boolean;
                    };
                };
            }>;
            "logLevel"?: "error" | "warning" | "info" | "debug" | "trace";
            "resources"?: {
                "claims"?: Array<{
                    "name": string;
                    "request"?: string;
                }>;
                "limits"?: {
                    [key: string]: number | string;
                };
                "requests"?: {
                    [key: string]: number | string;
                };
            };
            "retentionPolicyIntervalSeconds"?: number;
        };
        "retentionPolicy"?: string;
    };
    "status"?: {
        "serverRecoveryWindow"?: {
            [key: string]: {
                "firstRecoverabilityPoint"?: string;
                "lastFailedBackupTime"?: string;
                "lastSuccessfulBackupTime"?: string;
            };
        };
    };
}
export declare class ObjectStore extends Model<IObjectStore> implements IObjectStore {
    "apiVersion": IObjectStore["apiVersion"];
    "kind": IObjectStore["kind"];
    "metadata": IObjectStore["metadata"];
    "spec": IObjectStore["spec"];
    "status"?: IObjectStore["status"];
    static apiVersion: IObjectStore["apiVersion"];
    static kind: IObjectStore["kind"];
    static is: import("@kubernetes-models/base").TypeMetaGuard<IObjectStore>;
    constructor(data?: ModelData<IObjectStore>);
}
