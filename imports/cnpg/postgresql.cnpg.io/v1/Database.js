import { Model, setValidateFunc, createTypeMetaGuard } from "@kubernetes-models/base";
import { validate } from "../../_schemas/PostgresqlCnpgIoV1Database";
export class Database extends Model {
    static { this.apiVersion = "postgresql.cnpg.io/v1"; }
    static { this.kind = "Database"; }
    static { this.is = createTypeMetaGuard(Database); }
    constructor(data) {
        super();
        this.setDefinedProps({
            apiVersion: Database.apiVersion,
            kind: Database.kind,
            ...data
        });
    }
}
setValidateFunc(Database, validate);
