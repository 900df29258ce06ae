import { Model, setValidateFunc, createTypeMetaGuard } from "@kubernetes-models/base";
import { validate } from "../../_schemas/LonghornIoV1beta2RecurringJob";
/**
 * RecurringJob is where Longhorn stores recurring job object.
 */
export class RecurringJob extends Model {
    "apiVersion";
    "kind";
    "metadata";
    "spec";
    "status";
    static apiVersion = "longhorn.io/v1beta2";
    static kind = "RecurringJob";
    static is = createTypeMetaGuard(RecurringJob);
    constructor(data) {
        super();
        this.setDefinedProps({
            apiVersion: RecurringJob.apiVersion,
            kind: RecurringJob.kind,
            ...data
        });
    }
}
setValidateFunc(RecurringJob, validate);
