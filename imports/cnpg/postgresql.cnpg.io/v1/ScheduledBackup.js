import { Model, setValidateFunc, createTypeMetaGuard } from "@kubernetes-models/base";
import { validate } from "../../_schemas/PostgresqlCnpgIoV1ScheduledBackup";
export class ScheduledBackup extends Model {
    static { this.apiVersion = "postgresql.cnpg.io/v1"; }
    static { this.kind = "ScheduledBackup"; }
    static { this.is = createTypeMetaGuard(ScheduledBackup); }
    constructor(data) {
        super();
        this.setDefinedProps({
            apiVersion: ScheduledBackup.apiVersion,
            kind: ScheduledBackup.kind,
            ...data
        });
    }
}
setValidateFunc(ScheduledBackup, validate);
