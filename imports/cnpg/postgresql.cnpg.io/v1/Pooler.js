import { Model, setValidateFunc, createTypeMetaGuard } from "@kubernetes-models/base";
import { validate } from "../../_schemas/PostgresqlCnpgIoV1Pooler";
export class Pooler extends Model {
    static { this.apiVersion = "postgresql.cnpg.io/v1"; }
    static { this.kind = "Pooler"; }
    static { this.is = createTypeMetaGuard(Pooler); }
    constructor(data) {
        super();
        this.setDefinedProps({
            apiVersion: Pooler.apiVersion,
            kind: Pooler.kind,
            ...data
        });
    }
}
setValidateFunc(Pooler, validate);
