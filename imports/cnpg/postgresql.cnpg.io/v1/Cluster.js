import { Model, setValidateFunc, createTypeMetaGuard } from "@kubernetes-models/base";
import { validate } from "../../_schemas/PostgresqlCnpgIoV1Cluster";
export class Cluster extends Model {
    static { this.apiVersion = "postgresql.cnpg.io/v1"; }
    static { this.kind = "Cluster"; }
    static { this.is = createTypeMetaGuard(Cluster); }
    constructor(data) {
        super();
        this.setDefinedProps({
            apiVersion: Cluster.apiVersion,
            kind: Cluster.kind,
            ...data
        });
    }
}
setValidateFunc(Cluster, validate);
