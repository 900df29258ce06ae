import { IObjectMeta } from "@kubernetes-models/apimachinery/apis/meta/v1/ObjectMeta";
import { Model, ModelData } from "@kubernetes-models/base";
export interface IDatabase {
    "apiVersion": "postgresql.cnpg.io/v1";
    "kind": "Database";
    "metadata": IObjectMeta;
    "spec": {
        "allowConnections"?: boolean;
        "builtinLocale"?: string;
        "cluster": {
            "name"?: string;
        };
        "collationVersion"?: string;
        "connectionLimit"?: number;
        "databaseReclaimPolicy"?: "delete" | "retain";
        "encoding"?: string;
        "ensure"?: "present" | "absent";
        "extensions"?: Array<{
            "ensure"?: "present" | "absent";
            "name": string;
            "schema"?: string;
            "version"?: string;
        }>;
        "fdws"?: Array<{
            "ensure"?: "present" | "absent";
            "handler"?: string;
            "name": string;
            "options"?: Array<{
                "ensure"?: "present" | "absent";
                "name": string;
                "value": string;
            }>;
            "owner"?: string;
            "usage"?: Array<{
                "name": string;
                "type"?: "grant" | "revoke";
            }>;
            "validator"?: string;
        }>;
        "icuLocale"?: string;
        "icuRules"?: string;
        "isTemplate"?: boolean;
        "locale"?: string;
        "localeCType"?: string;
        "localeCollate"?: string;
        "localeProvider"?: string;
        "name": string;
        "owner": string;
        "schemas"?: Array<{
            "ensure"?: "present" | "absent";
            "name": string;
            "owner"?: string;
        }>;
        "servers"?: Array<{
            "ensure"?: "present" | "absent";
            "fdw": string;
            "name": string;
            "options"?: Array<{
                "ensure"?: "present" | "absent";
                "name": string;
                "value": string;
            }>;
            "usage"?: Array<{
                "name": string;
                "type"?: "grant" | "revoke";
            }>;
        }>;
        "tablespace"?: string;
        "template"?: string;
    };
    "status"?: {
        "applied"?: boolean;
        "extensions"?: Array<{
            "applied": boolean;
            "message"?: string;
            "name": string;
        }>;
        "fdws"?: Array<{
            "applied": boolean;
            "message"?: string;
            "name": string;
        }>;
        "message"?: string;
        "observedGeneration"?: number;
        "schemas"?: Array<{
            "applied": boolean;
            "message"?: string;
            "name": string;
        }>;
        "servers"?: Array<{
            "applied": boolean;
            "message"?: string;
            "name": string;
        }>;
    };
}
export declare class Database extends Model<IDatabase> implements IDatabase {
    "apiVersion": IDatabase["apiVersion"];
    "kind": IDatabase["kind"];
    "metadata": IDatabase["metadata"];
    "spec": IDatabase["spec"];
    "status"?: IDatabase["status"];
    static apiVersion: IDatabase["apiVersion"];
    static kind: IDatabase["kind"];
    static is: import("@kubernetes-models/base").TypeMetaGuard<IDatabase>;
    constructor(data?: ModelData<IDatabase>);
}
