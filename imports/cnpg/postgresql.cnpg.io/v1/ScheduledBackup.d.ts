import { IObjectMeta } from "@kubernetes-models/apimachinery/apis/meta/v1/ObjectMeta";
import { Model, ModelData } from "@kubernetes-models/base";
export interface IScheduledBackup {
    "apiVersion": "postgresql.cnpg.io/v1";
    "kind": "ScheduledBackup";
    "metadata": IObjectMeta;
    "spec": {
        "backupOwnerReference"?: "none" | "self" | "cluster";
        "cluster": {
            "name": string;
        };
        "immediate"?: boolean;
        "method"?: "barmanObjectStore" | "volumeSnapshot" | "plugin";
        "online"?: boolean;
        "onlineConfiguration"?: {
            "immediateCheckpoint"?: boolean;
            "waitForArchive"?: boolean;
        };
        "pluginConfiguration"?: {
            "name": string;
            "parameters"?: {
                [key: string]: string;
            };
        };
        "schedule": string;
        "suspend"?: boolean;
        "target"?: "primary" | "prefer-standby";
    };
    "status"?: {
        "error"?: string;
        "lastCheckTime"?: string;
        "lastScheduleTime"?: string;
        "nextScheduleTime"?: string;
    };
}
export declare class ScheduledBackup extends Model<IScheduledBackup> implements IScheduledBackup {
    "apiVersion": IScheduledBackup["apiVersion"];
    "kind": IScheduledBackup["kind"];
    "metadata": IScheduledBackup["metadata"];
    "spec": IScheduledBackup["spec"];
    "status"?: IScheduledBackup["status"];
    static apiVersion: IScheduledBackup["apiVersion"];
    static kind: IScheduledBackup["kind"];
    static is: import("@kubernetes-models/base").TypeMetaGuard<IScheduledBackup>;
    constructor(data?: ModelData<IScheduledBackup>);
}
