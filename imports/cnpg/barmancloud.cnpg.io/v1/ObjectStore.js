import { Model, setValidateFunc, createTypeMetaGuard } from "@kubernetes-models/base";
import { validate } from "../../_schemas/BarmancloudCnpgIoV1ObjectStore";
export class ObjectStore extends Model {
    static { this.apiVersion = "barmancloud.cnpg.io/v1"; }
    static { this.kind = "ObjectStore"; }
    static { this.is = createTypeMetaGuard(ObjectStore); }
    constructor(data) {
        super();
        this.setDefinedProps({
            apiVersion: ObjectStore.apiVersion,
            kind: ObjectStore.kind,
            ...data
        });
    }
}
setValidateFunc(ObjectStore, validate);
